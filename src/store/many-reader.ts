// getMany: one call into the engine for as many keys as the shared value buffer can answer.
//
//   request := (size: u32 LE, key)*
//   answer  := (size: u32 LE, or 0xffffffff absent, or 0xfffffffe needs the disk; value)*
//
// 1. All answers are of one view: without a snapshot of the caller's, one is taken for the call.
// 2. Keys that were not answered because the buffer was full move to the request's front, and the
//    engine is asked again; a value that does not fit the empty buffer is read by itself.

import { KEY_BYTES_MAX, MANY } from '../binding/constants.js'
import type { NativeStore } from '../binding/native-types.js'
import { type ReadTarget, type Reader } from './reader.js'
import { requireKeySize, tooLarge } from './write-buffer.js'

const REQUEST_BYTES = 16 * 1024
const NEWEST = 0

export class ManyReader {
  readonly #native: NativeStore
  readonly #reader: Reader
  #request = Buffer.allocUnsafeSlow(REQUEST_BYTES)

  constructor(native: NativeStore, reader: Reader) {
    this.#native = native
    this.#reader = reader
    native.setRequestBuffer(this.#request)
  }

  getSync(from: ReadTarget, keys: readonly unknown[], snapshot: number): unknown[] {
    const view = snapshot === NEWEST ? this.#native.snapshot() : snapshot
    try {
      const values = new Array<unknown>(keys.length).fill(undefined)
      this.#ask(from, keys, view, values, undefined)
      return values
    } finally {
      if (snapshot === NEWEST) this.#native.releaseSnapshot(view)
    }
  }

  async get(from: ReadTarget, keys: readonly unknown[], snapshot: number): Promise<unknown[]> {
    const view = snapshot === NEWEST ? this.#native.snapshot() : snapshot
    try {
      const values = new Array<unknown>(keys.length).fill(undefined)
      const onDisk: OnDisk[] = []
      this.#ask(from, keys, view, values, onDisk)
      await Promise.all(
        onDisk.map(async ({ index, key }) => {
          values[index] = await this.#reader.getEncoded(from, key, view)
        }),
      )
      return values
    } finally {
      if (snapshot === NEWEST) this.#native.releaseSnapshot(view)
    }
  }

  // With `onDisk` given, the disk is not touched and the keys that need it are put there.
  #ask(
    from: ReadTarget,
    keys: readonly unknown[],
    view: number,
    values: unknown[],
    onDisk: OnDisk[] | undefined,
  ): void {
    let length = this.#encode(from, keys)
    let done = 0
    while (done < keys.length) {
      const count = keys.length - done
      const answered =
        onDisk === undefined
          ? this.#native.getManySync(from.id, count, length, view)
          : this.#native.getManyMemory(from.id, count, length, view)
      let used = this.#take(from, done, answered, values, onDisk)
      if (answered === 0) {
        const key = this.#keyAt(0)
        if (onDisk === undefined) values[done] = this.#reader.getEncodedSync(from, key, view)
        else onDisk.push({ index: done, key: Buffer.from(key) })
        used = 4 + key.length
      }
      done += Math.max(answered, 1)
      this.#request.copyWithin(0, used, length)
      length -= used
    }
  }

  // Decodes `answered` values and returns the length of their keys in the request.
  #take(
    from: ReadTarget,
    first: number,
    answered: number,
    values: unknown[],
    onDisk: OnDisk[] | undefined,
  ): number {
    const answer = this.#reader.value
    let at = 0
    let keyAt = 0
    for (let index = first; index < first + answered; index++) {
      const size = answer.readUInt32LE(at)
      at += 4
      if (size === MANY.needsDisk) {
        onDisk?.push({ index, key: Buffer.from(this.#keyAt(keyAt)) })
      } else if (size !== MANY.absent) {
        values[index] = from.valueCodec.decode(answer, at, at + size)
        at += size
      }
      keyAt += 4 + this.#request.readUInt32LE(keyAt)
    }
    return keyAt
  }

  #keyAt(at: number): Uint8Array {
    return this.#request.subarray(at + 4, at + 4 + this.#request.readUInt32LE(at))
  }

  #encode(from: ReadTarget, keys: readonly unknown[]): number {
    let at = 0
    for (const key of keys) {
      let end: number
      while ((end = from.keyCodec.encodeInto(key as never, this.#request, at + 4)) < 0) {
        if (this.#request.length - at > 4 * KEY_BYTES_MAX) throw tooLarge('key', KEY_BYTES_MAX)
        this.#grow()
      }
      requireKeySize(end - at - 4)
      this.#request.writeUInt32LE(end - at - 4, at)
      at = end
    }
    return at
  }

  #grow(): void {
    const grown = Buffer.allocUnsafeSlow(this.#request.length * 4)
    grown.set(this.#request)
    this.#request = grown
    this.#native.setRequestBuffer(grown)
  }
}

interface OnDisk {
  index: number
  key: Uint8Array
}
