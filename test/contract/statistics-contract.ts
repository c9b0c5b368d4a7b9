import { describe, expect, it } from 'vitest'
import { type Latency, prometheusText } from '../../src/index.js'
import type { CurrentStore } from './contract.js'

/** The names and types of everything in `value`; arrays by their first element. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? 'array' : [shapeOf(value[0])]
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, shapeOf(held)]))
}

export function statisticsContract(store: CurrentStore): void {
  describe('statistics', () => {
    it('have one shape in every engine', () => {
      const { latency, namespaces, ...rest } = store().stats()
      expect(shapeOf(rest)).toMatchSnapshot('statistics')
      expect(Object.keys(latency)).toEqual([
        ...['commitMemory', 'commitOs', 'commitDisk', 'logSync', 'diskGet', 'flush', 'compaction'],
      ])
      for (const found of Object.values(latency) as Latency[]) {
        expect(found.maxMicros).toBeGreaterThanOrEqual(found.p50Micros)
        expect(found.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(found.count)
      }
      expect(namespaces).toEqual([])
    })

    it('count what was written, by durability, and what was read', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'utf8' })
      await a.put('first', 'value')
      const before = store().stats()
      await a.put('k', 'value', { durability: 'memory' })
      await a.put('l', 'value', { durability: 'os' })
      await store().write((batch) => {
        batch.put(a, 'm', 'value')
        batch.del(a, 'k')
      })
      expect([a.getSync('l'), a.getSync('k'), await a.get('m')]).toEqual([
        ...['value', undefined, 'value'],
      ])
      expect(a.getManySync(['l', 'm', 'n'])).toHaveLength(3)
      const { writes, reads, state } = store().stats()
      expect(writes.batches - before.writes.batches).toBe(3)
      expect(writes.entries - before.writes.entries).toBe(4)
      expect(writes.batchesByDurability).toEqual({
        memory: before.writes.batchesByDurability.memory + 1,
        os: before.writes.batchesByDurability.os + 1,
        disk: before.writes.batchesByDurability.disk + 1,
      })
      expect(writes.userBytes).toBeGreaterThan(before.writes.userBytes)
      expect(reads.gets - before.reads.gets).toBe(6)
      expect(state.sequence).toBe(store().sequence)
    })

    it('are text that Prometheus reads', async () => {
      const text = prometheusText(store().stats(), { store: 'x' })
      expect(text).toMatch(/^ledgerstone_batches_total\{store="x",durability="disk"\} \d+$/m)
      expect(text).toMatch(/^ledgerstone_commit_seconds_bucket\{.*le="\+Inf"\} \d+$/m)
    })
  })
}
