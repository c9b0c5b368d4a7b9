// Every file call of a small run fails in turn, on the real file system, under Node.js: EIO,
// ENOSPC, short writes, EINTR, once or from then on.
//   LEDGERSTONE_LONG=1 npx vitest run test/faults/preload.test.ts        every call; else a sample
//   LEDGERSTONE_FAULT='fdatasync wal 3 EIO' npx vitest run …             those of this name only

import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import { counted } from '../support/counted.js'
import { temporaryFolders } from '../support/folders.js'
import { contentsAt } from './contents.js'
import { wrongCopies } from './copies.js'
import { Judge } from './judge.js'
import { compilePreload, type Fault, nameOf, PlanFile, type Shape } from './preload.js'
import { Subject, type Workload } from './subject.js'

const LONG = process.env['LEDGERSTONE_LONG'] !== undefined
const ONLY = process.env['LEDGERSTONE_FAULT']
const PER_SORT = LONG
  ? { store: Infinity, events: Infinity, copies: Infinity }
  : { store: 2, events: 1, copies: 1 }
const AT_ONCE = 2
const SESSIONS = 2

const EIO: Shape = { name: 'EIO once', errno: 'EIO' }
const EIO_ON: Shape = { name: 'EIO from then on', errno: 'EIO', forever: true }
const NO_SPACE: Shape = { name: 'ENOSPC once', errno: 'ENOSPC' }
const NO_SPACE_ON: Shape = { name: 'ENOSPC from then on', errno: 'ENOSPC', forever: true }
const EINTR: Shape = { name: 'EINTR once', errno: 'EINTR' }
const HALF: Shape = { name: 'short once', halve: true }
const HALF_ON: Shape = { name: 'short from then on', halve: true, forever: true }
const HALF_FULL: Shape = {
  name: 'short, then ENOSPC',
  halve: true,
  errno: 'ENOSPC',
  forever: true,
}
const SYNC = [EIO, EIO_ON, NO_SPACE, EINTR]
const WRITE = [EIO, EIO_ON, NO_SPACE, NO_SPACE_ON, EINTR, HALF, HALF_ON, HALF_FULL]

const SHAPES: Readonly<Record<string, readonly Shape[]>> = {
  open: [EIO, EIO_ON, EINTR],
  create: [EIO, EIO_ON, NO_SPACE, NO_SPACE_ON, EINTR],
  read: [EIO, EIO_ON, EINTR, HALF, HALF_ON],
  write: WRITE,
  pwrite: WRITE,
  allocate: [NO_SPACE, EINTR],
  fsync: SYNC,
  fdatasync: SYNC,
  truncate: SYNC,
  rename: [EIO, EIO_ON, NO_SPACE],
  unlink: [EIO, EIO_ON],
}

/** What a run must have met, or it tests something else than it says. */
const EXPECTED: Readonly<Record<Workload, readonly string[]>> = {
  store: [
    ...['create', 'write', 'pwrite', 'fdatasync', 'truncate', 'read', 'unlink'].map(
      (c) => `${c} wal`,
    ),
    ...['create', 'write', 'fdatasync', 'read', 'unlink'].map((call) => `${call} manifest`),
    ...['create', 'write', 'fdatasync', 'open', 'read', 'unlink'].map((call) => `${call} sst`),
    ...['create', 'write', 'fdatasync', 'rename', 'read'].map((call) => `${call} CURRENT`),
    ...['create LOCK', 'open directory', 'fsync directory'],
  ],
  copies: [
    ...['create', 'write', 'fdatasync', 'read'].map((call) => `${call} sst`),
    ...['create', 'write', 'fdatasync', 'rename'].map((call) => `${call} backup`),
    ...['create', 'write', 'fdatasync'].map((call) => `${call} manifest`),
    ...['fdatasync CURRENT', 'rename checkpoint-0', 'fsync directory'],
  ],
  events: [
    ...['create', 'write', 'pwrite', 'fdatasync', 'truncate', 'read', 'unlink', 'rename'].map(
      (call) => `${call} evt`,
    ),
    ...['create', 'write', 'unlink'].map((call) => `${call} idx`),
    ...['create', 'write', 'fdatasync', 'rename', 'read'].map((call) => `${call} CATALOG`),
    ...['create LOCK', 'open directory', 'fsync directory'],
  ],
}

// In memory where that is possible: a sync costs nothing there, and its failures are planned.
const folder = temporaryFolders('faults', existsSync('/dev/shm') ? '/dev/shm' : undefined)
mkdirSync(folder(), { recursive: true })
const root = realpathSync(join(folder(), '..'))
const preload = compilePreload(root)
if ('missing' in preload) {
  rmSync(root, { recursive: true })
  process.stdout.write(`Not run: failing file calls under Node.js, since ${preload.missing}\n`)
}

interface Totals {
  fired: Map<string, number>
  failures: Map<string, number>
  runs: number
  idle: number
  acknowledged: number
  complaints: string[]
}

/** One process under the preload, with a folder and a plan of its own. */
class Bench {
  readonly plan: PlanFile
  readonly workload: Workload
  readonly #subject: Subject
  readonly #folder: string
  readonly #seed: number
  #count = 0

  constructor(workload: Workload, seed: number, path: string) {
    this.workload = workload
    this.#seed = seed
    this.#folder = folder()
    mkdirSync(this.#folder, { recursive: true })
    this.plan = new PlanFile(`${this.#folder}.plan`)
    this.#subject = new Subject({
      LD_PRELOAD: path,
      LEDGERSTONE_FAULT_DIRECTORY: realpathSync(this.#folder),
      LEDGERSTONE_FAULT_PLAN: this.plan.path,
    })
  }

  /** Gives how often a fault fired. */
  async run(judge: Judge): Promise<number> {
    const path = join(realpathSync(this.#folder), `${this.#count++}`)
    if (this.workload === 'copies') mkdirSync(`${path}.copies`)
    const job = { workload: this.workload, path, seed: this.#seed, sessions: SESSIONS, next: 0 }
    const died = await this.#subject.run(job, (line) => judge.take(line))
    const fired = this.plan.fired()
    if (died !== undefined) judge.complaints.push(died)
    try {
      judge.settle(await contentsAt(this.workload, path))
      judge.complaints.push(...(await wrongCopies(`${path}.copies`, judge.copies)))
    } catch (error) {
      judge.complaints.push(`afterwards: ${String(error)}`)
    }
    rmSync(path, { recursive: true, force: true })
    rmSync(`${path}.copies`, { recursive: true, force: true })
    return fired
  }

  /** How often each call is made on each kind of file when nothing fails. */
  async count(): Promise<Map<string, number>> {
    this.plan.traceOn()
    const judge = new Judge(this.workload, 'os')
    await this.run(judge)
    expect(judge.complaints).toEqual([])
    expect(judge.failures.size).toBe(0)
    expect(judge.acknowledged).toBe(judge.issued)
    return this.plan.traced()
  }

  end(): Promise<void> {
    return this.#subject.end()
  }
}

function faultsOf(counts: ReadonlyMap<string, number>, most: number, random: Random): Fault[] {
  const faults: Fault[] = []
  for (const [sort, count] of counts) {
    const [call = '', kind = ''] = sort.split(' ')
    for (const shape of SHAPES[call] ?? []) {
      const skips = new Set(Array.from({ length: count }, (_, skip) => skip))
      while (skips.size > most) skips.delete(random.pick([...skips] as [number]))
      for (const skip of skips) faults.push({ call, kind, skip, shape })
    }
  }
  return ONLY === undefined ? faults : faults.filter((fault) => nameOf(fault).includes(ONLY))
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count)
}

async function runFault(bench: Bench, fault: Fault, totals: Totals): Promise<void> {
  const { workload } = bench
  const judge = new Judge(workload, 'os', fault)
  bench.plan.plan(fault)
  const fired = await bench.run(judge)
  judge.conclude(fired)
  if (fired === 0) totals.idle++
  else add(totals.fired, `${fault.call} ${fault.kind}`, 1)
  totals.runs++
  totals.acknowledged += judge.acknowledged
  for (const [code, count] of judge.failures) add(totals.failures, code, count)
  totals.complaints.push(...judge.complaints)
}

const list = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort()
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')

async function sweep(workload: Workload, path: string, seed: number): Promise<Totals> {
  const totals: Totals = {
    ...{ fired: new Map(), failures: new Map() },
    ...{ runs: 0, idle: 0, acknowledged: 0, complaints: [] },
  }
  const benches = Array.from({ length: AT_ONCE }, () => new Bench(workload, seed, path))
  const counts = await benches[0]!.count()
  const faults = faultsOf(counts, PER_SORT[workload], new Random(seed))
  const work = async (bench: Bench): Promise<void> => {
    for (let fault = faults.pop(); fault !== undefined; fault = faults.pop()) {
      await runFault(bench, fault, totals)
    }
    await bench.end()
  }
  const began = performance.now()
  await Promise.all(benches.map(work))
  const calls = [...counts.values()].reduce((a, b) => a + b, 0)
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  process.stdout.write(
    `${workload}: ${calls} calls a run; ${totals.runs} runs with a fault in ${seconds} s, ` +
      `${totals.idle} of them never reached it; ${totals.acknowledged} commits acknowledged.\n` +
      `  Runs by what failed: ${list(totals.fired)}\n  Told: ${list(totals.failures)}\n` +
      `  Again: LEDGERSTONE_SEED=${seed} npx vitest run test/faults/preload.test.ts\n`,
  )
  for (const [sort, times] of totals.fired) {
    counted(`I/O errors: real calls of ${workload}, ${sort}`, times)
  }
  return totals
}

const WORKLOADS: readonly Workload[] = ['store', 'events', 'copies']

describe.skipIf('missing' in preload).each(WORKLOADS)('%s', (workload) => {
  it('loses nothing, invents nothing and tells the truth whichever file call fails', async () => {
    const seed = seedFromEnvironment()
    const { path } = preload as { path: string }
    const { complaints, fired, idle, runs } = await sweep(workload, path, seed)
    expect(complaints.slice(0, 10)).toEqual([])
    expect(runs).toBeGreaterThan(0)
    if (ONLY !== undefined) return
    expect(idle).toBeLessThan(runs / 5)
    for (const sort of EXPECTED[workload]) expect(fired.get(sort) ?? 0, sort).toBeGreaterThan(0)
  }, 3_600_000)
})
