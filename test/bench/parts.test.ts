// The parts of the benchmarks that decide whether a number is right.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Comparison, compare, spread } from '../../bench/comparison.js'
import { record } from '../../bench/history.js'
import { Entries, KEY_BYTES, Permutation, VALUE_BYTES } from '../../bench/keys.js'
import type { Machine } from '../../bench/machine.js'
import type { Peer } from '../../bench/peers/peer.js'
import { tableRow } from '../../bench/table.js'
import { workloadNamed } from '../../bench/workloads/all.js'
import { fill, putWithCallers, readBack } from '../../bench/workloads/steps.js'
import { type Row, WrongResult } from '../../bench/workloads/workload.js'

function mapPeer(map: Map<string, Buffer>): Peer {
  const put = async (key: Buffer, value: Buffer): Promise<void> => {
    map.set(key.toString('hex'), value)
  }
  return {
    put,
    putMany: async (keys, values) => {
      for (const [i, key] of keys.entries()) await put(key, values[i] as Buffer)
    },
    get: (key) => map.get(key.toString('hex')),
    scan: () => {},
    settle: async () => {},
    replayedBytes: () => undefined,
    close: async () => {},
  }
}

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
    const entries = new Entries(1000, 1)
    const keys = Array.from({ length: 1000 }, (_, entry) => entries.key(entry))
    expect(keys.every((key) => key.length === KEY_BYTES)).toBe(true)
    for (const [entry, key] of keys.slice(1).entries()) {
      expect(Buffer.compare(keys[entry] as Buffer, entries.missing(entry))).toBe(-1)
      expect(Buffer.compare(entries.missing(entry), key)).toBe(-1)
    }
  })

  test('a value is told from the value of any other entry, and is half compressible', () => {
    const entries = new Entries(20_000, 1)
    const value = entries.value(9000)
    expect(value.length).toBe(VALUE_BYTES)
    expect(entries.isValue(value, 9000)).toBe(true)
    expect(entries.isValue(value, 9000 + 8192)).toBe(false)
    expect(entries.isValue(value.subarray(1), 9000)).toBe(false)
    expect(entries.isValue(undefined, 9000)).toBe(false)
    const many = Buffer.concat(Array.from({ length: 100 }, (_, entry) => entries.value(entry)))
    expect(deflateRawSync(many).length / many.length).toBeGreaterThan(0.45)
    expect(deflateRawSync(many).length / many.length).toBeLessThan(0.6)
  })
})

describe('the checks', () => {
  test('pass when every entry is there, however it was written', async () => {
    const entries = new Entries(2500, 3)
    const [batched, single] = [new Map<string, Buffer>(), new Map<string, Buffer>()]
    await fill(mapPeer(batched), entries)
    await putWithCallers(mapPeer(single), entries, 64)
    expect(batched.size).toBe(2500)
    expect(single).toEqual(batched)
    expect(() => readBack(mapPeer(single), entries)).not.toThrow()
  })

  test('fail when an entry is missing or has the value of another one', async () => {
    const entries = new Entries(500, 3)
    const map = new Map<string, Buffer>()
    await fill(mapPeer(map), entries)
    const key = entries.key(123).toString('hex')
    map.set(key, entries.value(124))
    expect(() => readBack(mapPeer(map), entries)).toThrow(WrongResult)
    map.delete(key)
    expect(() => readBack(mapPeer(map), entries)).toThrow('Entry 123 of 500')
  })
})

describe('the comparison', () => {
  const scan = workloadNamed('scan')
  const row = scan.rows[0] as Row

  function compared(of: Row, ours: number[], theirs: number[]): Comparison {
    const outcomes = (values: number[]) => values.map((value) => ({ [of.name]: value }))
    return compare(
      scan,
      of,
      new Map([
        ['ledgerstone', outcomes(ours)],
        ['lmdb', outcomes(theirs)],
      ]),
    )
  }

  test('takes the median, least and most of the ratios of neighbouring runs', () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 })
    expect(spread([4, 1, 2, 3]).median).toBe(2.5)
    const { ratio } = compared(row, [10, 30, 20], [10, 10, 10])
    expect(ratio).toEqual({ median: 2, least: 1, most: 3 })
  })

  test('turns the ratio round where less is better', () => {
    expect(compared({ ...row, better: 'less' }, [50], [100]).ratio?.median).toBe(2)
  })

  test('prints wide numbers within 100 columns', () => {
    const wide = compared(row, [9_876_543, 9_876_543], [98_765, 99_999])
    expect(tableRow(wide)).toContain('9,876,543')
    expect(tableRow(wide).length).toBeLessThanOrEqual(100)
  })

  test('is appended to the history of its month, one line per row', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ledgerstone-history-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const sizes = {
      ...{ entries: 1, fillEntries: 1, durableEntries: 1 },
      ...{ recoveryBytes: 1, memoryBytes: 1, seed: 1 },
    }
    const machine = { date: '2030-01-31T00:00:00.000Z', commit: 'abc' } as Machine
    const file = record(compared(row, [1], [2]), machine, sizes, folder)
    record(compared(row, [2], [2]), machine, sizes, folder)
    expect(file).toBe(join(folder, '2030-01.jsonl'))
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(parsed.map(({ ours }) => ours)).toEqual([[1], [2]])
    expect(parsed[0]).toMatchObject({ commit: 'abc', row: 'scan', options: { runs: 1 } })
  })
})
