// The entries that every contender writes and reads: 16-byte keys and 100-byte values, half of
// whose bytes repeat the other half. Entry n is the same for every contender, run and machine.
//
// 1. Keys are 'account/' and 2n as a 64-bit big-endian number, so entry n is the n-th in key order.
//    The odd numbers between are the keys that are missing.
// 2. A value starts with n, so that a reader can tell a right value from another one's.
// 3. `Permutation` needs no memory: a four-round Feistel network over the next power of four,
//    walked until it falls below the size (Black and Rogaway, "Ciphers with Arbitrary Finite
//    Domains", 2002).

export const KEY_BYTES = 16
export const VALUE_BYTES = 100
export const ENTRY_BYTES = KEY_BYTES + VALUE_BYTES

const HALF = VALUE_BYTES / 2
const PREFIX = Buffer.from('account/')
const NUMBER_AT = PREFIX.length
const POOL_VALUES = 8192

function mixed(value: number, salt: number): number {
  let mix = Math.imul(value ^ salt, 0x85ebca6b)
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35)
  return (mix ^ (mix >>> 16)) >>> 0
}

/** The numbers 0 … size - 1 in an order that the seed decides. */
export class Permutation {
  readonly #size: number
  readonly #bits: number
  readonly #mask: number
  readonly #salts: readonly number[]

  constructor(size: number, seed: number) {
    if (!Number.isInteger(size) || size < 1 || size > 2 ** 30) {
      throw new RangeError(`A permutation of 1 … 2^30 numbers, not ${size}`)
    }
    this.#size = size
    this.#bits = Math.max(1, Math.ceil(Math.log2(size) / 2))
    this.#mask = 2 ** this.#bits - 1
    this.#salts = [1, 2, 3, 4].map((round) => mixed(seed + round, 0x9e3779b9))
  }

  at(index: number): number {
    let number = this.#network(index)
    while (number >= this.#size) number = this.#network(number)
    return number
  }

  #network(number: number): number {
    let left = number >>> this.#bits
    let right = number & this.#mask
    for (const salt of this.#salts) {
      const next = left ^ (mixed(right, salt) & this.#mask)
      left = right
      right = next
    }
    return left * (this.#mask + 1) + right
  }
}

function valuePool(seed: number): Buffer {
  const pool = Buffer.alloc(POOL_VALUES * VALUE_BYTES)
  for (let at = 0, word = 0; at < pool.length; at += VALUE_BYTES) {
    for (let byte = 0; byte < HALF; byte += 1) pool[at + byte] = mixed((word += 1), seed) & 0xff
    pool.copy(pool, at + HALF, at, at + HALF)
  }
  return pool
}

function writeKeyNumber(target: Buffer, number: number): void {
  target.writeUInt32BE(Math.floor(number / 2 ** 32), NUMBER_AT)
  target.writeUInt32BE(number % 2 ** 32, NUMBER_AT + 4)
}

export class Entries {
  readonly size: number
  readonly #order: Permutation
  readonly #pool: Buffer
  readonly #probe = Buffer.alloc(KEY_BYTES)

  constructor(size: number, seed: number) {
    this.size = size
    this.#order = new Permutation(size, seed)
    this.#pool = valuePool(seed)
    PREFIX.copy(this.#probe)
  }

  /** The entry that comes at this place of the random order. */
  at(index: number): number {
    return this.#order.at(index)
  }

  /** A key in memory of its own. */
  key(entry: number): Buffer {
    const key = Buffer.allocUnsafe(KEY_BYTES)
    PREFIX.copy(key)
    writeKeyNumber(key, entry * 2)
    return key
  }

  /** A value in memory of its own. */
  value(entry: number): Buffer {
    const value = Buffer.allocUnsafe(VALUE_BYTES)
    const from = (entry % POOL_VALUES) * VALUE_BYTES
    this.#pool.copy(value, 0, from, from + VALUE_BYTES)
    value.writeUInt32LE(entry, 0)
    value.writeUInt32LE(entry, HALF)
    return value
  }

  /** The key in memory that the next call of probe() or missing() overwrites. */
  probe(entry: number): Buffer {
    writeKeyNumber(this.#probe, entry * 2)
    return this.#probe
  }

  /** A key that no entry has, between two that are there; in the memory of probe(). */
  missing(entry: number): Buffer {
    writeKeyNumber(this.#probe, entry * 2 + 1)
    return this.#probe
  }

  isKey(key: Uint8Array, entry: number): boolean {
    if (key.length !== KEY_BYTES) return false
    let number = 0
    for (let at = KEY_BYTES - 4; at < KEY_BYTES; at += 1) {
      number = number * 256 + (key[at] as number)
    }
    return number === entry * 2
  }

  isValue(value: Buffer | undefined, entry: number): boolean {
    return value?.length === VALUE_BYTES && value.readUInt32LE(0) === entry
  }
}
