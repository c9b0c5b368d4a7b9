// How a read step is measured on one thread: warmed, then all operations between two looks at the
// clock, then some of them again, each timed by itself.

import type { Histogram } from '../histogram.js'
import type { ReadStep, Reading } from './read-steps.js'
import { type Sizes, requireRight } from './workload.js'

const WARMING_MAX = 10_000
const TIMED_MAX = 100_000

export async function warm(step: ReadStep, reading: Reading, sizes: Sizes): Promise<void> {
  const operations = step.operations(sizes)
  if (operations > 1) await step.pass(reading, 0, Math.min(WARMING_MAX, operations))
}

/** All operations of the step, checked; the latencies of those that were side by side. */
export async function run(
  step: ReadStep,
  reading: Reading,
  sizes: Sizes,
  latency: Histogram,
): Promise<void> {
  const operations = step.operations(sizes)
  const done = step.concurrent?.(reading, operations, latency) ?? step.pass(reading, 0, operations)
  const right = typeof done === 'number' ? done : await done
  requireRight(right, operations * step.items(reading.entries), `reads of ${step.name}`)
}

export async function time(
  step: ReadStep,
  reading: Reading,
  sizes: Sizes,
  latency: Histogram,
): Promise<void> {
  if (step.concurrent !== undefined || step.timed === undefined) return
  const operations = Math.min(TIMED_MAX, step.operations(sizes))
  for (let index = 0; index < operations; index += 1) {
    const began = performance.now()
    const done = step.pass(reading, index, index + 1)
    if (typeof done !== 'number') await done
    latency.record(performance.now() - began)
  }
}
