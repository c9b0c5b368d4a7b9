// The parts of the benchmarks that decide whether a number is right.

import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Comparison, compare, spread } from '../../bench/comparison.js'
import { record } from '../../bench/history.js'
import { Histogram } from '../../bench/histogram.js'
import { Entries, Permutation, SHAPES, type Shape } from '../../bench/keys.js'
import type { Machine } from '../../bench/machine.js'
import { openMap } from '../../bench/peers/map.js'
import type { Peer } from '../../bench/peers/peer.js'
import { Random, Zipfian } from '../../bench/random.js'
import { block, summaryRow } from '../../bench/report/table.js'
import { PLANS } from '../../bench/rocksdb-plans.js'
import { rows, workloadNamed } from '../../bench/workloads/all.js'
import { readSteps, readingOf } from '../../bench/workloads/read-steps.js'
import { run } from '../../bench/workloads/reading.js'
import {
  expectGone,
  fill,
  readBack,
  timedFill,
  writeWithCallers,
} from '../../bench/workloads/steps.js'
import { SeriesCounter } from '../../bench/workloads/sustained-fill.js'
import { Versions } from '../../bench/workloads/versions.js'
import { type Row, type Sizes, WrongResult } from '../../bench/workloads/workload.js'

const SMALLEST = SHAPES['16/100'] as Shape
const entriesOf = (size: number, seed: number, shape = SMALLEST) => new Entries(size, seed, shape)

describe('keys and values', () => {
  test.each([1, 2, 3, 100, 1023, 1024, 1025, 70_000])(
    'a permutation of %i numbers has each of them once',
    (size) => {
      const order = new Permutation(size, 7)
      const seen = new Set(Array.from({ length: size }, (_, index) => order.at(index)))
      expect(seen.size).toBe(size)
      expect(Math.max(...[...seen].slice(0, 50_000))).toBeLessThan(size)
    },
  )

  test('another seed gives another order, the same seed the same', () => {
    const order = (seed: number) =>
      Array.from({ length: 100 }, (_, index) => new Permutation(100, seed).at(index))
    expect(order(1)).toEqual(order(1))
    expect(order(1)).not.toEqual(order(2))
    expect(order(1)).not.toEqual(order(1).sort((a, b) => a - b))
  })

  test('keys are in the order of their entries, with a missing one between any two', () => {
    const entries = entriesOf(1000, 1)
    const keys = Array.from({ length: 1000 }, (_, entry) => entries.key(entry))
    expect(keys.every((key) => key.length === 16)).toBe(true)
    for (const [entry, key] of keys.slice(1).entries()) {
      expect(Buffer.compare(keys[entry] as Buffer, entries.missing(entry))).toBe(-1)
      expect(Buffer.compare(entries.missing(entry), key)).toBe(-1)
    }
  })

  test('a value is told from the value of any other entry, and is half compressible', () => {
    const entries = entriesOf(20_000, 1)
    const value = entries.value(9000)
    expect(value.length).toBe(100)
    expect(entries.isValue(value, 9000)).toBe(true)
    expect(entries.isValue(value, 9000 + 8192)).toBe(false)
    expect(entries.isValue(value.subarray(1), 9000)).toBe(false)
    expect(entries.isValue(undefined, 9000)).toBe(false)
    expect(entries.isValue(value, 9000, 1)).toBe(false)
    expect(entries.versionOf(entries.value(9000, 7), 9000)).toBe(7)
    expect(entries.versionOf(entries.value(9000, 7), 9001)).toBe(-1)
    const many = Buffer.concat(Array.from({ length: 100 }, (_, entry) => entries.value(entry)))
    expect(deflateRawSync(many).length / many.length).toBeGreaterThan(0.45)
    expect(deflateRawSync(many).length / many.length).toBeLessThan(0.6)
  })
})

const everything: Sizes = {
  ...SMALLEST,
  ...{ entries: 500, reads: 300, fillEntries: 1, sustainedEntries: 1, durableEntries: 1 },
  ...{ recoveryBytes: 1, memoryBytes: 1, budget: 'resident', threads: 1, seed: 1 },
}

async function filledMap(entries: Entries): Promise<Peer> {
  const peer = await openMap()
  await fill(peer, entries)
  await peer.settle()
  return peer
}

describe('the checks', () => {
  test('pass when every entry is there, however it was written', async () => {
    const entries = entriesOf(2500, 3)
    const [batched, single] = [await openMap(), await openMap()]
    const latency = new Histogram()
    await timedFill(batched, entries, { order: (n) => entries.at(n), size: 100, latency })
    expect(latency.count).toBe(25)
    const put = (entry: number) => single.put(entries.key(entry), entries.value(entry))
    await writeWithCallers(entries, 64, latency, put)
    expect(latency.count).toBe(2525)
    for (const peer of [batched, single]) expect(() => readBack(peer, entries)).not.toThrow()
  })

  test('fail when an entry is missing, is another one, or is of another version', async () => {
    const entries = entriesOf(500, 3)
    const peer = await filledMap(entries)
    expect(() => readBack(peer, entries, 1)).toThrow('Entry 0 of 500')
    await peer.put(entries.key(123), entries.value(124))
    expect(() => readBack(peer, entries)).toThrow(WrongResult)
    await peer.delete(entries.key(123))
    expect(() => readBack(peer, entries)).toThrow('Entry 123 of 500')
    expect(() => expectGone(peer, entries)).toThrow('Entry 0 of 500')
  })

  test.each(readSteps.map((step) => [step.name, step] as const))(
    '%s passes over a right store and fails over one with a wrong entry',
    async (_name, step) => {
      const entries = entriesOf(everything.entries, 3)
      const peer = await filledMap(entries)
      const reading = readingOf(peer, entries, everything)
      const all = () => run(step, reading, everything, new Histogram())
      await expect(all()).resolves.toBeUndefined()
      const wrong = { ...peer }
      for (const entry of [...reading.order, ...reading.hot]) {
        await wrong.put(entries.key(entry), entries.value(entry + 1))
        await wrong.put(Buffer.from(entries.missing(entry)), entries.value(entry))
      }
      await expect(all()).rejects.toThrow(WrongResult)
    },
  )
})

test('of writes in flight together any may be read, of earlier ones none', () => {
  const versions = new Versions(2)
  expect(versions.begin(1)).toBe(1)
  expect(versions.least(1)).toBe(0)
  versions.acknowledge(1)
  expect(versions.least(1)).toBe(1)
  expect([versions.begin(1), versions.begin(1)]).toEqual([2, 3])
  versions.acknowledge(1)
  expect(versions.least(1)).toBe(2)
  versions.acknowledge(1)
  expect([versions.least(1), versions.least(0)]).toEqual([2, 0])
})

describe('the statistics', () => {
  test.each([1, 2, 100, 99_999])('percentiles of %i latencies are those of a sort', (count) => {
    const random = new Random(count)
    const nanos = Array.from({ length: count }, () => Math.floor(2 ** (random.next() * 40)))
    const histogram = new Histogram()
    for (const value of nanos) histogram.record(value / 1e6)
    const sorted = nanos.sort((a, b) => a - b)
    for (const percent of [1, 50, 75, 90, 99, 99.9, 99.99, 100]) {
      const rank = Math.max(1, Math.ceil((count * percent) / 100))
      const exact = (sorted[rank - 1] as number) / 1000
      const found = histogram.percentile(percent)
      expect(found, `${percent} %`).toBeGreaterThanOrEqual(exact)
      expect(found, `${percent} %`).toBeLessThanOrEqual(exact * (1 + 1 / 32))
    }
    expect(histogram.latency()?.max).toBe((sorted.at(-1) as number) / 1000)
  })

  test('histograms of several threads add up', () => {
    const [one, other, both] = [new Histogram(), new Histogram(), new Histogram()]
    for (let millis = 1; millis <= 100; millis += 1) {
      ;(millis % 3 === 1 ? one : other).record(millis)
      both.record(millis)
    }
    one.add(other.state())
    expect(one.latency()).toEqual(both.latency())
    expect(new Histogram().latency()).toBeUndefined()
  })

  test('zipfian ranks come as often as the distribution says', () => {
    const items = 1000
    const draws = 200_000
    const zipfian = new Zipfian(items, new Random(7))
    const counts = new Array<number>(items).fill(0)
    for (let draw = 0; draw < draws; draw += 1) (counts[zipfian.next()] as number)++
    const weights = counts.map((_, rank) => 1 / (rank + 1) ** 0.99)
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    for (const ranks of [1, 2, 10, 100, 1000]) {
      const share = counts.slice(0, ranks).reduce((sum, count) => sum + count, 0) / draws
      const expected = weights.slice(0, ranks).reduce((sum, weight) => sum + weight, 0) / total
      expect(Math.abs(share - expected), `the first ${ranks}`).toBeLessThan(0.02)
    }
    expect(counts.every((count) => count >= 0)).toBe(true)
  })

  test('a series never has more windows than can be drawn, and loses nothing', () => {
    const counter = new SeriesCounter()
    const start = performance.now()
    for (let millis = 0; millis < 20_000; millis += 10) counter.add(3, start + millis)
    const { counts, windowMillis } = counter.series()
    expect(counts.length).toBeLessThanOrEqual(200)
    expect(counts.length * windowMillis).toBeGreaterThanOrEqual(20_000 - windowMillis)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6000)
  })
})

describe('the comparison', () => {
  const reads = workloadNamed('reads')
  const row = reads.rows.find(({ name }) => name === 'readseq') as Row

  function compared(of: Row, ours: number[], theirs: number[], best = theirs): Comparison {
    const outcomes = (values: number[]) => values.map((value) => ({ [of.name]: { value } }))
    const results = new Map([
      ['ledgerstone', outcomes(ours)],
      ['classic-level', outcomes(theirs)],
      ['lmdb', outcomes(best)],
      ['map', outcomes(best.map((value) => value * 100))],
    ] as const)
    return compare(reads, of, new Map(results))
  }

  test('takes the median, least and most of the ratios of neighbouring runs', () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 })
    expect(spread([4, 1, 2, 3]).median).toBe(2.5)
    const { beside } = compared(row, [10, 30, 20], [10, 10, 10])
    expect(beside?.ratio).toEqual({ median: 2, least: 1, most: 3 })
  })

  test('is with the best peer, and never with the ceiling', () => {
    expect(compared(row, [10], [5], [8]).beside?.contender).toBe('lmdb')
    expect(compared(row, [10], [9], [8]).beside?.contender).toBe('classic-level')
    const less = compared({ ...row, better: 'less' }, [10], [5], [8])
    expect(less.beside?.contender).toBe('classic-level')
  })

  test('turns the ratio round where less is better', () => {
    expect(compared({ ...row, better: 'less' }, [50], [100]).beside?.ratio?.median).toBe(2)
  })

  test('prints wide numbers within 100 columns', () => {
    const wide = compared(row, [987_654_321, 987_654_321], [1, 99_999], [98_765, 99_999])
    const latency = { ...{ count: 1, p50: 0.08, p75: 1, p90: 1, p95: 1, p99: 99.94 } }
    Object.assign(wide.ours.measured, {
      latency: { ...latency, p999: 999_400, p9999: 1, max: 12_345_678 },
      ...{ writtenPerByte: 12.34, diskBytes: 2 ** 35, residentBytes: 2 ** 33, stallMicros: 5e6 },
    })
    expect(summaryRow(wide)).toContain('988 M')
    for (const line of [summaryRow(wide), ...block(wide).split('\n')]) {
      expect(line.length, line).toBeLessThanOrEqual(100)
    }
  })

  test('is appended to the history of its month, one line for each contender', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ledgerstone-history-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const machine = { date: '2030-01-31T00:00:00.000Z', commit: 'abc' } as Machine
    const file = record(compared(row, [1], [2]), machine, everything, folder)
    record(compared(row, [2], [2]), machine, everything, folder)
    expect(file).toBe(join(folder, '2030-01.jsonl'))
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(parsed.map(({ ours }) => ours)).toEqual([[1], [1], [1], [2], [2], [2]])
    expect(parsed.map(({ peer }) => peer).slice(0, 3)).toEqual(['classic-level', 'lmdb', 'map'])
    expect(parsed[0]).toMatchObject({ commit: 'abc', row: 'readseq', options: { runs: 1 } })
  })
})

interface Recorded {
  workload: string
  row: string
}

test('every row is told of in docs/benchmarks.md, and every recorded row still exists', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const page = readFileSync(join(root, 'docs/benchmarks.md'), 'utf8')
  const names = rows.map(({ name }) => name)
  expect(names.filter((name) => !page.includes(`\n| \`${name}\` |`))).toEqual([])
  expect(new Set(names).size).toBe(names.length)
  const history = join(root, 'bench/history')
  const files = readdirSync(history).filter((name) => name.endsWith('.jsonl'))
  const lines = files.flatMap((file) => readFileSync(join(history, file), 'utf8').split('\n'))
  const filled = lines.filter((line) => line !== '')
  const recorded = filled.map((line) => JSON.parse(line) as Recorded)
  expect(recorded.length).toBeGreaterThan(0)
  const besideRocksDb = PLANS.flatMap((plan) => plan.names)
  const isKnown = ({ workload, row }: Recorded) =>
    workload === 'micro' || (workload === 'rocksdb' ? besideRocksDb : names).includes(row)
  expect(recorded.filter((line) => !isKnown(line))).toEqual([])
})
