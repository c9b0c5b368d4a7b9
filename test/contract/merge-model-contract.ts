import { describe, expect, it } from 'vitest'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import type { Batch, Namespace, Snapshot } from '../../src/index.js'
import type { CurrentStore } from './contract.js'

type Model = Map<string, string>
type Space = Namespace<string, string>

const STEPS = 700
const KEYS = 40
const FUTURE_MS = 3_600_000

export function mergeModelContract(store: CurrentStore): void {
  const seed = seedFromEnvironment()

  describe('random puts, operands, expiries and range deletes', () => {
    it(`leave the store as a plain map says (LEDGERSTONE_SEED=${seed})`, async () => {
      const random = new Random(seed)
      const options = { key: 'utf8', value: 'utf8', merge: 'append' } as const
      const space: Space = store().namespace('model', options)
      let model: Model = new Map()
      const snapshots: [Snapshot, Model][] = []
      for (let step = 0; step < STEPS; step++) {
        if (random.oneIn(30)) snapshots.push([store().snapshot(), model])
        if (snapshots.length > 3) snapshots.shift()![0].release()
        if (random.oneIn(60)) await store().flush()
        if (random.oneIn(200)) await store().compact(space)
        const changed = new Map(model)
        await store().write(
          (batch) => {
            for (let i = random.below(5); i >= 0; i--) change(batch, space, changed, random, step)
          },
          { durability: random.pick(['os', 'memory']) },
        )
        model = changed
        compare(space, model, random, undefined)
        for (const [snapshot, past] of snapshots) compare(space, past, random, snapshot)
      }
      expect([...space.range()]).toEqual(sorted(model))
      expect([...space.range({ reverse: true })]).toEqual(sorted(model).reverse())
      for (const [snapshot] of snapshots) snapshot.release()
    })
  })
}

function change(batch: Batch, space: Space, model: Model, random: Random, step: number): void {
  const key = randomKey(random)
  const text = `${step},`
  switch (random.below(10)) {
    case 0:
      batch.put(space, key, text, { expiresAt: random.below(1000) })
      model.delete(key)
      break
    case 1:
      batch.put(space, key, text, { ttl: FUTURE_MS })
      model.set(key, text)
      break
    case 2:
      batch.put(space, key, text)
      model.set(key, text)
      break
    case 3:
      batch.del(space, key)
      model.delete(key)
      break
    case 4: {
      const [gte, lt] = [key, randomKey(random)].sort() as [string, string]
      batch.deleteRange(space, { gte, lt })
      for (const known of model.keys()) if (known >= gte && known < lt) model.delete(known)
      break
    }
    default:
      batch.merge(space, key, text)
      model.set(key, (model.get(key) ?? '') + text)
  }
}

function compare(
  space: Space,
  model: Model,
  random: Random,
  snapshot: Snapshot | undefined,
): void {
  const keys = Array.from({ length: 3 }, () => randomKey(random))
  const expected = keys.map((key) => model.get(key))
  expect(space.getManySync(keys, { snapshot })).toEqual(expected)
  if (!random.oneIn(5)) return
  const [gte, lt] = [randomKey(random), randomKey(random)].sort() as [string, string]
  const within = sorted(model).filter(([key]) => key >= gte && key < lt)
  const reverse = random.oneIn(2)
  const found = [...space.range({ gte, lt, reverse, snapshot })]
  expect(found).toEqual(reverse ? within.reverse() : within)
}

function sorted(model: Model): [string, string][] {
  return [...model].sort(([a], [b]) => (a < b ? -1 : 1))
}

function randomKey(random: Random): string {
  return `k${random.below(KEYS).toString().padStart(2, '0')}`
}
