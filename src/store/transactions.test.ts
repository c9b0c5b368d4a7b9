import { describe, expect, it } from 'vitest'
import { type Waiting, backoffMs } from '../base/backoff.js'
import { openMemory } from './open.js'
import type { StoreHandle } from './store-handle.js'
import { Transactions } from './transactions.js'

describe('the pause after a conflict', () => {
  it('is a part of a span that doubles and then stays', () => {
    const spans = [1, 2, 3, 4, 8, 9, 100].map((failures) => backoffMs(failures, 0.5))
    expect(spans).toEqual([0.25, 0.5, 1, 2, 32, 32, 32])
    expect(backoffMs(5, 0)).toBe(0)
  })

  it('is taken between the runs, each time with new chance', async () => {
    const store = await openMemory()
    const a = store.namespace('a', { key: 'utf8', value: 'json' })
    const slept: number[] = []
    let chance = 0
    const waiting: Waiting = {
      fraction: () => (chance += 0.125),
      sleep: (milliseconds) => {
        slept.push(milliseconds)
        return Promise.resolve()
      },
    }
    const transactions = new Transactions(store as StoreHandle, waiting)
    let runs = 0
    const failed = transactions.run(
      async (tx) => {
        await tx.get(a, 'k')
        await a.put('k', ++runs)
        tx.put(a, 'other', runs)
      },
      { retries: 3 },
    )
    await expect(failed).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('4 runs') as string,
      cause: expect.objectContaining({ code: 'CONFLICT' }) as Error,
    })
    expect([runs, slept]).toEqual([4, [0.0625, 0.25, 0.75]])
    await store.close()
  })
})

describe('the read set', () => {
  it('of keys read again and again stays small, and still conflicts', async () => {
    const store = await openMemory()
    const a = store.namespace('a', { key: 'utf8', value: 'json' })
    const read = store.transact(
      async (tx) => {
        for (let i = 0; i < 10_000; i++) tx.getSync(a, `k${i % 100}`)
        await a.put('k99', 1)
        tx.put(a, 'result', 1)
      },
      { retries: 0 },
    )
    await expect(read).rejects.toMatchObject({ code: 'CONFLICT' })
    await store.close()
  })
})
