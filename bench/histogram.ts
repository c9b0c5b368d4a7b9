// A histogram of latencies whose recording is a few machine operations and no allocation: one
// bucket for each nanosecond below 64, then 32 for each doubling.
//
// 1. A percentile is the upper end of its bucket, so never below the true one and at most 1/32
//    above it. The greatest latency is exact.
// 2. A latency is the difference of two performance.now(): the price of one look at the clock
//    (30 to 50 ns) is in every one of them.

const PER_DOUBLING = 32
const EXACT_BELOW = 64
const WIDE_FROM = 2 ** 31
const WIDE_SHIFT = 20
const NANOS_MAX = 2 ** 50

/** Microseconds. */
export interface Latency {
  count: number
  p50: number
  p75: number
  p90: number
  p95: number
  p99: number
  p999: number
  p9999: number
  max: number
}

/** The counts of a histogram, to send them from one thread to another. */
export interface Counts {
  counts: Float64Array
  maxNanos: number
}

function indexOf(nanos: number): number {
  if (nanos < EXACT_BELOW) return nanos
  if (nanos >= WIDE_FROM) {
    return indexOf(Math.floor(nanos / 2 ** WIDE_SHIFT)) + WIDE_SHIFT * PER_DOUBLING
  }
  const shift = 26 - Math.clz32(nanos)
  return shift * PER_DOUBLING + (nanos >>> shift)
}

function upperEnd(index: number): number {
  if (index < EXACT_BELOW) return index
  const shift = Math.floor(index / PER_DOUBLING) - 1
  return (index - shift * PER_DOUBLING + 1) * 2 ** shift - 1
}

export class Histogram {
  readonly #counts = new Float64Array(indexOf(NANOS_MAX) + 1)
  #count = 0
  #maxNanos = 0

  get count(): number {
    return this.#count
  }

  /** Milliseconds, as performance.now() counts them. */
  record(millis: number): void {
    const nanos = Math.min(NANOS_MAX, Math.max(0, Math.round(millis * 1e6)))
    const index = indexOf(nanos)
    this.#counts[index] = (this.#counts[index] as number) + 1
    this.#count += 1
    if (nanos > this.#maxNanos) this.#maxNanos = nanos
  }

  state(): Counts {
    return { counts: this.#counts, maxNanos: this.#maxNanos }
  }

  add({ counts, maxNanos }: Counts): void {
    for (const [index, count] of counts.entries()) {
      this.#counts[index] = (this.#counts[index] as number) + count
      this.#count += count
    }
    this.#maxNanos = Math.max(this.#maxNanos, maxNanos)
  }

  /** The smallest bucket that holds so many percent with those below it; microseconds. */
  percentile(percent: number): number {
    const rank = Math.max(1, Math.ceil((this.#count * percent) / 100))
    let below = 0
    for (const [index, count] of this.#counts.entries()) {
      below += count
      if (below >= rank) return Math.min(upperEnd(index), this.#maxNanos) / 1000
    }
    return 0
  }

  /** Undefined where nothing was recorded. */
  latency(): Latency | undefined {
    if (this.#count === 0) return undefined
    const [p50, p75, p90, p95, p99, p999, p9999] = [50, 75, 90, 95, 99, 99.9, 99.99].map((p) =>
      this.percentile(p),
    ) as [number, number, number, number, number, number, number]
    return { count: this.#count, p50, p75, p90, p95, p99, p999, p9999, max: this.#maxNanos / 1000 }
  }
}
