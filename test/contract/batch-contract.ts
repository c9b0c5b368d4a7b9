import { describe, expect, it } from 'vitest'
import { type Batch, type Namespace, openMemory } from '../../src/index.js'
import type { CurrentStore } from './contract.js'
import { expectError, expectThrow } from './expect-error.js'

export function batchContract(store: CurrentStore): void {
  const open = (name: string, derived = false): Namespace<string, unknown> =>
    store().namespace(name, { key: 'utf8', value: 'json', derived })

  describe('write()', () => {
    it('writes to many namespaces at once', async () => {
      const [a, b] = [open('a'), open('b')]
      await a.put('old', 0)
      await store().write((batch) => {
        batch.put(a, 'k', 1)
        batch.put(b, 'k', 2)
        batch.del(a, 'old')
        batch.put(a, 'k', 3)
      })
      expect([...a.range()]).toEqual([['k', 3]])
      expect([...b.range()]).toEqual([['k', 2]])
    })

    it('fulfils without a write when nothing was put into the batch', async () => {
      const before = store().sequence
      await store().write(() => undefined)
      expect(store().sequence).toBe(before)
    })

    it('writes nothing when the function throws, and rejects with its error', async () => {
      const a = open('a')
      const earlier = a.put('earlier', 1)
      const mistake = new Error('mine')
      const failed = store().write((batch) => {
        batch.put(a, 'k', 1)
        throw mistake
      })
      const later = a.put('later', 2)
      await expect(failed).rejects.toBe(mistake)
      await Promise.all([earlier, later])
      expect([...a.range().keys()]).toEqual(['earlier', 'later'])
    })

    it('refuses a function that returns a promise, and writes nothing', async () => {
      const a = open('a')
      const error = await expectError('INVALID_TYPE', () =>
        // eslint-disable-next-line @typescript-eslint/no-misused-promises
        store().write(async (batch) => {
          batch.put(a, 'k', 1)
          await Promise.reject(new Error('nobody hears this'))
        }),
      )
      expect(error).toBeInstanceOf(TypeError)
      expect(a.hasSync('k')).toBe(false)
    })

    it('goes on after an entry that was refused inside the function', async () => {
      const a = open('a')
      await store().write((batch) => {
        batch.put(a, 'k', 1)
        expectThrow('INVALID_TYPE', () => {
          batch.put(a, 'l', () => 1)
        })
        batch.put(a, 'm', 2)
      })
      expect([...a.range()]).toEqual([
        ['k', 1],
        ['m', 2],
      ])
    })

    it('gives a batch that ends with the function', async () => {
      const a = open('a')
      let kept: Batch | undefined
      await store().write((batch) => {
        kept = batch
      })
      expectThrow('CLOSED', () => {
        kept!.put(a, 'k', 1)
      })
    })

    it('refuses other writes while it fills its batch', async () => {
      const a = open('a')
      let inner: Promise<unknown> | undefined
      await store().write((batch) => {
        batch.put(a, 'k', 1)
        inner = expectError('INVALID_ARGUMENT', () => a.put('l', 2))
      })
      await inner
      expect([...a.range().keys()]).toEqual(['k'])
    })

    it.each([
      ['flush', () => store().flush()],
      ['close', () => store().close()],
      ['drop', () => open('a').drop()],
      ['write', () => store().write(() => undefined)],
    ])('refuses %s() while it fills its batch, which stays whole', async (_, call) => {
      const a = open('a')
      const earlier = a.put('earlier', 1)
      const inner: Promise<unknown>[] = []
      const written = store().write((batch) => {
        batch.put(a, 'k', 1)
        inner.push(expectError('INVALID_ARGUMENT', call))
        batch.put(a, 'l', 2)
      })
      const mistake = new Error('mine')
      const failed = store().write((batch) => {
        batch.put(a, 'm', 3)
        inner.push(expectError('INVALID_ARGUMENT', call))
        throw mistake
      })
      await expect(failed).rejects.toBe(mistake)
      await Promise.all([earlier, written, a.put('later', 4), ...inner])
      expect([...a.range().keys()]).toEqual(['earlier', 'k', 'l', 'later'])
      expect(store().closed).toBe(false)
    })

    it('leaves nothing of a batch with applied that was to be flushed within', async () => {
      const d = open('d', true)
      const mistake = new Error('mine')
      const inner: Promise<unknown>[] = []
      const failed = store().write(
        (batch) => {
          batch.put(d, 'k', 1)
          inner.push(expectError('INVALID_ARGUMENT', () => store().flush()))
          throw mistake
        },
        { applied: 1n },
      )
      await expect(failed).rejects.toBe(mistake)
      await Promise.all(inner)
      await store().write((batch) => batch.put(d, 'l', 2), { applied: 2n })
      expect([...d.range()]).toEqual([['l', 2]])
    })

    it('can read, compact and open a namespace while it fills its batch', async () => {
      const a = open('a')
      await a.put('k', 1)
      let compacted: Promise<void> | undefined
      await store().write((batch) => {
        batch.put(a, 'l', (a.getSync('k') as number) + 1)
        using snapshot = store().snapshot()
        batch.put(open('b'), 'k', a.hasSync('l', { snapshot }))
        compacted = store().compact()
        batch.put(a, 'm', 3)
      })
      await compacted
      expect([...a.range().values()]).toEqual([1, 2, 3])
      expect(open('b').getSync('k')).toBe(false)
    })

    it('refuses namespaces of another store and what is no namespace', async () => {
      const other = await openMemory()
      const foreign = other.namespace('a', { key: 'utf8', value: 'json' })
      await expectError('INVALID_ARGUMENT', () =>
        store().write((batch) => {
          batch.put(foreign, 'k', 1)
        }),
      )
      await expectError('INVALID_TYPE', () =>
        store().write((batch) => {
          batch.put({} as never, 'k', 1)
        }),
      )
      await expectError('INVALID_TYPE', () => store().write(undefined as never))
      await other.close()
    })

    it('holds a batch of many megabytes', async () => {
      const a = store().namespace('a', { key: 'u64', value: 'binary' })
      const value = Buffer.alloc(100_000, 'x')
      await store().write((batch) => {
        for (let i = 0; i < 120; i++) batch.put(a, i, value)
      })
      expect(a.range().countSync()).toBe(120)
      expect(a.getSync(119)!.equals(value)).toBe(true)
    })
  })

  describe('write() with applied', () => {
    it('writes to derived namespaces, and is durable when flushed', async () => {
      const d = open('d', true)
      expect(store().applied).toBe(0n)
      await store().write(
        (batch) => {
          batch.put(d, 'k', 1)
        },
        { applied: 7n },
      )
      expect(d.getSync('k')).toBe(1)
      await store().flush()
      expect(store().applied).toBe(7n)
    })

    it('moves the position on without any entry', async () => {
      open('d', true)
      await store().write(() => undefined, { applied: 8n })
      await store().flush()
      expect(store().applied).toBe(8n)
    })

    it('refuses to mix derived and ordinary namespaces, and writes nothing', async () => {
      const [a, d] = [open('a'), open('d', true)]
      const both = (batch: Batch): void => {
        batch.put(a, 'k', 1)
        batch.put(d, 'k', 1)
      }
      await expectError('INVALID_ARGUMENT', () => store().write(both))
      await expectError('INVALID_ARGUMENT', () => store().write(both, { applied: 1n }))
      expect([a.hasSync('k'), d.hasSync('k')]).toEqual([false, false])
    })

    it('refuses what is no position, and a durability beside it', async () => {
      const call = (options: object): (() => Promise<void>) => {
        return () => store().write(() => undefined, options)
      }
      await expectError('INVALID_TYPE', call({ applied: 1 }))
      await expectError('INVALID_ARGUMENT', call({ applied: -1n }))
      await expectError('INVALID_ARGUMENT', call({ applied: 2n ** 64n }))
      await expectError('INVALID_ARGUMENT', call({ applied: 1n, durability: 'disk' }))
      await expectError('INVALID_ARGUMENT', call({ aplied: 1n }))
    })

    it('keeps its place among ordinary writes of the same turn', async () => {
      const [a, d] = [open('a'), open('d', true)]
      const before = a.put('k', 1)
      const derived = store().write((batch) => batch.put(d, 'k', 1), { applied: 1n })
      await Promise.all([before, derived, a.put('k', 2)])
      expect([a.getSync('k'), d.getSync('k')]).toEqual([2, 1])
    })
  })
}
