// Progress on standard error: one line that is redrawn on a terminal, else a line now and then.

import { type Clock, systemClock } from '../base/clock.js'
import { grouped } from './output.js'

const REDRAW_MS = 100
const LINE_MS = 5000
const BAR_WIDTH = 24

export interface Standing {
  readonly rows: number
  /** Rows done since this run began; the rate is theirs. */
  readonly rowsOfThisRun: number
  readonly bytes: number
  readonly bytesTotal: number
  /** Bytes read before this run's first row. */
  readonly bytesAtStart: number
  readonly elapsedMs: number
}

export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** `[#####-----] 41%  1,234,000 rows  210,000 rows/s  about 9 s left` */
export function progressText(standing: Standing, withBar: boolean): string {
  const { rows, rowsOfThisRun, bytes, bytesTotal, bytesAtStart, elapsedMs } = standing
  const share = bytesTotal === 0 ? 1 : Math.min(bytes / bytesTotal, 1)
  const marks = Math.round(share * BAR_WIDTH)
  const parts = [
    `${Math.floor(share * 100)}%`.padStart(4),
    `${grouped(rows)} rows`,
    `${grouped(elapsedMs > 0 ? Math.round((rowsOfThisRun * 1000) / elapsedMs) : 0)} rows/s`,
  ]
  const bytesOfThisRun = bytes - bytesAtStart
  if (share < 1 && bytesOfThisRun > 0) {
    const leftMs = ((bytesTotal - bytes) * elapsedMs) / bytesOfThisRun
    parts.push(`about ${durationText(leftMs)} left`)
  }
  const bar = `[${'#'.repeat(marks)}${'-'.repeat(BAR_WIDTH - marks)}]`
  return (withBar ? [bar, ...parts] : parts).join('  ').trim()
}

export function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}

export class Progress {
  readonly #clock: Clock
  readonly #stream: ProgressStream
  readonly #startedMs: number
  #shownMs: number
  #isDrawn = false

  constructor(stream: ProgressStream = process.stderr, clock: Clock = systemClock) {
    this.#clock = clock
    this.#stream = stream
    this.#startedMs = this.#shownMs = clock.nowMs()
  }

  get elapsedMs(): number {
    return this.#clock.nowMs() - this.#startedMs
  }

  update(standing: Omit<Standing, 'elapsedMs'>): void {
    const isTerminal = this.#stream.isTTY === true
    const nowMs = this.#clock.nowMs()
    if (nowMs - this.#shownMs < (isTerminal ? REDRAW_MS : LINE_MS)) return
    this.#shownMs = nowMs
    const text = progressText({ ...standing, elapsedMs: this.elapsedMs }, isTerminal)
    this.#stream.write(isTerminal ? `\r\u001b[K${text.slice(0, this.#width())}` : `${text}\n`)
    this.#isDrawn = isTerminal
  }

  /** Takes the redrawn line away, so that other text can follow. */
  clear(): void {
    if (this.#isDrawn) this.#stream.write('\r\u001b[K')
    this.#isDrawn = false
  }

  #width(): number {
    return Math.max((this.#stream.columns ?? 80) - 1, 10)
  }
}
