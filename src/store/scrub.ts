// The background scrub: a verification at a rate, again and again, for a store that is open for
// long. It finds what no read has met yet, while a backup may still have it whole.
//
// 1. The first pass begins with the store, each later one so long after the last one ended. One
//    pass at a time.
// 2. What it found is told as an event, as is why a pass came to no end. Nobody waits for it: it
//    never keeps the process alive, and closing the store ends it.

import { type ByteSize, parseByteSize } from '../base/bytes.js'
import { systemClock } from '../base/clock.js'
import { invalidArgument } from '../base/errors.js'
import type { VerifyProgress } from '../binding/native-types.js'
import type { ScrubbedEvent } from './events.js'
import { type VerifiedStore, verifyStore } from './verification.js'

export interface ScrubOptions {
  /** Reads no faster than this. */
  bytesPerSecond: ByteSize
  /** Milliseconds from the end of one pass to the next, at most 24 days. Default: a day. */
  every?: number | undefined
}

export interface ScrubPlan {
  bytesPerSecond: number
  everyMs: number
}

const DAY_MS = 86_400_000
const EVERY_MS_MAX = 24 * DAY_MS
const NOTHING_READ: VerifyProgress = { filesDone: 0, filesTotal: 0, bytesDone: 0, bytesTotal: 0 }

/** The plan that options, with names already checked, ask for. */
export function scrubPlanOf({ bytesPerSecond, every = DAY_MS }: Partial<ScrubOptions>): ScrubPlan {
  if (bytesPerSecond === undefined) throw invalidArgument('scrub takes bytesPerSecond')
  if (typeof every !== 'number' || !(every >= 1 && every <= EVERY_MS_MAX)) {
    throw invalidArgument(`every must be a number of milliseconds from 1 to ${EVERY_MS_MAX}`)
  }
  return { bytesPerSecond: parseByteSize('bytesPerSecond', bytesPerSecond), everyMs: every }
}

export class Scrub {
  readonly #store: VerifiedStore
  readonly #plan: ScrubPlan
  readonly #tell: (event: ScrubbedEvent) => void
  readonly #ended = new AbortController()
  #timer: NodeJS.Timeout | undefined

  constructor(store: VerifiedStore, plan: ScrubPlan, tell: (event: ScrubbedEvent) => void) {
    this.#store = store
    this.#plan = plan
    this.#tell = tell
    this.#later(0)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#ended.abort()
  }

  #later(ms: number): void {
    this.#timer = setTimeout(() => {
      void this.#pass().then((event) => {
        if (event === undefined) return
        this.#later(this.#plan.everyMs)
        this.#tell(event)
      })
    }, ms).unref()
  }

  // undefined when the store was closed meanwhile.
  async #pass(): Promise<ScrubbedEvent | undefined> {
    const began = systemClock.nowMs()
    let read = NOTHING_READ
    let error: Error | undefined
    const options = {
      bytesPerSecond: this.#plan.bytesPerSecond,
      signal: this.#ended.signal,
      onProgress: (progress: VerifyProgress) => {
        read = progress
      },
    }
    const findings = await verifyStore(this.#store, options, { keepsAlive: false }).catch(
      (reason: unknown) => {
        error = reason as Error
        return []
      },
    )
    if (this.#ended.signal.aborted || this.#store.closed) return undefined
    const micros = Math.round((systemClock.nowMs() - began) * 1000)
    const files = read.filesDone
    const bytes = read.bytesDone
    const text =
      error === undefined
        ? `scrubbed ${files} files, ${bytes} bytes: ${findings.length} findings`
        : `scrub failed after ${bytes} bytes: ${error.message}`
    return { kind: 'scrubbed', text, files, bytes, micros, findings, error }
  }
}
