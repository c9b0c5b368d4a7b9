// Encodes single values, through a buffer that the transactions of a store share.

import { VALUE_BYTES_MAX } from '../binding/constants.js'
import type { AnyValueCodec } from '../codec/registry.js'
import { tooLarge } from './write-buffer.js'

const INITIAL_BYTES = 16 * 1024
const ROOM_BYTES_MAX = VALUE_BYTES_MAX + 64 * 1024
const KEPT_BYTES_MAX = 4 * 1024 * 1024

export class ValueEncoder {
  #room = Buffer.allocUnsafeSlow(INITIAL_BYTES)

  /** The encoded value, in a Buffer of its own. */
  bytesOf(codec: AnyValueCodec, value: unknown): Buffer {
    for (;;) {
      const length = codec.encodeInto(value as never, this.#room, 0)
      if (length > VALUE_BYTES_MAX) throw tooLarge('value', VALUE_BYTES_MAX)
      if (length >= 0) return this.#take(length)
      if (this.#room.length >= ROOM_BYTES_MAX) throw tooLarge('value', VALUE_BYTES_MAX)
      this.#room = Buffer.allocUnsafeSlow(Math.min(this.#room.length * 4, ROOM_BYTES_MAX))
    }
  }

  #take(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    this.#room.copy(bytes, 0, 0, length)
    if (this.#room.length > KEPT_BYTES_MAX) this.#room = Buffer.allocUnsafeSlow(INITIAL_BYTES)
    return bytes
  }
}
