// A small seeded generator (xorshift128+ seeded by splitmix) for tests, workloads and jitter. Not
// for secrets. The same seed gives the same numbers on every platform.

const MASK = (1n << 64n) - 1n

export class Random {
  readonly seed: number
  #a: bigint
  #b: bigint

  constructor(seed: number) {
    this.seed = seed
    let state = BigInt.asUintN(64, BigInt(seed))
    const splitmix = (): bigint => {
      state = (state + 0x9e3779b97f4a7c15n) & MASK
      let z = state
      z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK
      z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK
      return z ^ (z >> 31n)
    }
    this.#a = splitmix()
    this.#b = splitmix()
  }

  /** 64 random bits. */
  bits(): bigint {
    let x = this.#a
    const y = this.#b
    this.#a = y
    x ^= (x << 23n) & MASK
    this.#b = x ^ y ^ (x >> 17n) ^ (y >> 26n)
    return (this.#b + y) & MASK
  }

  /** A whole number in 0 … bound - 1. */
  below(bound: number): number {
    return Number(this.bits() % BigInt(bound))
  }

  /** A number in [0, 1). */
  fraction(): number {
    return Number(this.bits() >> 11n) / 2 ** 53
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0]
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length)
    for (let i = 0; i < length; i++) bytes[i] = this.below(256)
    return bytes
  }
}

/** LEDGERSTONE_SEED when it is set, else a new seed; tests print it. */
export function seedFromEnvironment(): number {
  const given = process.env['LEDGERSTONE_SEED']
  return given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given)
}
