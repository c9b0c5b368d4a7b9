import { describe, expect, it } from 'vitest'
import type { CurrentStore } from './contract.js'
import { expectError } from './expect-error.js'

export function writeContract(store: CurrentStore): void {
  describe('writes', () => {
    it.each(['disk', 'os', 'memory'] as const)('fulfil at durability %s', async (durability) => {
      const a = store().namespace('a', { key: 'utf8', value: 'json' })
      expect(await a.put('k', 1, { durability })).toBeUndefined()
      expect(a.getSync('k')).toBe(1)
      await a.del('k', { durability })
      expect(a.hasSync('k')).toBe(false)
    })

    it('of one turn and durability share a promise', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'json' })
      const first = a.put('k', 1)
      expect(a.put('l', 2)).toBe(first)
      expect(a.put('m', 3, { durability: 'os' })).not.toBe(first)
      await Promise.all([first, a.del('n')])
    })

    it('keep the order of the calls, whatever their durability', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'json' })
      const writes = Array.from({ length: 300 }, (_, i) =>
        a.put('k', i, { durability: i % 3 === 0 ? 'memory' : 'disk' }),
      )
      await Promise.all(writes)
      expect(a.getSync('k')).toBe(299)
    })

    it('move the sequence on by one per entry', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'json' })
      await a.put('k', 1)
      const before = store().sequence
      await Promise.all([a.put('k', 1), a.del('k'), a.del('absent')])
      expect(store().sequence - before).toBe(3n)
    })

    it('of more than the buffer holds, in one turn, are all there', async () => {
      const a = store().namespace('a', { key: 'u64', value: 'binary' })
      const sizes = Array.from({ length: 400 }, (_, i) => (i * 997) % 20_000)
      await Promise.all(sizes.map((size, i) => a.put(i, Buffer.alloc(size, i))))
      for (const [i, size] of sizes.entries()) {
        expect(a.getSync(i)!.equals(Buffer.alloc(size, i))).toBe(true)
      }
    })

    it('that are refused reject, and leave those before and after them alone', async () => {
      const a = store().namespace('a', { key: 'tuple', value: 'json' })
      const good = a.put(['a'], 1)
      const bad = [
        expectError('INVALID_TYPE', () => a.put(['b'], undefined)),
        expectError('INVALID_TYPE', () => a.put('b' as never, 1)),
        expectError('INVALID_ARGUMENT', () => a.put([NaN], 1)),
        expectError('INVALID_ARGUMENT', () => a.put([], 1)),
        expectError('INVALID_ARGUMENT', () => a.put(['b'], 1, { durable: true } as never)),
        expectError('INVALID_ARGUMENT', () => a.del(['b'], { durability: 'ssd' as never })),
      ]
      await Promise.all([good, ...bad, a.put(['c'], 2)])
      expect([...a.range()]).toEqual([
        [['a'], 1],
        [['c'], 2],
      ])
    })

    it('hold values whose size needs one, two, three and four bytes', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'binary' })
      const sizes = [1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 0, 5, 70_000, 3]
      const key = (size: number): string => `${size}:${'k'.repeat(size % 300)}`
      await Promise.all(sizes.map((size) => a.put(key(size), Buffer.alloc(size, size))))
      for (const size of sizes) {
        expect(a.getSync(key(size))!.equals(Buffer.alloc(size, size))).toBe(true)
      }
    })

    it('to a derived namespace need a position', async () => {
      const d = store().namespace('d', { key: 'utf8', value: 'json', derived: true })
      await expectError('INVALID_ARGUMENT', () => d.put('k', 1))
      await expectError('INVALID_ARGUMENT', () => d.del('k'))
      expect(d.hasSync('k')).toBe(false)
    })
  })
}
