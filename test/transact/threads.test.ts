// Transactions, snapshots and batches of callers in several threads over one store: what commits is
// as if one after the other in commit order, every snapshot and every refused transaction read one
// state of that order, in time. LEDGERSTONE_SEED replays the scripts, LEDGERSTONE_ROUNDS=n runs n
// times as many. Anomalies planted into what was recorded must be found.

import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import { counted } from '../support/counted.js'
import { temporaryFolders } from '../support/folders.js'
import { inRoot, requireCompiled } from '../support/paths.js'
import { type Recorded, anomalyIn } from './history.js'

const seed = seedFromEnvironment()
const rounds = 4 * Number(process.env['LEDGERSTONE_ROUNDS'] ?? 1)
process.stdout.write(`LEDGERSTONE_SEED=${seed}\n`)

const THREADS = 4
const CALLERS = 4
const ACTS = 50
const KEYS = 16
const options = { memoryBudget: '8MiB', advanced: { generationBytes: 8192 } }
const newFolder = temporaryFolders('transact-threads')

interface ScriptStep {
  kind: 'get' | 'range' | 'put' | 'del'
  key: string
  gte: string
  lt: string
  limit: number | undefined
  reverse: boolean
  pause: boolean
}

interface Act {
  name: string
  by: 'transact' | 'snapshot' | 'write'
  durability: string
  steps: ScriptStep[]
}

type Kinds = readonly [ScriptStep['kind'], ...ScriptStep['kind'][]]

function randomStep(random: Random, kinds: Kinds): ScriptStep {
  const key = () => `k${10 + random.below(KEYS)}`
  const [gte, lt] = [key(), key()].sort() as [string, string]
  const limit = random.oneIn(2) ? 1 + random.below(3) : undefined
  const [reverse, pause] = [random.oneIn(2), random.oneIn(3)]
  return { kind: random.pick(kinds), key: key(), gte, lt, limit, reverse, pause }
}

const kindsOf: Record<Act['by'], Kinds> = {
  transact: ['get', 'get', 'range', 'put', 'put', 'del'],
  snapshot: ['get', 'range'],
  write: ['put', 'put', 'del'],
}

function randomScript(random: Random, caller: string): Act[] {
  return Array.from({ length: ACTS }, (_, n) => {
    const by = random.pick(['transact', 'transact', 'snapshot', 'write'] as const)
    const durability = random.oneIn(30) ? 'disk' : random.pick(['os', 'memory'])
    const steps = Array.from({ length: 1 + random.below(6) }, () => randomStep(random, kindsOf[by]))
    return { name: `${caller}.${n}`, by, durability, steps }
  })
}

async function runThread(path: string, name: string, random: Random): Promise<Recorded[]> {
  requireCompiled()
  const scripts = Array.from({ length: CALLERS }, (_, n) => randomScript(random, `${name}.${n}`))
  const workerData = { path, options, scripts }
  const worker = new Worker(inRoot('test/transact/thread-program.mjs'), { workerData })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject)
  })
}

async function record(round: number): Promise<Recorded[]> {
  const path = newFolder()
  const threads = Array.from({ length: THREADS }, (_, n) =>
    runThread(path, `t${n}`, new Random(seed + round * THREADS + n)),
  )
  return (await Promise.all(threads)).flat()
}

it('is one order for all that threads do', { timeout: rounds * 30_000 }, async () => {
  let refused = 0
  for (let round = 0; round < rounds; round++) {
    const history = await record(round)
    expect(history.length).toBeGreaterThan((THREADS * CALLERS * ACTS) / 2)
    expect(history.filter((one) => one.at !== undefined).length).toBeGreaterThan(50)
    refused += history.filter((one) => one.refused !== undefined).length
    expect(anomalyIn(history), `seed ${seed}, round ${round}`).toBeUndefined()
  }
  expect(refused).toBeGreaterThan(rounds)
  counted('histories checked: transactions and snapshots of several threads', rounds)
})

it('is found out when a read of a snapshot is of a value that was replaced before', async () => {
  const history = await record(1000)
  const random = new Random(seed)
  let planted = 0
  for (const [i, one] of history.entries()) {
    const stale = one.at !== undefined && random.oneIn(4) ? madeStale(one, history) : undefined
    if (stale === undefined) continue
    expect(anomalyIn(history.with(i, stale)), one.name).toBeDefined()
    planted++
  }
  expect(planted).toBeGreaterThan(5)
})

it('is found out when a commit is taken from the order, or two exchange their places', async () => {
  const history = await record(1001)
  const writers = history.filter((one) => one.sequence !== undefined)
  const readLater = (one: Recorded) =>
    one.steps.some(
      (step) =>
        step.kind === 'put' &&
        history.some((other) =>
          other !== one && other.steps.some((s) => s.kind === 'get' && s.value === step.value),
        ),
    )
  const lost = writers.find(readLater)!
  expect(anomalyIn(history.filter((one) => one !== lost))).toBeDefined()
  const early = writers.reduce((a, b) => (a.ended < b.ended ? a : b))
  const late = writers.reduce((a, b) => (a.began > b.began ? a : b))
  const exchanged = history.map((one) => {
    if (one === early) return { ...one, sequence: late.sequence }
    return one === late ? { ...one, sequence: early.sequence } : one
  })
  expect(anomalyIn(exchanged)).toBeDefined()
})

// One of its reads finds what had been replaced, and told, before it began.
function madeStale(reader: Recorded, history: readonly Recorded[]): Recorded | undefined {
  for (const [i, step] of reader.steps.entries()) {
    if (step.kind !== 'get') continue
    const writes = history
      .filter((one) => one.sequence !== undefined && one.ended < reader.began)
      .flatMap((one) =>
        one.steps.flatMap((s) => (s.kind === 'put' && s.key === step.key ? [{ one, s }] : [])),
      )
      .sort((a, b) => (a.one.sequence! < b.one.sequence! ? -1 : 1))
    const old = writes.find(({ one }) => one !== writes.at(-1)?.one)
    if (old === undefined || old.s.value === step.value) continue
    return { ...reader, steps: reader.steps.with(i, { ...step, value: old.s.value }) }
  }
  return undefined
}
