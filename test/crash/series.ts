// One store, killed many times: a victim is started, given its job, killed at a random moment after
// it began to open, and what it told is compared with what the next victim, or this process, finds.
//
// 1. The next victim is started while the last one runs, so that a kill costs no start of Node.js.
// 2. A victim's lines are read when it is dead; an unfinished last line is dropped.

import type { OpenOptions, Store } from '../../src/index.js'
import { open, verifyDirectory } from '../../src/index.js'
import { Random } from '../../src/base/random.js'
import { inRoot } from '../support/paths.js'
import { type Program, start } from '../support/program.js'
import { type Contents, Expectation, type Op } from './expectation.js'

export type Workload = 'mixed' | 'bank' | 'derived'
export const PHASES = ['opening', 'writing', 'flushing', 'compacting', 'closing'] as const
export type Phase = (typeof PHASES)[number]

export interface SeriesPlan {
  workload: Workload
  path: string
  seed: number
  kills: number
  /** Between an open and a close, each of some commits. */
  stepsMax: number
  options: OpenOptions
}

export interface SeriesResult {
  kills: Record<Phase, number>
  cleanOpens: number
  replayedRecords: number
  cutBytes: number
  acknowledged: number
  issued: number
  /** The newest position that the derived namespaces were found at. */
  applied: number
}

interface Found {
  applied: number
  held: Contents
}

interface Issued {
  n: number
  kind: string
  ops: Op[]
}

const VICTIM = inRoot('test/crash/victim.mjs')
/** The line of the victim after which it is killed, and how long after it at most. */
interface Moment {
  line: 'O' | 'o' | 'F' | 'K' | 'C'
  afterMaxMs: number
}

const MOMENTS: readonly [Moment, ...Moment[]] = [
  { line: 'O', afterMaxMs: 20 },
  { line: 'O', afterMaxMs: 80 },
  { line: 'o', afterMaxMs: 30 },
  { line: 'o', afterMaxMs: 80 },
  { line: 'o', afterMaxMs: 160 },
  { line: 'F', afterMaxMs: 10 },
  { line: 'K', afterMaxMs: 20 },
  { line: 'C', afterMaxMs: 10 },
]
const DERIVED = ['x', 'y']
const TOTAL_OF_ACCOUNTS = 24_000
const VICTIM_TIMEOUT_MS = 30_000

export async function runSeries(plan: SeriesPlan): Promise<SeriesResult> {
  return new Series(plan).run()
}

class Series {
  readonly #plan: SeriesPlan
  readonly #random: Random
  readonly #ordinary = new Expectation()
  readonly #derived = new Expectation()
  readonly #result: SeriesResult = {
    kills: { opening: 0, writing: 0, flushing: 0, compacting: 0, closing: 0 },
    cleanOpens: 0,
    replayedRecords: 0,
    cutBytes: 0,
    acknowledged: 0,
    issued: 0,
    applied: 0,
  }
  #next = 0

  constructor(plan: SeriesPlan) {
    this.#plan = plan
    this.#random = new Random(plan.seed)
  }

  async run(): Promise<SeriesResult> {
    let waiting = start([VICTIM], VICTIM_TIMEOUT_MS)
    for (let kill = 0; kill < this.#plan.kills; kill++) {
      const victim = waiting
      waiting = start([VICTIM], VICTIM_TIMEOUT_MS)
      await this.#kill(victim)
      if (this.#random.oneIn(6)) await this.#look()
    }
    waiting.process.stdin!.end()
    await waiting.ended
    await this.#look()
    return this.#result
  }

  async #kill(victim: Program): Promise<void> {
    const { path, workload, seed, options } = this.#plan
    const moment = this.#random.pick(MOMENTS)
    const job = {
      ...{ path, workload, options, next: this.#next, events: seed },
      seed: this.#random.below(2 ** 32),
      stepsMax: moment.line === 'C' ? 3 : this.#plan.stepsMax,
      flushOneIn: moment.line === 'F' ? 3 : 12,
      compactOneIn: moment.line === 'K' ? 3 : 20,
    }
    victim.process.stdin!.write(`${JSON.stringify(job)}\n`)
    await victim.line(moment.line)
    const afterMs = this.#random.fraction() * moment.afterMaxMs
    await new Promise((resolve) => setTimeout(resolve, afterMs))
    victim.process.kill('SIGKILL')
    const { signal, stderr } = await victim.ended
    if (signal !== 'SIGKILL') throw new Error(`The victim died by itself: ${stderr}`)
    this.#result.kills[this.#read(victim.lines())]++
  }

  #read(lines: readonly string[]): Phase {
    let phase: Phase = 'opening'
    for (const line of lines) {
      const rest = line.slice(2)
      switch (line.charAt(0)) {
        case 'O':
          phase = 'opening'
          break
        case 'o':
        case 'k':
          phase = 'writing'
          break
        case 'F':
          phase = 'flushing'
          break
        case 'K':
          phase = 'compacting'
          break
        case 'C':
          phase = 'closing'
          break
        case 's':
          this.#settle(JSON.parse(rest) as Found)
          break
        case 'p':
          this.#issue(JSON.parse(rest) as Issued)
          break
        case 'a':
          this.#ordinary.acknowledge(Number(rest))
          this.#result.acknowledged++
          break
        case 'f':
          this.#derived.acknowledge(Number(rest))
          phase = 'writing'
          break
      }
    }
    return phase
  }

  #issue({ n, kind, ops }: Issued): void {
    this.#result.issued++
    if (kind === 'derived') {
      this.#derived.issue(n, ops)
    } else {
      this.#ordinary.issue(n, ops)
      this.#next = n + 1
    }
  }

  #settle({ applied, held }: Found): void {
    this.#result.applied = applied
    const entries = Object.entries(held)
    const ordinary = entries.filter(([name]) => !DERIVED.includes(name))
    const derived = entries.filter(([name]) => DERIVED.includes(name))
    const wrong =
      this.#ordinary.settle(Object.fromEntries(ordinary)) ??
      this.#derived.settle(Object.fromEntries(derived), applied) ??
      wrongTotal(held['accounts'])
    if (wrong !== undefined) throw new Error(`${this.#plan.workload}: ${wrong}`)
  }

  /** Opens the store here, as a reader that is no victim. */
  async #look(): Promise<void> {
    const store = await open(this.#plan.path, this.#plan.options)
    const { cleanClose, replayedRecords, cutBytes } = store.report
    if (cleanClose) this.#result.cleanOpens++
    this.#result.replayedRecords += replayedRecords
    this.#result.cutBytes += cutBytes
    this.#settle({ applied: Number(store.applied), held: contentsOf(store) })
    const findings = await store.verify()
    await store.close()
    findings.push(...(await verifyDirectory(this.#plan.path)))
    if (findings.length > 0) throw new Error(`verify() found ${JSON.stringify(findings)}`)
  }
}

function contentsOf(store: Store): Contents {
  const held: Record<string, Record<string, string>> = {}
  for (const { name } of store.namespaces()) {
    const space = store.namespace(name, { key: 'utf8', value: 'utf8' })
    const marks: Record<string, string> = {}
    for (const [key, value] of space.range()) marks[key] = value.split('|')[1] ?? value
    held[name] = marks
  }
  return held
}

function wrongTotal(accounts: Readonly<Record<string, string>> | undefined): string | undefined {
  const balances = Object.values(accounts ?? {}).map((mark) => Number(mark.split('=')[1]))
  const total = balances.reduce((sum, balance) => sum + balance, 0)
  if (balances.length === 0 || total === TOTAL_OF_ACCOUNTS) return undefined
  return `the accounts hold ${total} instead of ${TOTAL_OF_ACCOUNTS}`
}
