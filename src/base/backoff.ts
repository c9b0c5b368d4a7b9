// How long to wait before something that failed is tried again: a random part of a span that
// doubles, so that those who met once do not meet again.

/** Chance and time, passed in so that tests can hold them. */
export interface Waiting {
  /** A number in [0, 1). */
  fraction(): number
  sleep(milliseconds: number): Promise<void>
}

export const systemWaiting: Waiting = {
  fraction: () => Math.random(),
  sleep: (milliseconds) =>
    new Promise((resolve) => {
      if (milliseconds < 1) setImmediate(resolve)
      else setTimeout(resolve, milliseconds)
    }),
}

const FIRST_MS = 0.5
const SPAN_MS_MAX = 64

/** Milliseconds to wait after failure number `failures` (from 1), given a number in [0, 1). */
export function backoffMs(failures: number, fraction: number): number {
  return fraction * Math.min(SPAN_MS_MAX, FIRST_MS * 2 ** (failures - 1))
}
