// Which entries a workload meets: evenly, or some much more often than others.

/** Whole numbers below 2^32 in an order that the seed decides (Marsaglia's xorshift). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ 0x6d2b79f5) >>> 0 || 1
  }

  /** At least 0, below 1. */
  next(): number {
    let state = this.#state
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.#state = state >>> 0
    return this.#state / 2 ** 32
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }
}

const THETA = 0.99

function zeta(items: number): number {
  let sum = 0
  for (let item = 1; item <= items; item += 1) sum += 1 / item ** THETA
  return sum
}

/**
 * Ranks 0 … items - 1, rank 0 most often: the next one 2^0.99 times as rarely, and so on. YCSB's
 * distribution and constant, by the method of Gray et al., "Quickly Generating Billion-Record
 * Synthetic Databases", 1994.
 */
export class Zipfian {
  readonly #items: number
  readonly #random: Random
  readonly #zeta: number
  readonly #alpha = 1 / (1 - THETA)
  readonly #eta: number

  constructor(items: number, random: Random) {
    this.#items = items
    this.#random = random
    this.#zeta = zeta(items)
    this.#eta = (1 - (2 / items) ** (1 - THETA)) / (1 - zeta(Math.min(2, items)) / this.#zeta)
  }

  next(): number {
    const uniform = this.#random.next()
    const scaled = uniform * this.#zeta
    if (scaled < 1) return 0
    if (scaled < 1 + 0.5 ** THETA) return Math.min(1, this.#items - 1)
    const rank = this.#items * (this.#eta * uniform - this.#eta + 1) ** this.#alpha
    return Math.min(this.#items - 1, Math.floor(rank))
  }
}
