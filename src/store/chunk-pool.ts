// Buffers that iterators are filled through, kept for the next iterator. Small ones first: most
// ranges are short.

const SIZES = [4 * 1024, 16 * 1024, 64 * 1024, 256 * 1024]
const KEPT_PER_SIZE = 4

export class ChunkPool {
  readonly #free: Buffer[][] = SIZES.map(() => [])

  /** A chunk of step 0 (4 KiB), 1, 2 … each four times the last, up to 256 KiB. */
  take(step: number): Buffer {
    const index = Math.min(step, SIZES.length - 1)
    return this.#free[index]?.pop() ?? Buffer.allocUnsafeSlow(SIZES[index] ?? 0)
  }

  /** One that is large enough for a single entry of `bytes`. */
  takeAtLeast(bytes: number): Buffer {
    const step = SIZES.findIndex((size) => size >= bytes)
    return step < 0 ? Buffer.allocUnsafeSlow(bytes) : this.take(step)
  }

  give(chunk: Buffer): void {
    const free = this.#free[SIZES.indexOf(chunk.length)]
    if (free !== undefined && free.length < KEPT_PER_SIZE) free.push(chunk)
  }
}
