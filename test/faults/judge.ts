// Judges what a subject (subject.mjs) told under a fault, line by line.
//
// 1. What was acknowledged at the durability that the fault spares is there when it is opened
//    again, after a prefix of the commits; what was refused as "not written" never is.
// 2. What is issued after OUTCOME_UNKNOWN or READ_ONLY was told is not acknowledged, until it is
//    opened again.
// 3. A step in which a call failed that it depends on is not said to be done.
// 4. Each failure has a code that fits its cause, and carries the cause's errno.
// 5. A call that was interrupted or did half its work is gone on with: nothing fails.
// 6. A copy of the store holds every commit acknowledged before it was begun (copies.ts looks).

import { constants } from 'node:os'
import { type Contents, Expectation, type Op } from '../crash/expectation.js'
import { type Fault, nameOf } from './preload.js'
import type { Workload } from './subject.js'

export type Durability = 'disk' | 'os' | 'memory'

interface Failure {
  code?: string
  errno?: number
  file?: string
  n?: number
  message?: string
}

/** A checkpoint or backup that was begun, in order. */
export interface Copied {
  readonly what: string
  /** What it holds, if it is there. */
  readonly held: Expectation
  /** It was said to be done, so it is there. */
  isDone: boolean
}

interface Issued {
  fired: number
  durability: Durability
  /** By then a failure had been told that ends all writing. */
  stopped: boolean
}

export type Line =
  | [fired: number, word: 'begin' | 'done', what: string]
  | [fired: number, word: 'failed', what: string, failure: Failure]
  | [fired: number, word: 'held', contents: Contents]
  | [fired: number, word: 'issue', n: number, ops: Op[], durability: Durability]
  | [fired: number, word: 'acknowledged', n: number]
  | [fired: number, word: 'wrong', what: string]
  | [fired: number, word: 'end']

/** From weak to strong: what survives a loss that spares a durability is that and all behind it. */
const DURABILITIES: readonly Durability[] = ['memory', 'os', 'disk']
const COPIES = ['checkpoint', 'backup']
const REPEATED_CALLS = ['open', 'create', 'read', 'write', 'pwrite']
/**
 * What a step does not depend on: a promise that an idle log appends by itself (a lost record shows
 * in the contents), zeros ahead of a log, their removal, files nobody needs any
 * more; of events the index, which is made again, and what is done in the background: reading a
 * finished segment back, and a catalog with its digest; of backups looking for what nobody needs.
 */
const SPARED_CALLS: Readonly<Record<Workload, readonly RegExp[]>> = {
  store: [/^write wal$/, /^pwrite /, /^truncate /, /^unlink /],
  copies: [/^write wal$/, /^pwrite /, /^truncate /, /^unlink /, /^(open|read) backup$/],
  events: [
    /^write evt$/,
    /^pwrite /,
    /^truncate /,
    /^unlink /,
    / idx$/,
    /^(open|read) evt$/,
    / CATALOG$/,
    / directory$/,
  ],
}
/** A flush or compaction that failed over these is tried again, and then it is done. */
const TRIED_AGAIN = ['sst', 'directory']
/** What `open` waits for; the rest may be the background's. */
const OPEN_DEPENDS_ON = ['CURRENT', 'LOCK', 'wal', 'evt']
/** Whatever else goes on, somebody hears of a failure of these. */
const TOLD_SORTS = /^(create|write|fdatasync|rename) (wal|evt|manifest|CATALOG|CURRENT)$/

const isGoneOnWith = ({ call, shape }: Fault): boolean =>
  REPEATED_CALLS.includes(call) && (shape.errno === undefined || shape.errno === 'EINTR')

const sortOf = ({ call, kind }: Fault): string => `${call} ${kind}`

function isDependedOn(fault: Fault, workload: Workload): boolean {
  if (isGoneOnWith(fault)) return false
  if (TRIED_AGAIN.includes(fault.kind) && fault.shape.forever !== true) return false
  return !SPARED_CALLS[workload].some((pattern) => pattern.test(sortOf(fault)))
}

export class Judge {
  readonly complaints: string[] = []
  readonly failures = new Map<string, number>()
  readonly copies: Copied[] = []
  acknowledged = 0
  issued = 0
  readonly #workload: Workload
  readonly #fault: Fault | undefined
  readonly #spared: Durability
  readonly #expectation = new Expectation()
  readonly #issued = new Map<number, Issued>()
  readonly #begun = new Map<string, number>()
  #stopped = false
  #isCut = false

  /** Without a fault a failure may have any cause. */
  constructor(workload: Workload, spared: Durability, fault?: Fault) {
    this.#workload = workload
    this.#fault = fault
    this.#spared = spared
  }

  /** The power goes now: what is acknowledged from here on would be heard by nobody. */
  cut(): void {
    this.#isCut = true
  }

  /** The power is back. What was told before has all been taken by then. */
  restore(): void {
    this.#isCut = false
  }

  /** When all is over: so many faults have fired. */
  conclude(fired: number): void {
    const fault = this.#fault
    if (fault === undefined || fired === 0 || this.failures.size > 0) return
    if (!isGoneOnWith(fault) && TOLD_SORTS.test(sortOf(fault))) this.#complain('nobody was told')
  }

  take(line: Line): void {
    const [fired, word, what, more, durability] = line
    switch (word) {
      case 'begin':
        this.#begun.set(what, fired)
        if (what === 'open') this.#stopped = false
        if (COPIES.includes(what)) {
          this.copies.push({ what, held: this.#expectation.copy(), isDone: false })
        }
        break
      case 'done':
        if (COPIES.includes(what)) this.copies.at(-1)!.isDone = true
        if (this.#waitsForAll(what) && this.#isBetrayed(fired, this.#begun.get(what))) {
          this.#complain(`${what} is said to be done`)
        }
        break
      case 'failed':
        this.#fail(what, more)
        break
      case 'held':
        this.settle(what)
        break
      case 'issue':
        this.issued++
        this.#issued.set(what, { fired, durability, stopped: this.#stopped })
        this.#expectation.issue(what, more)
        break
      case 'acknowledged':
        this.#acknowledge(fired, what)
        break
      case 'wrong':
        this.#complain(`a read is wrong: ${what}`)
        break
      case 'end':
        break
    }
  }

  settle(contents: Contents): void {
    const wrong = this.#expectation.settle(contents)
    if (wrong !== undefined) this.#complain(wrong)
  }

  #acknowledge(fired: number, n: number): void {
    const issued = this.#issued.get(n)
    if (issued === undefined) return this.#complain(`${n} is acknowledged and was never issued`)
    if (this.#isCut) return
    this.acknowledged++
    if (issued.stopped) this.#complain(`${n} is acknowledged by a store that had failed`)
    if (issued.durability === 'disk' && this.#isBetrayed(fired, issued.fired)) {
      this.#complain(`${n} is acknowledged`)
    }
    const isSpared = DURABILITIES.indexOf(issued.durability) >= DURABILITIES.indexOf(this.#spared)
    if (isSpared) this.#expectation.acknowledge(n)
  }

  #fail(what: string, failure: Failure): void {
    const { code = 'no code', n } = failure
    this.failures.set(code, (this.failures.get(code) ?? 0) + 1)
    const text = `${what} failed: ${code} ${failure.message}`
    if (!this.#isFitting(failure)) this.#complain(text)
    if (code === 'OUTCOME_UNKNOWN' || code === 'READ_ONLY') this.#stopped = true
    if (n === undefined) return
    if (code === 'READ_ONLY' || code === 'NO_SPACE') this.#expectation.refuse(n)
    else if (code !== 'OUTCOME_UNKNOWN') this.#complain(text)
  }

  #isFitting({ code = '', errno }: Failure): boolean {
    const codes = ['IO_ERROR', 'NO_SPACE', 'OUTCOME_UNKNOWN', 'READ_ONLY']
    const fault = this.#fault
    if (fault === undefined) return codes.includes(code)
    if (isGoneOnWith(fault) || fault.shape.errno === undefined) return false
    const plain = fault.shape.errno === 'ENOSPC' ? 'NO_SPACE' : 'IO_ERROR'
    const fitting = [plain, 'OUTCOME_UNKNOWN', 'READ_ONLY'].includes(code)
    return fitting && errno === constants.errno[fault.shape.errno]
  }

  #isBetrayed(fired: number, before = fired): boolean {
    const fault = this.#fault
    return fired > before && fault !== undefined && isDependedOn(fault, this.#workload)
  }

  #waitsForAll(what: string): boolean {
    if (what === 'open') return OPEN_DEPENDS_ON.includes(this.#fault?.kind ?? '')
    return what !== 'read'
  }

  #complain(text: string): void {
    const under = this.#fault === undefined ? '' : ` (under ${nameOf(this.#fault)})`
    this.complaints.push(`${text}${under}`)
  }
}
