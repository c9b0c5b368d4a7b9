// The floor under an event log: a file of events of one size. An append is a write and an
// fdatasync, one after the other; nothing is checked, indexed or recovered.

import { fdatasync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { EventSink } from './ledgerstone-log.js'

export function openBareLog(path: string, eventBytes: number, batch: number): EventSink {
  const opened = open(path, 'a+')
  let last: Promise<unknown> = opened
  const write = async (events: readonly Buffer[]): Promise<void> => {
    const file = await opened
    await file.write(Buffer.concat(events))
    await new Promise<void>((resolve, reject) => {
      fdatasync(file.fd, (error) => {
        if (error === null) resolve()
        else reject(error)
      })
    })
  }
  const pieceAt = async (file: FileHandle, at: number, size: number): Promise<Buffer> => {
    const piece = Buffer.allocUnsafeSlow(size)
    const { bytesRead } = await file.read(piece, 0, size, at)
    return piece.subarray(0, bytesRead)
  }
  return {
    append: (events) => {
      last = last.then(() => write(events))
      return last
    },
    readAll: async (visit) => {
      const file = await opened
      for (let at = 0; ; at += eventBytes * batch) {
        const piece = await pieceAt(file, at, eventBytes * batch)
        for (let i = 0; i < piece.length; i += eventBytes) {
          visit(Buffer.from(piece.subarray(i, i + eventBytes)))
        }
        if (piece.length < eventBytes * batch) return
      }
    },
    readOne: async (number) => pieceAt(await opened, number * eventBytes, eventBytes),
    close: async () => (await opened).close(),
  }
}
