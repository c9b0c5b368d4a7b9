// Random steps on a LedgerstoneLevel and on memory-level, the ecosystem's own database in memory:
// both must answer the same. Keys are bytes of a small alphabet with 00 and ff in it, or empty.

import { MemoryLevel } from 'memory-level'
import { describe, expect, test } from 'vitest'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import { LedgerstoneLevel } from '../../src/level.js'
import { temporaryFolders } from '../support/folders.js'

const folder = temporaryFolders('level-model')
const seed = seedFromEnvironment()
const STEPS = process.env['LEDGERSTONE_LONG'] === undefined ? 600 : 20_000
const TIMEOUT_MS = 30_000 + STEPS * 20
const BYTES = { keyEncoding: 'buffer', valueEncoding: 'buffer' } as const
const SMALL = { generationBytes: '16KiB', blockBytes: 512, tableBytes: '8KiB' } as const

type Db = LedgerstoneLevel<Buffer, Buffer>

function randomKey(random: Random): Buffer {
  const key = Buffer.alloc(random.below(4))
  for (let i = 0; i < key.length; i++) key[i] = random.pick([0x00, 0x01, 0x21, 0x61, 0xff])
  return key
}

function randomRange(random: Random) {
  const range: Record<string, unknown> = { reverse: random.oneIn(2) }
  if (random.oneIn(2)) range[random.pick(['gt', 'gte'])] = randomKey(random)
  if (random.oneIn(2)) range[random.pick(['lt', 'lte'])] = randomKey(random)
  if (random.oneIn(3)) range['limit'] = random.below(20)
  return range
}

type Operation = { type: 'put'; key: Buffer; value: Buffer } | { type: 'del'; key: Buffer }

function randomOperations(random: Random): Operation[] {
  return Array.from({ length: 1 + random.below(8) }, () => {
    const key = randomKey(random)
    if (random.oneIn(4)) return { type: 'del', key }
    return { type: 'put', key, value: random.bytes(random.below(300)) }
  })
}

// One step, as a function that is run on each of the two.
function randomStep(random: Random): (db: Db) => Promise<unknown> {
  const range = randomRange(random)
  const keys = Array.from({ length: random.below(6) }, () => randomKey(random))
  const target = randomKey(random)
  const operations = randomOperations(random)
  const steps: readonly [(db: Db) => Promise<unknown>, ...((db: Db) => Promise<unknown>)[]] = [
    (db) => db.batch(operations),
    (db) => db.batch(operations),
    (db) => db.iterator(range).all(),
    (db) => db.keys(range).all(),
    (db) => db.values(range).all(),
    (db) => db.getMany(keys),
    (db) => db.hasMany(keys),
    async (db) => db.getSync(target),
    async (db) => {
      const iterator = db.iterator(range)
      const before = await iterator.nextv(3)
      await db.batch(operations)
      iterator.seek(target)
      const after = await iterator.nextv(5)
      const last = await iterator.next()
      await iterator.close()
      return [before, after, last]
    },
    async (db) => {
      const snapshot = db.snapshot()
      await db.batch(operations)
      const seen = await db.iterator({ ...range, snapshot }).all()
      await snapshot.close()
      return seen
    },
  ]
  return random.oneIn(40) ? (db) => db.clear(range) : random.pick(steps)
}

describe(`a LedgerstoneLevel (LEDGERSTONE_SEED=${seed})`, () => {
  test.each([
    ['with usual tables', {}],
    ['with tiny tables', SMALL],
  ])('%s answers as memory-level does', async (_, advanced) => {
    const random = new Random(seed)
    const options = { ...BYTES, advanced, durability: 'os' } as const
    const db = new LedgerstoneLevel<Buffer, Buffer>(folder(), options)
    const model = new MemoryLevel<Buffer, Buffer>(BYTES) as unknown as Db
    await model.open()
    await db.open()
    for (let step = 0; step < STEPS; step++) {
      const run = randomStep(random)
      expect(await run(db), `step ${step}`).toEqual(await run(model))
      if (random.oneIn(150)) {
        await db.close()
        await db.open()
      }
    }
    expect(await db.iterator().all()).toEqual(await model.iterator().all())
    await db.close()
  }, TIMEOUT_MS)
})
