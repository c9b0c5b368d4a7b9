// Random concurrent transactions are serializable; LEDGERSTONE_SEED replays, LEDGERSTONE_ROUNDS=n
// runs n times as many. The check must catch planted anomalies.

import { afterEach, describe, expect, it } from 'vitest'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import { addon } from '../../src/binding/addon.js'
import type { NativeStore } from '../../src/binding/native-types.js'
import type { Store } from '../../src/index.js'
import { CommitQueue } from '../../src/store/commit-queue.js'
import { MemoryEngine } from '../../src/store/memory-engine.js'
import { nativeOpenOptions } from '../../src/store/options.js'
import { StoreHandle } from '../../src/store/store-handle.js'
import { counted } from '../support/counted.js'
import { temporaryFolders } from '../support/folders.js'
import { blinded } from './blind-store.js'
import { recordLoad } from './callers.js'
import { type Recorded, type Step, anomalyIn } from './history.js'

const seed = seedFromEnvironment()
const rounds = 3 * Number(process.env['LEDGERSTONE_ROUNDS'] ?? 1)
process.stdout.write(`LEDGERSTONE_SEED=${seed}\n`)

const newFolder = temporaryFolders('transact')
const tiny = { advanced: { generationBytes: 8192 }, memoryBudget: '8MiB' }

const engines: Record<string, (queue: CommitQueue) => Promise<NativeStore>> = {
  memory: async (queue) => new MemoryEngine(queue.onCommitted),
  native: async (queue) =>
    addon().open(newFolder(), nativeOpenOptions(tiny), queue.onCommitted, undefined),
}

let store: Store | undefined
afterEach(() => store?.close())

async function openWith(
  engine: string,
  change: (native: NativeStore) => NativeStore = (native) => native,
): Promise<Store> {
  const queue = new CommitQueue()
  const native = change(await engines[engine]!(queue))
  store = new StoreHandle(':test:', native, queue, false)
  return store
}

const load = { callers: 16, transactionsEach: 60, keys: 16 }

describe.each(['memory', 'native'])('transactions of many callers, %s engine', (engine) => {
  it('are as if they had run one after the other', { timeout: rounds * 20_000 }, async () => {
    for (let round = 0; round < rounds; round++) {
      const opened = await openWith(engine)
      const found = await recordLoad(opened, { ...load, seed: seed + round * 100 })
      expect(found.history.length).toBeGreaterThan(300)
      expect(found.conflicts).toBeGreaterThan(0)
      expect(anomalyIn(found.history)).toBeUndefined()
      await opened.close()
    }
    counted(`histories checked: transactions of one thread, ${engine}`, rounds)
  })

  it('are found out when the engine checks nothing', async () => {
    const opened = await openWith(engine, blinded)
    const { history } = await recordLoad(opened, { ...load, seed })
    expect(anomalyIn(history)).toBeDefined()
  })

  it('are found out when a single read is changed', async () => {
    const opened = await openWith(engine)
    const { history } = await recordLoad(opened, { ...load, seed })
    expect(anomalyIn(history)).toBeUndefined()
    const random = new Random(seed)
    let changed = 0
    for (const one of history) {
      for (const [i, step] of one.steps.entries()) {
        if (!random.oneIn(20)) continue
        const other = altered(step)
        if (other === undefined) continue
        one.steps[i] = other
        expect(anomalyIn(history), `${one.name}, step ${i}`).toBeDefined()
        one.steps[i] = step
        changed++
      }
    }
    expect(changed).toBeGreaterThan(20)
  })
})

// A read of what was never there.
function altered(step: Step): Step | undefined {
  if (step.kind === 'get') return { ...step, value: `${step.value ?? ''}?` }
  if (step.kind !== 'range' || step.found.length === 0) return undefined
  return { ...step, found: step.found.map((entry, i) => (i === 0 ? `${entry}?` : entry)) }
}

describe('the check finds', () => {
  const setUp: Recorded = {
    name: 'setup',
    began: 1,
    ended: 2,
    sequence: 1n,
    steps: [
      { kind: 'put', key: 'x', value: '0' },
      { kind: 'put', key: 'y', value: '0' },
    ],
  }
  const at = (name: string, began: number, sequence: bigint | undefined, steps: Step[]): Recorded =>
    ({ name, began, ended: began + 10, sequence, steps })
  const get = (key: string, value: string): Step => ({ kind: 'get', key, value })
  const put = (key: string, value: string): Step => ({ kind: 'put', key, value })
  const range = (found: string[]): Step =>
    ({ kind: 'range', gte: 'a', lt: 'm', limit: Infinity, reverse: false, found })

  it.each<[string, Recorded[]]>([
    [
      'a lost update',
      [
        at('a', 3, 2n, [get('x', '0'), put('x', '1')]),
        at('b', 4, 3n, [get('x', '0'), put('x', '2')]),
      ],
    ],
    [
      'a write skew',
      [
        at('a', 3, 2n, [get('x', '0'), get('y', '0'), put('x', '1')]),
        at('b', 4, 3n, [get('x', '0'), get('y', '0'), put('y', '1')]),
      ],
    ],
    [
      'a phantom',
      [at('a', 3, 2n, [range([]), put('b', '1')]), at('b', 4, 3n, [range([]), put('c', '1')])],
    ],
    [
      'a stale read',
      [at('a', 3, 2n, [put('x', '1')]), at('late', 20, undefined, [get('x', '0')])],
    ],
    [
      'a read of two states',
      [
        at('a', 3, 2n, [put('x', '1')]),
        at('b', 4, 3n, [put('y', '1')]),
        at('torn', 3, undefined, [get('x', '0'), get('y', '1')]),
      ],
    ],
    [
      'a long fork',
      [
        at('a', 3, 2n, [put('x', '1')]),
        at('b', 4, 3n, [put('y', '1')]),
        at('one', 3, undefined, [get('x', '1'), get('y', '0')]),
        at('other', 3, undefined, [get('y', '1'), get('x', '0')]),
      ],
    ],
    [
      'a read that is not repeatable',
      [
        at('a', 3, 2n, [put('x', '1')]),
        at('twice', 3, undefined, [get('x', '0'), get('y', '0'), get('x', '1')]),
      ],
    ],
    [
      'a range that is not repeatable',
      [
        at('a', 3, 2n, [put('b', '1')]),
        at('twice', 3, undefined, [range([]), get('x', '0'), range(['b=1'])]),
      ],
    ],
    [
      'a snapshot that saw what began after it was taken',
      [
        { ...at('early', 3, undefined, [get('x', '1')]), ended: 5 },
        at('a', 6, 2n, [put('x', '1')]),
      ],
    ],
    [
      'a snapshot of another state than its sequence',
      [
        at('a', 3, 2n, [put('x', '1')]),
        { ...at('told', 3, undefined, [get('x', '1')]), at: 1n },
      ],
    ],
    [
      'a sequence that is older than what was acknowledged',
      [
        at('a', 3, 2n, [put('x', '1')]),
        { ...at('told', 20, undefined, [get('y', '0')]), at: 1n },
      ],
    ],
    [
      'a refusal without a reason',
      [
        at('a', 3, 2n, [put('x', '1')]),
        { ...at('refused', 3, undefined, [get('y', '0'), put('y', '2')]), refused: 30 },
      ],
    ],
    [
      'a commit order against the order of time',
      [at('a', 3, 3n, [put('x', '1')]), at('b', 20, 2n, [put('x', '2')])],
    ],
  ])('%s', (_, history) => {
    expect(anomalyIn([setUp, ...history])).toBeDefined()
  })

  it('nothing in a history that is in order', () => {
    const history = [
      setUp,
      at('a', 3, 2n, [get('x', '0'), put('x', '1'), get('x', '1')]),
      at('b', 4, 3n, [range([]), get('x', '1'), put('b', '1'), range(['b=1'])]),
      at('reader', 3, undefined, [get('x', '1'), range([])]),
      { ...at('snapshot', 3, undefined, [get('x', '1'), range([])]), at: 2n },
      { ...at('refused', 3, undefined, [get('x', '0'), put('y', '2')]), refused: 30 },
    ]
    expect(anomalyIn(history)).toBeUndefined()
  })
})
