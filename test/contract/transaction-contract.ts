import { describe, expect, it } from 'vitest'
import type { Transaction } from '../../src/index.js'
import type { CurrentStore } from './contract.js'
import { expectError, expectThrow } from './expect-error.js'

export function transactionContract(store: CurrentStore): void {
  const space = () => store().namespace('a', { key: 'utf8', value: 'json' })

  describe('transactions', () => {
    it('commit what they wrote, whole, and give what their function returned', async () => {
      const [a, b] = [space(), store().namespace('b', { key: 'u64', value: 'utf8' })]
      const result = await store().transact(async (tx) => {
        tx.put(a, 'k', 1)
        tx.put(b, 7, 'seven')
        tx.del(a, 'absent')
        expect(a.hasSync('k')).toBe(false)
        return 'done'
      })
      expect([result, a.getSync('k'), b.getSync(7)]).toEqual(['done', 1, 'seven'])
    })

    it('run a function that is not asynchronous too', async () => {
      const a = space()
      await a.put('k', 1)
      const before = await store().transact((tx) => {
        const value = tx.getSync(a, 'k') as number
        tx.put(a, 'k', value + 1)
        return value
      })
      expect([before, a.getSync('k')]).toEqual([1, 2])
    })

    it('read their own writes', async () => {
      const a = space()
      await Promise.all([a.put('k', 1), a.put('l', 2)])
      await store().transact(async (tx) => {
        tx.put(a, 'k', 10)
        tx.put(a, 'n', 30)
        tx.del(a, 'l')
        expect(await tx.get(a, 'k')).toBe(10)
        expect(tx.getSync(a, 'l')).toBeUndefined()
        expect([await tx.has(a, 'l'), await tx.has(a, 'n')]).toEqual([false, true])
        expect(await tx.getMany(a, ['l', 'k', 'x', 'n'])).toEqual([undefined, 10, undefined, 30])
      })
      expect([...a.range()]).toEqual([
        ['k', 10],
        ['n', 30],
      ])
    })

    it('read one state, that of their first read', async () => {
      const a = space()
      await Promise.all([a.put('k', 1), a.put('l', 1)])
      await store().transact(async (tx) => {
        expect(await tx.get(a, 'k')).toBe(1)
        await a.put('l', 2)
        expect(await tx.get(a, 'l')).toBe(1)
        expect(await tx.range(a).toArray()).toEqual([
          ['k', 1],
          ['l', 1],
        ])
      })
    })

    it('that only read commit without a write, whatever was written meanwhile', async () => {
      const a = space()
      await a.put('k', 1)
      await store().transact(async (tx) => {
        await tx.get(a, 'k')
        await a.put('k', 2)
      })
      const before = store().sequence
      await store().transact((tx) => tx.get(a, 'k'))
      expect(store().sequence).toBe(before)
    })

    it('are run again when what they read was written', async () => {
      const a = space()
      await a.put('k', 1)
      const seen: unknown[] = []
      await store().transact(async (tx) => {
        seen.push(await tx.get(a, 'k'))
        if (seen.length === 1) await a.put('k', 5)
        tx.put(a, 'k', 100)
      })
      expect(seen).toEqual([1, 5])
      expect(a.getSync('k')).toBe(100)
    })

    it('end in CONFLICT after as many retries as asked for', async () => {
      const a = space()
      let runs = 0
      const failed = store().transact(
        async (tx) => {
          await tx.get(a, 'k')
          await a.put('k', ++runs)
          tx.put(a, 'other', 1)
        },
        { retries: 2 },
      )
      await expectError('CONFLICT', () => failed)
      expect([runs, a.hasSync('other')]).toEqual([3, false])
    })

    it('conflict over a key that was absent, or was deleted', async () => {
      const a = space()
      await a.put('there', 1)
      const conflicting = (key: string, change: () => Promise<void>) =>
        store().transact(
          async (tx) => {
            await tx.has(a, key)
            await change()
            tx.put(a, 'result', 1)
          },
          { retries: 0 },
        )
      await expectError('CONFLICT', () => conflicting('new', () => a.put('new', 1)))
      await expectError('CONFLICT', () => conflicting('there', () => a.del('there')))
      await conflicting('new', () => a.put('unrelated', 1))
    })

    it('of one turn that read and write the same key: one wins at a time', async () => {
      const a = space()
      await a.put('n', 0)
      const increment = () =>
        store().transact(
          async (tx) => {
            tx.put(a, 'n', ((await tx.get(a, 'n')) as number) + 1)
          },
          { durability: 'os', retries: 1000 },
        )
      await Promise.all(Array.from({ length: 20 }, increment))
      expect(a.getSync('n')).toBe(20)
    })

    it('write nothing when their function throws, and pass its error on', async () => {
      const a = space()
      const cause = new Error('mine')
      const failed = store().transact((tx) => {
        tx.put(a, 'k', 1)
        throw cause
      })
      await expect(failed).rejects.toBe(cause)
      expect(a.hasSync('k')).toBe(false)
    })

    it('are CLOSED once their function has ended', async () => {
      const a = space()
      await a.put('k', 1)
      let kept: Transaction | undefined
      let range: Iterator<unknown> | undefined
      await store().transact(async (tx) => {
        kept = tx
        range = tx.range(a)[Symbol.iterator]()
        await tx.get(a, 'k')
      })
      await expectError('CLOSED', () => kept!.get(a, 'k'))
      await expectError('CLOSED', () => kept!.getMany(a, ['k']))
      expectThrow('CLOSED', () => kept!.getSync(a, 'k'))
      expectThrow('CLOSED', () => {
        kept!.put(a, 'k', 1)
      })
      expectThrow('CLOSED', () => kept!.range(a))
      expectThrow('CLOSED', () => range!.next())
    })

    it('keep the order of the calls with the writes around them', async () => {
      const a = space()
      const all = [
        a.put('k', 'put before', { durability: 'os' }),
        store().transact((tx) => {
          tx.put(a, 'l', 'transaction')
        }),
      ]
      await Promise.all(all)
      const late = store().transact((tx) => {
        tx.put(a, 'k', 'transaction')
      })
      await Promise.resolve()
      await Promise.all([late, a.put('k', 'put after')])
      expect(['transaction', 'put after']).toContain(a.getSync('k'))
      expect(a.getSync('l')).toBe('transaction')
    })

    it('refuse derived namespaces, those of other stores, and what is none', async () => {
      const derived = store().namespace('d', { key: 'utf8', value: 'json', derived: true })
      const refused = (call: (tx: Transaction) => unknown) => store().transact(call)
      await expectError('INVALID_ARGUMENT', () => refused((tx) => tx.get(derived, 'k')))
      await expectError('INVALID_ARGUMENT', () =>
        refused((tx) => {
          tx.put(derived, 'k', 1)
        }),
      )
      await expectError('INVALID_TYPE', () => refused((tx) => tx.get({} as never, 'k')))
      await expectError('INVALID_TYPE', () => store().transact(undefined as never))
      await expectError('INVALID_ARGUMENT', () =>
        store().transact(() => 1, { attempts: 1 } as never),
      )
      await expectError('INVALID_ARGUMENT', () => store().transact(() => 1, { retries: -1 }))
    })

    it('that read a namespace which is dropped meanwhile do not commit', async () => {
      const [a, gone] = [space(), store().namespace('gone', { key: 'utf8', value: 'json' })]
      await gone.put('k', 1)
      await expectError('CLOSED', () =>
        store().transact(async (tx) => {
          await tx.get(gone, 'k')
          tx.put(a, 'k', 1)
          await gone.drop()
        }),
      )
      expect(a.hasSync('k')).toBe(false)
    })

    it('conflict with merges and range deletes of what they read', async () => {
      const n = store().namespace('n', { key: 'utf8', value: 'i64', merge: 'add' })
      await n.put('k', 1n)
      const against = (change: () => Promise<void>) =>
        store().transact(
          async (tx) => {
            await tx.get(n, 'k')
            for (const entry of tx.range(n, { gte: 'p', lt: 'q' })) expect(entry).toBeDefined()
            await change()
            tx.put(n, 'result', 1n)
          },
          { retries: 0 },
        )
      await expectError('CONFLICT', () => against(() => n.merge('k', 1n)))
      await expectError('CONFLICT', () => against(() => n.deleteRange({ gte: 'a', lt: 'l' })))
      await expectError('CONFLICT', () => against(() => n.deleteRange({ gte: 'pp' })))
      await expectError('CONFLICT', () => against(() => n.deleteRange()))
      await against(() => n.deleteRange({ gte: 'q', lt: 'r' }))
      await against(() => n.merge('l', 1n))
    })

    it('put with an expiry of their own, or the one of the namespace', async () => {
      const a = space()
      const short = store().namespace('short', { key: 'utf8', value: 'json', ttl: 3_600_000 })
      await store().transact((tx) => {
        tx.put(a, 'past', 1, { expiresAt: 1 })
        tx.put(a, 'later', 2, { ttl: 3_600_000 })
        tx.put(short, 'k', 3)
        expect([tx.getSync(a, 'past'), tx.getSync(a, 'later')]).toEqual([undefined, 2])
        expect([...tx.range(a).keys()]).toEqual(['later'])
      })
      expect([...a.range(), ...short.range()]).toEqual([
        ['later', 2],
        ['k', 3],
      ])
      const refused = store().transact((tx) => {
        tx.put(a, 'k', 1, { ttl: 1, expiresAt: 1 })
      })
      await expectError('INVALID_ARGUMENT', () => refused)
    })

    it('hold large values and many keys', async () => {
      const a = store().namespace('large', { key: 'u64', value: 'binary' })
      const large = Buffer.alloc(300_000, 1)
      await store().transact(async (tx) => {
        for (let i = 0; i < 1000; i++) tx.put(a, i, Buffer.alloc(i % 300, i))
        tx.put(a, 5000, large)
        await tx.getMany(a, [2000, 2001])
      })
      expect(a.range().countSync()).toBe(1001)
      await store().transact(async (tx) => {
        expect((await tx.get(a, 5000))!.equals(large)).toBe(true)
        for (let i = 0; i < 1000; i++) expect(tx.getSync(a, i)!.length).toBe(i % 300)
        for (let i = 0; i < 1000; i++) tx.del(a, i)
      })
      expect(a.range().countSync()).toBe(1)
    })
  })

  describe('ranges in transactions', () => {
    const filled = async () => {
      const a = space()
      await Promise.all([...a.range().keys()].map((key) => a.del(key)))
      await Promise.all(['b', 'd', 'f', 'h'].map((key) => a.put(key, key)))
      return a
    }

    it('show own writes over the state, both ways and within bounds', async () => {
      const a = await filled()
      await store().transact(async (tx) => {
        tx.put(a, 'a', 'own')
        tx.put(a, 'd', 'own')
        tx.put(a, 'e', 'own')
        tx.del(a, 'f')
        tx.put(a, 'z', 'own')
        const keys = ['a', 'b', 'd', 'e', 'h', 'z']
        expect([...tx.range(a).keys()]).toEqual(keys)
        expect(await tx.range(a, { reverse: true }).keys().toArray()).toEqual(keys.toReversed())
        expect([...tx.range(a, { gte: 'b', lt: 'h' }).values()]).toEqual(['b', 'own', 'own'])
        expect([...tx.range(a, { gt: 'b', lte: 'h', reverse: true }).keys()]).toEqual([
          'h',
          'e',
          'd',
        ])
        expect([...tx.range(a, { limit: 3 })].length).toBe(3)
        expect([tx.range(a).countSync(), await tx.range(a, { limit: 2 }).count()]).toEqual([6, 2])
        expect([...tx.range(a, { gte: 'x', lt: 'b' })]).toEqual([])
        expect([...tx.range(a, { prefix: 'e' }).keys()]).toEqual(['e'])
      })
    })

    it('see the writes made before the walk began, and not those made in it', async () => {
      const a = await filled()
      await store().transact((tx) => {
        const seen: unknown[] = []
        for (const key of tx.range(a).keys()) {
          seen.push(key)
          tx.put(a, `${key}x`, 1)
          tx.del(a, 'h')
        }
        expect(seen).toEqual(['b', 'd', 'f', 'h'])
      })
      expect([...a.range().keys()]).toEqual(['b', 'bx', 'd', 'dx', 'f', 'fx', 'hx'])
    })

    const contested = async (
      read: (tx: Transaction, a: Awaited<ReturnType<typeof filled>>) => unknown,
      key: string,
    ): Promise<boolean> => {
      const a = await filled()
      try {
        await store().transact(
          async (tx) => {
            await read(tx, a)
            await a.put(key, 'other')
            tx.put(a, 'result', 1)
          },
          { retries: 0 },
        )
        return true
      } catch (error) {
        expect(error).toMatchObject({ code: 'CONFLICT' })
        return false
      }
    }

    it('conflict with a phantom inside what was walked, and with nothing else', async () => {
      const first2 = (tx: Transaction, a: Awaited<ReturnType<typeof filled>>) => [
        ...tx.range(a, { gte: 'b', limit: 2 }),
      ]
      expect(await contested(first2, 'c')).toBe(false)
      expect(await contested(first2, 'd')).toBe(false)
      expect(await contested(first2, 'e')).toBe(true)
      expect(await contested(first2, 'a')).toBe(true)
      const last2 = (tx: Transaction, a: Awaited<ReturnType<typeof filled>>) =>
        tx.range(a, { lte: 'h', limit: 2, reverse: true }).toArray()
      expect(await contested(last2, 'g')).toBe(false)
      expect(await contested(last2, 'f')).toBe(false)
      expect(await contested(last2, 'e')).toBe(true)
      expect(await contested(last2, 'i')).toBe(true)
    })

    it('conflict up to their bounds when they were walked to the end', async () => {
      const all = (tx: Transaction, a: Awaited<ReturnType<typeof filled>>) =>
        tx.range(a, { gt: 'b', lt: 'g' }).count()
      expect(await contested(all, 'b')).toBe(true)
      expect(await contested(all, 'c')).toBe(false)
      expect(await contested(all, 'fz')).toBe(false)
      expect(await contested(all, 'g')).toBe(true)
      const nothing = (tx: Transaction, a: Awaited<ReturnType<typeof filled>>) =>
        tx.range(a, { gt: 'x' }).toArray()
      expect(await contested(nothing, 'y')).toBe(false)
      expect(await contested(nothing, 'x')).toBe(true)
    })

    it('that were left early count as far as they got', async () => {
      const until = (tx: Transaction, a: Awaited<ReturnType<typeof filled>>) => {
        for (const key of tx.range(a).keys()) if (key === 'd') break
      }
      expect(await contested(until, 'c')).toBe(false)
      expect(await contested(until, 'e')).toBe(true)
      const none = (tx: Transaction, a: Awaited<ReturnType<typeof filled>>) => tx.range(a)
      expect(await contested(none, 'c')).toBe(true)
    })
  })
}
