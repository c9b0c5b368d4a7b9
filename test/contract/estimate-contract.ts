import { describe, expect, it } from 'vitest'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import type { Namespace, RangeOptions } from '../../src/index.js'
import type { CurrentStore } from './contract.js'
import { expectError, expectThrow } from './expect-error.js'

const VALUE = Buffer.alloc(100, 'v')
/** Keys in a block of 4 KiB, at most. */
const BLOCK = 60

type Numbers = Namespace<bigint, Buffer, bigint | number, Uint8Array>

export function estimateContract(store: CurrentStore): void {
  const numbers = (): Numbers =>
    store().namespace('numbers', { key: 'u64', value: 'binary' })

  const fill = async (from: number, to: number): Promise<void> => {
    await store().write((batch) => {
      for (let i = from; i < to; i++) batch.put(numbers(), i, VALUE)
    })
  }

  describe('approximateCount()', () => {
    it('counts all keys of a compacted namespace, and any range of it within a block', async () => {
      const seed = seedFromEnvironment()
      const random = new Random(seed)
      const keys = 3000
      const space = numbers()
      await fill(0, keys)
      await fill(1000, 1500)
      await store().compact()
      expect(space.range().approximateCount()).toBe(keys)
      for (let i = 0; i < 200; i++) {
        const from = random.below(keys)
        const to = from + random.below(keys)
        const options: RangeOptions<number> = random.oneIn(2)
          ? { gte: from, lt: to, reverse: random.oneIn(2) }
          : { gt: from, lte: to }
        const range = space.range(options)
        const expected = range.countSync()
        const far = Math.abs(range.approximateCount() - expected)
        expect(far, `LEDGERSTONE_SEED=${seed} ${from} to ${to}`).toBeLessThan(
          0.02 * expected + BLOCK,
        )
      }
    })

    it('is 0 for bounds with nothing between them, and at most the limit', async () => {
      const space = numbers()
      expect(space.range().approximateCount()).toBe(0)
      await fill(0, 300)
      expect(space.range({ gte: 200, lt: 100 }).approximateCount()).toBe(0)
      expect(space.range({ gt: 100, lt: 100 }).approximateCount()).toBe(0)
      expect(space.range({ gte: 1000 }).approximateCount()).toBe(0)
      expect(space.range({ limit: 0 }).approximateCount()).toBe(0)
      expect(space.range({ limit: 7 }).approximateCount()).toBe(7)
      expect(space.range({ limit: Infinity }).approximateCount()).toBe(300)
    })

    it('takes away what was deleted, and is never below 0', async () => {
      const space = numbers()
      await fill(0, 1000)
      await store().flush()
      await store().write((batch) => {
        for (let i = 0; i < 1500; i++) batch.del(space, i)
      })
      expect(space.range().approximateCount()).toBe(0)
      await store().flush()
      expect(space.range().approximateCount()).toBe(0)
      await store().compact()
      expect(space.range().approximateCount()).toBe(0)
      await fill(0, 1000)
      await store().flush()
      await space.deleteRange({ lt: 500 })
      expect(Math.abs(space.range().approximateCount() - 500)).toBeLessThanOrEqual(BLOCK)
      await space.deleteRange()
      expect(space.range().approximateCount()).toBe(0)
    })

    it('counts a key once however often it was written, after a compaction', async () => {
      const space = numbers()
      for (let round = 0; round < 5; round++) {
        await fill(0, 500)
        await store().flush()
      }
      expect(space.range().approximateCount()).toBeGreaterThanOrEqual(500)
      await store().compact()
      expect(space.range().approximateCount()).toBe(500)
    })

    it('tells CLOSED of a released snapshot and of a dropped namespace', async () => {
      const space = numbers()
      await fill(0, 10)
      const snapshot = store().snapshot()
      const range = space.range({ snapshot })
      await fill(10, 20)
      expect(range.approximateCount()).toBe(10)
      snapshot.release()
      expectThrow('CLOSED', () => range.approximateCount())
      const all = space.range()
      await space.drop()
      expectThrow('CLOSED', () => all.approximateCount())
    })

    it('is no read of a transaction, and leaves its own writes out', async () => {
      const space = numbers()
      await fill(0, 10)
      let runs = 0
      let ended: () => number = () => 0
      await store().transact(async (tx) => {
        runs++
        const range = tx.range(space, { lt: 100 })
        tx.put(space, 50, VALUE)
        expect(range.approximateCount()).toBe(10)
        expect(tx.range(space, { limit: 3 }).approximateCount()).toBe(3)
        expect(tx.range(space, { gte: 5, lt: 5 }).approximateCount()).toBe(0)
        await fill(20, 21)
        ended = () => range.approximateCount()
      })
      expect(runs).toBe(1)
      expectThrow('CLOSED', () => ended())
    })

    it('tells CLOSED once the store is closed', async () => {
      const range = numbers().range()
      await store().close()
      await expectError('CLOSED', () => range.approximateCount())
    })
  })
}
