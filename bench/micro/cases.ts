// Single functions that JavaScript can reach, each beside what a program would use without a store.
// A case does one operation; what it needs is made before. Keys are the same in all of a group.

import { json, msgpack, open, tuple } from 'ledgerstone'
import { Entries, SHAPES, type Shape } from '../keys.js'
import { loadPackage } from '../packages.js'

export interface Case {
  group: string
  name: string
  run: () => unknown
}

export interface Cases {
  cases: readonly Case[]
  close: () => Promise<void>
}

interface Codec {
  encodeInto(value: unknown, target: Buffer, offset: number): number
  decode(source: Buffer, start: number, end: number): unknown
}

interface BloomFilter {
  add(text: string): void
  has(text: string): boolean
}

interface Packages {
  'bloom-filters': { BloomFilter: { create(items: number, errorRate: number): BloomFilter } }
  msgpackr: { pack(value: unknown): Buffer; unpack(bytes: Buffer): unknown }
}

const ENTRIES = 100_000
const BATCH = 10_000
/** That of ten bits per key, the store's default. */
const FILTER_ERROR_RATE = 0.0082

const load = <Name extends keyof Packages>(name: Name): Packages[Name] =>
  loadPackage(name) as Packages[Name]

/** Goes round all keys, in a random order that costs no time to make. */
function rounds<T>(items: readonly T[]): () => T {
  let next = 0
  return () => {
    next = next + 1 === items.length ? 0 : next + 1
    return items[next] as T
  }
}

async function filledStore(directory: string, entries: Entries) {
  const store = await open(directory)
  const space = store.namespace('bench', { key: 'binary', value: 'binary' })
  for (let from = 0; from < entries.size; from += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, i) => from + i)
    const put = (entry: number) =>
      space.put(entries.key(entry), entries.value(entry), { durability: 'os' })
    await Promise.all(batch.map(put))
  }
  await store.compact()
  return { store, space }
}

function codecCases(group: string, codec: Codec, value: unknown): Case[] {
  const target = Buffer.alloc(1024)
  const end = codec.encodeInto(value, target, 0)
  return [
    { group, name: `${group}: encode`, run: () => codec.encodeInto(value, target, 0) },
    { group, name: `${group}: decode`, run: () => codec.decode(target, 0, end) },
  ]
}

const toBytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const fromBytes = (bytes: Buffer): unknown => JSON.parse(bytes.toString())

function plainCases(value: unknown): Case[] {
  const { pack, unpack } = load('msgpackr')
  const text = toBytes(value)
  const packed = pack(value)
  return [
    { group: 'json', name: 'JSON.stringify to a Buffer', run: () => toBytes(value) },
    { group: 'json', name: 'JSON.parse of a Buffer', run: () => fromBytes(text) },
    { group: 'msgpack', name: 'msgpackr: pack', run: () => pack(value) },
    { group: 'msgpack', name: 'msgpackr: unpack', run: () => unpack(packed) },
  ]
}

export async function openCases(directory: string): Promise<Cases> {
  const entries = new Entries(ENTRIES, 1, SHAPES['16/100'] as Shape)
  const { store, space } = await filledStore(directory, entries)
  const order = Array.from({ length: ENTRIES }, (_, index) => entries.at(index))
  const present = order.map((entry) => entries.key(entry))
  const absent = order.map((entry) => Buffer.from(entries.missing(entry)))
  const texts = present.map((key) => key.toString('latin1'))
  const absentTexts = absent.map((key) => key.toString('latin1'))
  const map = new Map(texts.map((text, i) => [text, entries.value(order[i] as number)]))
  const filter = load('bloom-filters').BloomFilter.create(ENTRIES, FILTER_ERROR_RATE)
  for (const text of texts) filter.add(text)
  const [key, hitText] = [rounds(present), rounds(texts)]
  const [missing, missText] = [rounds(absent), rounds(absentTexts)]
  const value = { account: 'A-1029', amount: '120.50', currency: 'EUR', at: 1_700_000_000_000 }
  const cases: Case[] = [
    { group: 'hit', name: 'getSync', run: () => space.getSync(key()) },
    { group: 'hit', name: 'hasSync', run: () => space.hasSync(key()) },
    { group: 'hit', name: 'Map.get, keys are texts', run: () => map.get(hitText()) },
    { group: 'call', name: 'store.sequence: a call without work', run: () => store.sequence },
    { group: 'miss', name: 'hasSync, key is not there', run: () => space.hasSync(missing()) },
    { group: 'miss', name: 'bloom-filters: has', run: () => filter.has(missText()) },
    { group: 'miss', name: 'Map.has, keys are texts', run: () => map.has(missText()) },
    ...codecCases('tuple', tuple<[string, number]>(), ['USD', 42]),
    ...codecCases('json', json(), value),
    ...codecCases('msgpack', msgpack(), value),
    ...plainCases(value),
  ]
  return { cases, close: () => store.close() }
}
