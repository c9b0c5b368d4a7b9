// Point reads through two shared buffers: keys go in by one, values come out by the other.
//
// 1. Both are overwritten by the next read: a value is decoded before anything else happens.
// 2. A key's bytes stay in the key buffer until the next key is encoded.
// 3. getSync may wait for the disk. get asks memory first, on this thread, and goes to the engine's
//    pool only when a block must be read.

import { LedgerstoneError } from '../base/errors.js'
import { GET, KEY_BYTES_MAX } from '../binding/constants.js'
import type { NativeStore } from '../binding/native-types.js'
import type { AnyKeyCodec, AnyValueCodec } from '../codec/registry.js'
import type { Entry } from './store.js'
import { requireKeySize, tooLarge } from './write-buffer.js'

const VALUE_BUFFER_BYTES = 64 * 1024

export interface ReadTarget {
  readonly id: number
  readonly keyCodec: AnyKeyCodec
  readonly valueCodec: AnyValueCodec
}

export class Reader {
  readonly #native: NativeStore
  readonly #key = Buffer.allocUnsafeSlow(KEY_BYTES_MAX + 1)
  readonly value = Buffer.allocUnsafeSlow(VALUE_BUFFER_BYTES)

  constructor(native: NativeStore) {
    this.#native = native
    native.setReadBuffers(this.#key, this.value)
  }

  getSync(from: ReadTarget, key: unknown, snapshot: number): unknown {
    return this.findSync(from, this.#encodeKey(from, key), snapshot)
  }

  get(from: ReadTarget, key: unknown, snapshot: number): Promise<unknown> {
    return this.find(from, this.#encodeKey(from, key), snapshot)
  }

  hasSync(from: ReadTarget, key: unknown, snapshot: number): boolean {
    return this.#native.hasSync(from.id, this.#encodeKey(from, key), snapshot) === GET.present
  }

  has(from: ReadTarget, key: unknown, snapshot: number): Promise<boolean> {
    const length = this.#encodeKey(from, key)
    const found = this.#native.hasMemory(from.id, length, snapshot)
    if (found === GET.needsDisk) return this.#native.has(from.id, length, snapshot)
    return Promise.resolve(found === GET.present)
  }

  /** For keys that are encoded already. */
  getEncodedSync(from: ReadTarget, key: Uint8Array, snapshot: number): unknown {
    this.#key.set(key)
    const size = this.#native.getSync(from.id, key.length, snapshot)
    return size >= 0 ? from.valueCodec.decode(this.value, 0, size) : this.#special(from, size)
  }

  async getEncoded(from: ReadTarget, key: Uint8Array, snapshot: number): Promise<unknown> {
    this.#key.set(key)
    const bytes = await this.#native.get(from.id, key.length, snapshot)
    return bytes === undefined ? undefined : decodeWhole(from, bytes)
  }

  /** Puts the key into the key buffer and gives its length, which the functions below take. */
  encodeKey(from: ReadTarget, key: unknown): number {
    return this.#encodeKey(from, key)
  }

  /** The key in the key buffer as text of one character per byte. */
  keyText(length: number): string {
    return this.#key.toString('latin1', 0, length)
  }

  findSync(from: ReadTarget, length: number, snapshot: number): unknown {
    const size = this.#native.getSync(from.id, length, snapshot)
    return size >= 0 ? from.valueCodec.decode(this.value, 0, size) : this.#special(from, size)
  }

  find(from: ReadTarget, length: number, snapshot: number): Promise<unknown> {
    const size = this.#native.getMemory(from.id, length, snapshot)
    if (size >= 0) return Promise.resolve(from.valueCodec.decode(this.value, 0, size))
    if (size !== GET.needsDisk) return Promise.resolve(this.#special(from, size))
    return this.#native
      .get(from.id, length, snapshot)
      .then((bytes) => (bytes === undefined ? undefined : decodeWhole(from, bytes)))
  }

  entrySync(from: ReadTarget, key: unknown, snapshot: number): Entry<unknown> | undefined {
    const size = this.#native.getSync(from.id, this.#encodeKey(from, key), snapshot)
    return size === GET.absent ? undefined : this.#entry(from, size)
  }

  async entry(
    from: ReadTarget,
    key: unknown,
    snapshot: number,
  ): Promise<Entry<unknown> | undefined> {
    const length = this.#encodeKey(from, key)
    const size = this.#native.getMemory(from.id, length, snapshot)
    if (size === GET.absent) return undefined
    if (size !== GET.needsDisk) return this.#entry(from, size)
    const found = await this.#native.getEntry(from.id, length, snapshot)
    return found && { value: decodeWhole(from, found.value), version: found.version }
  }

  /** Of the entry under an encoded key. */
  async version(from: ReadTarget, key: Uint8Array, snapshot: number): Promise<bigint | undefined> {
    this.#key.set(key)
    const size = this.#native.getMemory(from.id, key.length, snapshot)
    if (size === GET.absent) return undefined
    if (size !== GET.needsDisk) return this.#native.valueVersion()
    return (await this.#native.getEntry(from.id, key.length, snapshot))?.version
  }

  #entry(from: ReadTarget, size: number): Entry<unknown> {
    const version = this.#native.valueVersion()
    const value =
      size >= 0 ? from.valueCodec.decode(this.value, 0, size) : this.#special(from, size)
    return { value, version }
  }

  #encodeKey(from: ReadTarget, key: unknown): number {
    const length = from.keyCodec.encodeInto(key as never, this.#key, 0)
    if (length < 0) throw tooLarge('key', KEY_BYTES_MAX)
    requireKeySize(length)
    return length
  }

  #special(from: ReadTarget, result: number): unknown {
    if (result === GET.absent) return undefined
    if (result === GET.tooLarge) return decodeWhole(from, this.#native.takeValue())
    throw new LedgerstoneError('INCOMPLETE', `The engine answered a read with ${result}`)
  }
}

function decodeWhole(from: ReadTarget, bytes: Uint8Array): unknown {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return from.valueCodec.decode(buffer, 0, buffer.length)
}
