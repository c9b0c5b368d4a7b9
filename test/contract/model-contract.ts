import { describe, expect, it } from 'vitest'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import type { Namespace, RangeOptions, Snapshot } from '../../src/index.js'
import type { CurrentStore } from './contract.js'

type Model = Map<string, number>
type Space = Namespace<string, number>

const STEPS = 1500
const KEYS = 60

export function modelContract(store: CurrentStore): void {
  const seed = seedFromEnvironment()

  describe('random steps', () => {
    it(`leave the store as a plain map says (LEDGERSTONE_SEED=${seed})`, async () => {
      const random = new Random(seed)
      const space = store().namespace('model', { key: 'utf8', value: 'json' }) as Space
      let model: Model = new Map()
      const snapshots: [Snapshot, Model][] = []
      for (let step = 0; step < STEPS; step++) {
        if (random.oneIn(40)) snapshots.push([store().snapshot(), new Map(model)])
        if (snapshots.length > 3) snapshots.shift()![0].release()
        if (random.oneIn(150)) await store().flush()
        if (random.oneIn(3)) model = await change(store, space, model, random, step)
        await compare(space, model, random, undefined)
        const [snapshot, past] = snapshots[random.below(4)] ?? []
        if (past !== undefined) await compare(space, past, random, snapshot)
      }
      expect([...space.range()]).toEqual(sorted(model))
      for (const [snapshot] of snapshots) snapshot.release()
    })
  })
}

async function change(
  store: CurrentStore,
  space: Space,
  model: Model,
  random: Random,
  step: number,
): Promise<Model> {
  const changed = new Map(model)
  await store().write(
    (batch) => {
      for (let i = random.below(6); i >= 0; i--) {
        const key = randomKey(random)
        if (random.oneIn(3)) {
          batch.del(space, key)
          changed.delete(key)
        } else {
          batch.put(space, key, step)
          changed.set(key, step)
        }
      }
    },
    { durability: random.pick(['disk', 'os', 'memory']) },
  )
  return changed
}

async function compare(
  space: Space,
  model: Model,
  random: Random,
  snapshot: Snapshot | undefined,
): Promise<void> {
  const key = randomKey(random)
  switch (random.below(4)) {
    case 0:
      expect(space.getSync(key, { snapshot })).toBe(model.get(key))
      break
    case 1:
      expect(await space.get(key, { snapshot })).toBe(model.get(key))
      break
    case 2: {
      const keys = Array.from({ length: 5 }, () => randomKey(random))
      const expected = keys.map((wanted) => model.get(wanted))
      expect(await space.getMany(keys, { snapshot })).toEqual(expected)
      break
    }
    default:
      await compareRange(space, model, random, snapshot)
  }
}

async function compareRange(
  space: Space,
  model: Model,
  random: Random,
  snapshot: Snapshot | undefined,
): Promise<void> {
  const options: RangeOptions<string> = {
    [random.pick(['gt', 'gte'])]: random.oneIn(3) ? undefined : randomKey(random),
    [random.pick(['lt', 'lte'])]: random.oneIn(3) ? undefined : randomKey(random),
    prefix: random.oneIn(4) ? randomKey(random).slice(0, 2) : undefined,
    reverse: random.oneIn(2),
    limit: random.oneIn(3) ? random.below(10) : undefined,
  }
  const expected = select(model, options)
  const range = space.range({ ...options, snapshot })
  expect(random.oneIn(2) ? [...range] : await range.toArray()).toEqual(expected)
  expect(random.oneIn(2) ? range.countSync() : await range.count()).toBe(expected.length)
}

function select(model: Model, options: RangeOptions<string>): [string, number][] {
  const { gt, gte, lt, lte, prefix, reverse, limit } = options
  const found = sorted(model).filter(
    ([key]) =>
      (gt === undefined || key > gt) &&
      (gte === undefined || key >= gte) &&
      (lt === undefined || key < lt) &&
      (lte === undefined || key <= lte) &&
      (prefix === undefined || key.startsWith(prefix)),
  )
  return (reverse === true ? found.reverse() : found).slice(0, limit)
}

function sorted(model: Model): [string, number][] {
  return [...model].sort(([a], [b]) => (a < b ? -1 : 1))
}

function randomKey(random: Random): string {
  return `k${random.below(KEYS).toString(4).padStart(3, '0')}`
}
