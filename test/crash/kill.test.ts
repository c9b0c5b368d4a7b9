// SIGKILL of a process that opens, writes, flushes, compacts and closes a real store.
//   LEDGERSTONE_KILLS=2000 npx vitest run test/crash       more of it
//   LEDGERSTONE_SEED=n npx vitest run test/crash           the same choices again

import { expect, it } from 'vitest'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import type { OpenOptions } from '../../src/index.js'
import { counted } from '../support/counted.js'
import { temporaryFolders } from '../support/folders.js'
import { PHASES, type SeriesPlan, type SeriesResult, type Workload, runSeries } from './series.js'

// Fewer than some dozens do not reach every phase, and fail for that.
const KILLS = Number(process.env['LEDGERSTONE_KILLS'] ?? 216)
const TOTAL_TIMEOUT_MS = 60_000 + KILLS * 2000
const SERIES_AT_ONCE = 2

const SMALL: OpenOptions = {
  memoryBudget: '4MiB',
  advanced: {
    generationBytes: '64KiB',
    tableBytes: '32KiB',
    blockBytes: 1024,
    levelBaseBytes: '64KiB',
    l0CompactionTrigger: 2,
  },
}
const TINY: OpenOptions = {
  memoryBudget: '1MiB',
  advanced: { ...SMALL.advanced, generationBytes: '16KiB', tableBytes: '8KiB', levelFanout: 3 },
}
const USUAL: OpenOptions = {}

const PLANS: [workload: Workload, options: OpenOptions, stepsMax: number][] = [
  ['mixed', SMALL, 400],
  ['derived', TINY, 400],
  ['bank', TINY, 30],
  ['derived', SMALL, 30],
  ['mixed', TINY, 30],
  ['bank', USUAL, 400],
]

const folder = temporaryFolders('crash')

function summary(results: readonly SeriesResult[], seed: number, seconds: number): string {
  const sum = (of: (result: SeriesResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0)
  const phases = PHASES.map((phase) => `${sum((r) => r.kills[phase])} while ${phase}`)
  return (
    `${KILLS} kills in ${seconds.toFixed(0)} s: ${phases.join(', ')}; ` +
    `${sum((r) => r.issued)} commits issued, ${sum((r) => r.acknowledged)} acknowledged, ` +
    `${sum((r) => r.applied)} events applied; ` +
    `the parent saw ${sum((r) => r.cleanOpens)} clean ends, ` +
    `${sum((r) => r.replayedRecords)} records replayed, ${sum((r) => r.cutBytes)} bytes cut.\n` +
    `Again: LEDGERSTONE_SEED=${seed} LEDGERSTONE_KILLS=${KILLS} npx vitest run test/crash\n`
  )
}

it(
  `holds every acknowledged write, and nothing that was not written, after ${KILLS} kills`,
  async () => {
    const seed = seedFromEnvironment()
    const seeds = new Random(seed)
    process.stdout.write(`LEDGERSTONE_SEED=${seed}\n`)
    const plans = PLANS.map(([workload, options, stepsMax], i): SeriesPlan => {
      const kills = Math.floor(KILLS / PLANS.length) + (i < KILLS % PLANS.length ? 1 : 0)
      return { workload, options, stepsMax, kills, path: folder(), seed: seeds.below(2 ** 32) }
    })
    const began = performance.now()
    const results: SeriesResult[] = []
    const work = async (): Promise<void> => {
      for (let plan = plans.shift(); plan !== undefined; plan = plans.shift()) {
        results.push(await runSeries(plan))
      }
    }
    const ended = await Promise.allSettled(Array.from({ length: SERIES_AT_ONCE }, work))
    const failed = ended.find((end) => end.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    process.stdout.write(summary(results, seed, (performance.now() - began) / 1000))
    counted('real kills: store', KILLS)
    const killed = results.flatMap(({ kills }) => Object.values(kills))
    expect(killed.reduce((a, b) => a + b, 0)).toBe(KILLS)
    for (const phase of PHASES) {
      expect(results.some(({ kills }) => kills[phase] > 0)).toBe(true)
    }
    expect(results.some(({ acknowledged }) => acknowledged > 0)).toBe(true)
    expect(results.some(({ applied }) => applied > 0)).toBe(true)
  },
  TOTAL_TIMEOUT_MS,
)
