import { describe, expect, it } from 'vitest'
import type { EventLog, LogReadOptions } from '../../../src/index.js'
import { expectError, expectThrow } from '../expect-error.js'
import { type OpenLog, bytes, numbered, texts } from './contract.js'

/** Ten appends of 1 to 10 events: 55 events whose texts are their positions. */
async function triangle(openLog: OpenLog): Promise<EventLog> {
  const log = await openLog()
  const calls: Promise<unknown>[] = []
  for (let size = 1, next = 1; size <= 10; next += size++) {
    calls.push(log.append(numbered(next, size)))
    if (size % 3 === 0) await Promise.all(calls)
  }
  await Promise.all(calls)
  return log
}

const positions = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)

export function readContract(openLog: OpenLog): void {
  describe('reading', () => {
    it('gives each event once, in order, with its position and time', async () => {
      const log = await triangle(openLog)
      let next = 1
      let time = 0
      for await (const event of log.read()) {
        expect(event).toMatchObject({ position: next, data: bytes(`${next}`) })
        expect(event.time).toBeGreaterThanOrEqual(time)
        time = event.time
        next++
      }
      expect(next).toBe(56)
    })

    it('keeps to every pair of bounds, both included', async () => {
      const log = await triangle(openLog)
      for (const from of [0, 1, 2, 3, 4, 28, 54, 55, 56, 1000]) {
        for (const to of [0, 1, 2, 3, 10, 29, 54, 55, 56, 1000]) {
          const read = await log.read({ from, to }).toArray()
          const expected = positions(Math.max(from, 1), Math.min(to, 55))
          expect(read.map(({ position }) => position)).toEqual(expected)
          expect(read.map(({ data }) => data.toString())).toEqual(expected.map(String))
        }
      }
    })

    it('keeps to its limit', async () => {
      const log = await triangle(openLog)
      for (const limit of [0, 1, 7, 55, 56]) {
        const read = await log.read({ from: 3, limit }).toArray()
        expect(read.map(({ position }) => position)).toEqual(positions(3, Math.min(2 + limit, 55)))
      }
    })

    it('gives batches of events that follow each other, no larger than asked', async () => {
      const log = await triangle(openLog)
      for (const batch of [1, 4, 1000, undefined]) {
        const seen: string[] = []
        for await (const { first, last, time, events } of log.read({ from: 2, batch }).batches()) {
          expect(first).toBe(seen.length + 2)
          expect(last).toBe(first + events.length - 1)
          expect(events.length).toBeGreaterThan(0)
          expect(events.length).toBeLessThanOrEqual(batch ?? 10_000)
          expect(time).toBeGreaterThan(0)
          seen.push(...events.map(String))
        }
        expect(seen).toEqual(positions(2, 55).map(String))
      }
    })

    it('gives one time to the events of one append', async () => {
      const log = await openLog()
      const appended = [await log.append(numbered(1, 4)), await log.append(numbered(5, 2))]
      const times = (await log.read().toArray()).map(({ time }) => time)
      expect(times).toEqual([
        ...Array<number>(4).fill(appended[0]!.time),
        ...Array<number>(2).fill(appended[1]!.time),
      ])
    })

    it('goes through many chunks, with events larger than any', async () => {
      const log = await openLog()
      const small = positions(1, 3000).map((n) => n % 301)
      const sizes = [100, 400_000, 10, 300_000, 1_500_000, ...small]
      for (let at = 0; at < sizes.length; at += 500) {
        const part = sizes.slice(at, at + 500)
        await log.append(part.map((size, i) => Buffer.alloc(size, at + i)))
      }
      let at = 0
      for await (const { position, data } of log.read()) {
        if (data.equals(Buffer.alloc(sizes[at]!, at)) && position === at + 1) at++
        else expect(`event ${position}`).toBe(`event ${at + 1} with its bytes`)
      }
      expect(at).toBe(sizes.length)
    })

    it('keeps what was read ahead apart from what a slow reader still takes', async () => {
      const log = await openLog()
      for (let at = 1; at <= 8000; at += 1000) {
        const texts = numbered(at, 1000)
        await log.append(texts.map((text) => Buffer.concat([text, Buffer.alloc(150, 0x20)])))
      }
      const seen: number[] = []
      for await (const { events } of log.read({ batch: 400 }).batches()) {
        seen.push(...events.map((data) => Number(data.toString())))
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      expect(seen).toEqual(positions(1, 8000))
    })

    it('gives bytes that stay as they are', async () => {
      const log = await openLog()
      await log.append(numbered(1, 4000).map((text) => Buffer.concat([text, Buffer.alloc(200)])))
      const kept: Buffer[] = []
      for await (const { data } of log.read()) kept.push(data)
      const numbers = kept.map((data) => Number.parseInt(data.toString()))
      expect(numbers).toEqual(positions(1, 4000))
    })

    it('ends where the log ended when the walk began, and each walk begins anew', async () => {
      const log = await triangle(openLog)
      const reading = log.read({ from: 50 })
      const seen: number[] = []
      for await (const { position } of reading) {
        seen.push(position)
        if (position === 51) await log.append(numbered(56, 3))
      }
      expect(seen).toEqual(positions(50, 55))
      const again = await reading.toArray()
      expect(again.map(({ position }) => position)).toEqual(positions(50, 58))
    })

    it('answers calls of next() in their order, and ends with return()', async () => {
      const log = await triangle(openLog)
      const iterator = log.read({ to: 3 })[Symbol.asyncIterator]()
      const calls = [1, 2, 3, 4, 5].map(() => iterator.next())
      const results = await Promise.all(calls)
      const told = results.map((result) => (result.done === true ? 'end' : result.value.position))
      expect(told).toEqual([1, 2, 3, 'end', 'end'])
      const left = log.read()[Symbol.asyncIterator]()
      expect(await left.next()).toMatchObject({ done: false, value: { position: 1 } })
      expect(await left.return!()).toEqual({ done: true, value: undefined })
      expect(await left.next()).toEqual({ done: true, value: undefined })
      for await (const { position } of log.read()) if (position === 20) break
    })

    it('of an empty log gives nothing', async () => {
      const log = await openLog()
      expect(await texts(log)).toEqual([])
      expect(await texts(log, 5, 9)).toEqual([])
    })

    it('ends with the reason of its signal', async () => {
      const log = await triangle(openLog)
      const stop = new AbortController()
      const reason = new Error('enough')
      let seen = 0
      const walk = async (): Promise<void> => {
        for await (const { position } of log.read({ signal: stop.signal })) {
          seen = position
          if (position === 9) stop.abort(reason)
        }
      }
      await expect(walk()).rejects.toBe(reason)
      expect(seen).toBe(9)
      await expect(log.read({ signal: AbortSignal.abort(reason) }).toArray()).rejects.toBe(reason)
    })

    it('refuses options that it does not know', async () => {
      const log = await openLog()
      const read = (options: unknown) => () => log.read(options as LogReadOptions)
      expectThrow('INVALID_ARGUMENT', read({ form: 1 }))
      expectThrow('INVALID_TYPE', read({ from: 1n }))
      expectThrow('INVALID_ARGUMENT', read({ to: 2 ** 53 }))
      expectThrow('INVALID_ARGUMENT', read({ limit: -1 }))
      expectThrow('INVALID_ARGUMENT', read({ batch: 0 }))
      expectThrow('INVALID_TYPE', read({ live: 1 }))
      expectThrow('INVALID_TYPE', read({ signal: {} }))
      expectThrow('INVALID_TYPE', read(7))
    })

    it('says that bytes are not of its codec', async () => {
      const log = await openLog({ codec: 'u64' })
      await log.append(1)
      expect((await log.read().toArray())[0]?.data).toBe(1n)
      const broken = { name: 'broken', encodeInto: () => -2, decode: () => 0 }
      const other = await openLog({ codec: broken })
      await expectError('INVALID_ARGUMENT', () => other.append(1))
    })
  })
}
