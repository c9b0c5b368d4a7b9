// Walks bytes made of single bytes, varints and sized byte strings; what is cut short is refused.

import { invalidArgument } from '../base/errors.js'

export class ByteReader {
  readonly #bytes: Buffer
  readonly #what: string
  #at = 0

  /** `what` the bytes are, for an error. */
  constructor(bytes: Buffer, what: string) {
    this.#bytes = bytes
    this.#what = what
  }

  atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  get position(): number {
    return this.#at
  }

  /** The next byte, which stays; undefined at the end. */
  peek(): number | undefined {
    return this.#bytes[this.#at]
  }

  sized(): Buffer {
    const size = this.varint()
    const start = this.#at
    if (size > this.#bytes.length - start) throw this.#cutShort()
    this.#at += size
    return this.#bytes.subarray(start, this.#at)
  }

  varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw this.#cutShort()
  }

  byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw this.#cutShort()
    return byte
  }

  #cutShort(): Error {
    return invalidArgument(`${this.#what} is cut short`)
  }
}
