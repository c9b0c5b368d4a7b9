// The entries that every contender writes and reads: keys of 16 or 20 bytes and values half of
// whose bytes repeat the other half. Entry n is the same for every contender, run and machine.
//
// 1. Keys are a prefix and 2n as a 64-bit big-endian number, so entry n is the n-th in key order.
//    The odd numbers between are the keys that are missing.
// 2. A value starts with n and a version, so that a reader can tell a right value from another
//    entry's and from an older one.
// 3. `Permutation` needs no memory: a four-round Feistel network over the next power of four,
//    walked until it falls below the size (Black and Rogaway, "Ciphers with Arbitrary Finite
//    Domains", 2002).

export interface Shape {
  keyBytes: number
  valueBytes: number
}

/** As `--shape` names them: LevelDB's, RocksDB's, a ledger record, YCSB's. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  '16/100': { keyBytes: 16, valueBytes: 100 },
  '20/400': { keyBytes: 20, valueBytes: 400 },
  '16/128': { keyBytes: 16, valueBytes: 128 },
  '16/1024': { keyBytes: 16, valueBytes: 1024 },
}

const NUMBER_BYTES = 8
const PREFIX = 'account/0000'
const POOL_VALUES = 8192
const VERSION_AT = 4

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

function valuePool(valueBytes: number, seed: number): Buffer {
  const half = Math.floor(valueBytes / 2)
  const pool = Buffer.alloc(POOL_VALUES * valueBytes)
  for (let at = 0, word = 0; at < pool.length; at += valueBytes) {
    for (let byte = 0; byte < half; byte += 1) pool[at + byte] = mixed((word += 1), seed) & 0xff
    pool.copy(pool, at + half, at, at + half)
  }
  return pool
}

export class Entries {
  readonly size: number
  readonly keyBytes: number
  readonly valueBytes: number
  readonly #numberAt: number
  readonly #order: Permutation
  readonly #pool: Buffer
  readonly #probe: Buffer

  constructor(size: number, seed: number, { keyBytes, valueBytes }: Shape) {
    this.size = size
    this.keyBytes = keyBytes
    this.valueBytes = valueBytes
    this.#numberAt = keyBytes - NUMBER_BYTES
    this.#order = new Permutation(size, seed)
    this.#pool = valuePool(valueBytes, seed)
    this.#probe = Buffer.from(PREFIX.slice(0, this.#numberAt).padEnd(keyBytes))
  }

  /** Of keys and values. */
  get bytes(): number {
    return this.size * (this.keyBytes + this.valueBytes)
  }

  /** The entry that comes at this place of the random order. */
  at(index: number): number {
    return this.#order.at(index)
  }

  /** A key in memory of its own. */
  key(entry: number): Buffer {
    const key = Buffer.allocUnsafe(this.keyBytes)
    this.probe(entry).copy(key)
    return key
  }

  /** A value in memory of its own. */
  value(entry: number, version = 0): Buffer {
    const value = Buffer.allocUnsafe(this.valueBytes)
    const from = (entry % POOL_VALUES) * this.valueBytes
    const half = this.valueBytes >>> 1
    this.#pool.copy(value, 0, from, from + this.valueBytes)
    value.writeUInt32LE(entry, 0)
    value.writeUInt32LE(version, VERSION_AT)
    value.writeUInt32LE(entry, half)
    value.writeUInt32LE(version, half + VERSION_AT)
    return value
  }

  /** The key in memory that the next call of key(), probe() or missing() overwrites. */
  probe(entry: number): Buffer {
    return this.#numbered(entry * 2)
  }

  /** A key that no entry has, between two that are there; in the memory of probe(). */
  missing(entry: number): Buffer {
    return this.#numbered(entry * 2 + 1)
  }

  isKey(key: Uint8Array, entry: number): boolean {
    return this.entryOf(key) === entry
  }

  /** -1 where it is no entry's key. */
  entryOf(key: Uint8Array): number {
    if (key.length !== this.keyBytes) return -1
    let number = 0
    for (let at = this.keyBytes - 4; at < this.keyBytes; at += 1) {
      number = number * 256 + (key[at] as number)
    }
    return number % 2 === 0 ? number / 2 : -1
  }

  isValue(value: Buffer | undefined, entry: number, version = 0): boolean {
    return this.versionOf(value, entry) === version
  }

  /** -1 where it is missing, or no value of the entry. */
  versionOf(value: Buffer | undefined, entry: number): number {
    const isOwn = value?.length === this.valueBytes && value.readUInt32LE(0) === entry
    return isOwn ? value.readUInt32LE(VERSION_AT) : -1
  }

  #numbered(number: number): Buffer {
    this.#probe.writeUInt32BE(Math.floor(number / 2 ** 32), this.#numberAt)
    this.#probe.writeUInt32BE(number % 2 ** 32, this.#numberAt + 4)
    return this.#probe
  }
}
