// Packages of the Level ecosystem at work on a LedgerstoneLevel: level-read-stream, and quadstore,
// an RDF database that keeps six indexes in sorted key ranges.

import { pipeline } from 'node:stream/promises'
import { Readable, Writable } from 'node:stream'
import { EntryStream, KeyStream, ValueStream } from 'level-read-stream'
import { MemoryLevel } from 'memory-level'
import { Quadstore } from 'quadstore'
import { DataFactory } from 'rdf-data-factory'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import { LedgerstoneLevel } from '../../src/level.js'
import { temporaryFolders } from '../support/folders.js'

const folder = temporaryFolders('level-ecosystem')
const levels: LedgerstoneLevel[] = []

function level(location = folder()): LedgerstoneLevel {
  const made = new LedgerstoneLevel(location, { durability: 'os' })
  levels.push(made)
  return made
}

afterEach(async () => {
  for (const made of levels.splice(0)) await made.close()
})

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of stream) all.push(item)
  return all
}

const ENTRIES = Array.from({ length: 5000 }, (_, i) => {
  return { key: `key-${String(i).padStart(4, '0')}`, value: `value ${i}` }
})

async function filled(): Promise<LedgerstoneLevel> {
  const db = level()
  await db.batch(ENTRIES.map((entry) => ({ type: 'put', ...entry })))
  return db
}

describe('level-read-stream', () => {
  test('streams entries, keys and values in order', async () => {
    const db = await filled()
    expect(await collect(new EntryStream(db))).toEqual(ENTRIES)
    const range = { gte: 'key-0100', lt: 'key-0200', reverse: true }
    const keys = ENTRIES.slice(100, 200).map(({ key }) => key)
    expect(await collect(new KeyStream(db, range))).toEqual(keys.reverse())
    const few = { limit: 7, highWaterMark: 3 }
    const values = ENTRIES.slice(0, 7).map(({ value }) => value)
    expect(await collect(new ValueStream(db, few))).toEqual(values)
  })

  test('shows one state while the database goes on, also to a slow reader', async () => {
    const db = await filled()
    const seen: string[] = []
    const slow = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write({ key }: { key: string }, _encoding, done) {
        seen.push(key)
        if (seen.length % 500 !== 1) return done()
        void db.del(`key-${4000 + seen.length}`).then(() => done(), done)
      },
    })
    await pipeline(new EntryStream(db, { highWaterMark: 16 }) as unknown as Readable, slow)
    expect(seen).toEqual(ENTRIES.map(({ key }) => key))
    expect(await collect(new KeyStream(db))).toHaveLength(ENTRIES.length - 2)
  })

  test('closes its iterator when it is destroyed', async () => {
    const db = await filled()
    const stream = new EntryStream<string, string>(db) as unknown as Readable
    for await (const { key } of stream as AsyncIterable<{ key: string }>) if (key > 'key-01') break
    expect(stream.destroyed).toBe(true)
    await vi.waitFor(() => {
      expect(db.store.stats().state.snapshots).toBe(0)
    })
  })
})

const df = new DataFactory()
const iri = (text: string) => df.namedNode(`https://example.org/${text}`)
type Quad = ReturnType<typeof quadOf>

function quadOf(random: Random) {
  const object = random.oneIn(2)
    ? iri(`account/${random.below(40)}`)
    : df.literal(String(random.below(1000)))
  const graph = random.oneIn(3) ? iri(`day/${random.below(5)}`) : df.defaultGraph()
  return df.quad(
    iri(`account/${random.below(40)}`),
    iri(random.pick(['paid', 'owes', 'knows'])),
    object,
    graph,
  )
}

async function quadstoreOn(backend: LedgerstoneLevel | MemoryLevel): Promise<Quadstore> {
  const store = new Quadstore({ backend, dataFactory: df })
  await store.open()
  return store
}

function texts(quads: Iterable<unknown>): string[] {
  return [...(quads as Iterable<Quad>)]
    .map(({ subject, predicate, object, graph }) =>
      [subject, predicate, object, graph].map(({ value }) => value).join(' '),
    )
    .sort()
}

describe('quadstore', () => {
  const seed = seedFromEnvironment()

  test(`finds the same on it as on memory-level (LEDGERSTONE_SEED=${seed})`, async () => {
    const path = folder()
    const random = new Random(seed)
    const quads = Array.from({ length: 1500 }, () => quadOf(random))
    const ours = await quadstoreOn(level(path))
    const theirs = await quadstoreOn(new MemoryLevel())
    for (const store of [ours, theirs]) {
      await store.putStream(Readable.from(quads), { batchSize: 100 })
      await store.multiDel(quads.slice(0, 50))
      await store.multiPatch(quads.slice(50, 60), quads.slice(0, 10))
    }
    const patterns = [
      {},
      { subject: iri('account/7') },
      { predicate: iri('owes') },
      { object: iri('account/3') },
      { subject: iri('account/7'), predicate: iri('paid') },
      { graph: iri('day/2') },
      { predicate: iri('knows'), object: iri('account/11'), graph: df.defaultGraph() },
    ]
    const answers: string[][] = []
    for (const pattern of patterns) {
      const found = texts((await ours.get(pattern)).items)
      expect(found).toEqual(texts((await theirs.get(pattern)).items))
      answers.push(found)
    }
    expect(answers[0]?.length).toBeGreaterThan(1000)
    await ours.close()

    const again = await quadstoreOn(level(path))
    for (const [i, pattern] of patterns.entries()) {
      expect(texts((await again.get(pattern)).items)).toEqual(answers[i])
    }
    const { subject } = patterns[1] as { subject: ReturnType<typeof iri> }
    expect(texts(await collect(again.match(subject)))).toEqual(answers[1])
  })
})
