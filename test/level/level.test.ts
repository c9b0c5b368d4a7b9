// What a LedgerstoneLevel adds to the ecosystem's rules: durability, persistence, its place in the
// store, its errors.

import { afterEach, describe, expect, test } from 'vitest'
import { open } from '../../src/index.js'
import {
  Level,
  LedgerstoneLevel,
  type LevelOptions,
  type LevelPutOptions,
} from '../../src/level.js'
import { temporaryFolders } from '../support/folders.js'

const folder = temporaryFolders('level')
const levels: LedgerstoneLevel[] = []

function level(location = folder(), options?: LevelOptions<string, string>): LedgerstoneLevel {
  const made = new LedgerstoneLevel(location, options)
  levels.push(made)
  return made
}

afterEach(async () => {
  for (const made of levels.splice(0)) await made.close()
})

type Counts = [disk: unknown, os: unknown, memory: unknown]

function batches({ store }: LedgerstoneLevel): Counts {
  const { disk, os, memory } = store.stats().writes.batchesByDurability
  return [disk, os, memory]
}

async function added(db: LedgerstoneLevel, write: () => Promise<unknown>): Promise<number[]> {
  const before = batches(db)
  await write()
  return batches(db).map((count, i) => Number(count) - Number(before[i]))
}

describe('A write of a Level', () => {
  test('is on disk when its promise fulfils, unless less was asked for', async () => {
    const db = level()
    await db.put('a', '0')
    expect(await added(db, () => db.put('a', '1'))).toEqual([1, 0, 0])
    expect(await added(db, () => db.put('a', '1', { sync: true }))).toEqual([1, 0, 0])
    expect(await added(db, () => db.put('a', '1', { sync: false }))).toEqual([0, 1, 0])
    expect(await added(db, () => db.del('a', { durability: 'memory' }))).toEqual([0, 0, 1])
    const both = { durability: 'os', sync: true } as const
    expect(await added(db, () => db.batch([{ type: 'del', key: 'b' }], both))).toEqual([0, 1, 0])
    const chained = () => db.batch().put('c', '1').write({ sync: false })
    expect(await added(db, chained)).toEqual([0, 1, 0])
    const users = db.sublevel('users')
    const relaxed: LevelPutOptions<string, string> = { sync: false }
    expect(await added(db, () => users.put('ann', '1', relaxed))).toEqual([0, 1, 0])
  })

  test('follows the durability of its Level', async () => {
    const db = level(folder(), { durability: 'os' })
    await db.put('a', '0')
    expect(await added(db, () => db.put('a', '1'))).toEqual([0, 1, 0])
    expect(await added(db, () => db.put('a', '1', { sync: true }))).toEqual([1, 0, 0])
  })

  test('that names no durability there is, is refused', async () => {
    const db = level()
    const wrong = { durability: 'safe' } as unknown as { sync: true }
    await expect(db.put('a', '1', wrong)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    const neither = { sync: 1 } as unknown as { sync: true }
    await expect(db.put('a', '1', neither)).rejects.toMatchObject({ code: 'INVALID_TYPE' })
    expect(await db.get('a')).toBeUndefined()
  })
})

describe('clear() of a Level', () => {
  async function filled() {
    const db = level(folder(), { durability: 'os' })
    const old = db.sublevel('old')
    const young = db.sublevel('young')
    const keys = Array.from({ length: 10_000 }, (_, i) => `key-${i}`)
    await db.batch(keys.map((key) => ({ type: 'put', key, value: 'v', sublevel: old })))
    await young.put('a', '1')
    return { db, old }
  }

  test('empties a large range with one entry, and leaves the rest', async () => {
    const { db, old } = await filled()
    const before = db.store.sequence
    expect(await added(db, () => old.clear({ durability: 'disk' } as object))).toEqual([1, 0, 0])
    expect(db.store.sequence - before).toBe(1n)
    expect(await old.keys().all()).toEqual([])
    expect(await db.iterator().all()).toEqual([['!young!a', '1']])
  })

  test('with a limit empties so much of it with one sync', async () => {
    const { db, old } = await filled()
    const clear = () => old.clear({ limit: 9_999, reverse: true, durability: 'disk' } as object)
    const [disk, os] = await added(db, clear)
    expect(disk).toBe(1)
    expect(os).toBeGreaterThan(1)
    expect(await old.keys().all()).toEqual(['key-0'])
  })

  test('leaves what a snapshot does not have, and is nothing for crossed bounds', async () => {
    const { db, old } = await filled()
    const snapshot = db.snapshot()
    await old.put('new', '1')
    await old.clear({ snapshot })
    expect(await old.keys().all()).toEqual(['new'])
    await snapshot.close()
    await old.clear({ gt: 'z', lt: 'a' })
    expect(await old.keys().all()).toEqual(['new'])
  })
})

describe('A Level on disk', () => {
  test('holds its entries when it is opened again, in the order of their bytes', async () => {
    const path = folder()
    const texts = ['', '\0', '\0\0', '\0a', '\u0001', 'a', 'ä', '\uffff', '😀']
    const first = level(path)
    await first.batch([...texts].reverse().map((key) => ({ type: 'put', key, value: `<${key}>` })))
    await first.close()
    const again = level(path)
    expect(await again.iterator().all()).toEqual(texts.map((key) => [key, `<${key}>`]))
    const bytes = await again.keys({ keyEncoding: 'buffer' }).all()
    expect(bytes).toEqual(texts.map((text) => Buffer.from(text)))
    expect(await again.keys({ gt: '', lt: '\u0001' }).all()).toEqual(['\0', '\0\0', '\0a'])
  })

  test('is one namespace of the store, with bytes as keys and values', async () => {
    const path = folder()
    const db = level(path)
    await db.put('currency', 'CNY')
    await db.close()
    const store = await open(path)
    expect(store.namespaces()).toMatchObject([{ name: 'level', key: 'binary', value: 'binary' }])
    const bytes = store.namespace('level', { key: 'binary', value: 'binary' })
    expect(bytes.getSync(Buffer.from('currency'))).toEqual(Buffer.from('CNY'))
    await store.close()
  })

  test('can be opened for reading alone', async () => {
    const path = folder()
    const writer = level(path)
    await writer.put('a', '1')
    await writer.close()
    const reader = level(path, { readOnly: true })
    expect(await reader.get('a')).toBe('1')
    await expect(reader.put('a', '2')).rejects.toMatchObject({ code: 'READ_ONLY' })
  })

  test('tells who else has it open', async () => {
    const path = folder()
    await level(path).open()
    await expect(level(path).open()).rejects.toMatchObject({
      code: 'LEVEL_DATABASE_NOT_OPEN',
      cause: { code: 'LOCKED', pid: process.pid },
    })
  })

  test('measures and compacts a range of keys', async () => {
    const db = level()
    const operations = Array.from({ length: 2000 }, (_, i) => {
      return { type: 'put' as const, key: `k${i}`, value: 'x'.repeat(100) }
    })
    await db.batch(operations)
    await db.store.flush()
    await db.compactRange('k', 'l')
    expect(await db.approximateSize('k', 'l')).toBeGreaterThan(1000)
    expect(await db.approximateSize('l', 'm')).toBe(0)
    expect(await db.get('k1999')).toBe('x'.repeat(100))
    await db.close()
    await expect(db.approximateSize('k', 'l')).rejects.toMatchObject({
      code: 'LEVEL_DATABASE_NOT_OPEN',
    })
  })
})

describe('A Level refuses', () => {
  test('a location that is no path', () => {
    expect(() => new LedgerstoneLevel('')).toThrow(TypeError)
    expect(() => new LedgerstoneLevel({} as string)).toThrow(TypeError)
  })

  test('text that has no UTF-8, and a key above the limit', async () => {
    const db = level()
    const refused = { code: 'INVALID_ARGUMENT' }
    await expect(db.put('\ud800', '1')).rejects.toMatchObject(refused)
    await expect(db.put('a', '\ud800')).rejects.toMatchObject(refused)
    await expect(db.put('a'.repeat(65_536), '1')).rejects.toMatchObject(refused)
    expect(() => db.iterator({ gte: 'a'.repeat(65_536) })).toThrow('at most 65535 bytes')
    await expect(db.close()).resolves.toBeUndefined()
  })

  test('a snapshot of another Level', async () => {
    const [one, other] = [level(), level()]
    await Promise.all([one.open(), other.open()])
    await one.put('a', '1')
    const snapshot = other.snapshot()
    const foreign = { code: 'INVALID_ARGUMENT' }
    await expect(one.get('a', { snapshot })).rejects.toMatchObject(foreign)
    await expect(one.iterator({ snapshot }).next()).rejects.toMatchObject(foreign)
  })
})

test('Level is another name of the class', () => {
  expect(Level).toBe(LedgerstoneLevel)
})
