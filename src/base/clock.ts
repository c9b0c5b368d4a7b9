// The clock, passed to whatever measures time, so that tests can move it.

export interface Clock {
  /** Milliseconds since an arbitrary moment; never goes back. */
  nowMs(): number
}

export const systemClock: Clock = { nowMs: () => performance.now() }

/** Milliseconds since 1970-01-01 UTC, for deadlines that outlive the process; may go back. */
export function unixTimeMs(): number {
  return Date.now()
}
