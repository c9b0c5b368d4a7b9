// Closing while others work, and using what was closed: typed errors, and no crash.

import { readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Batch, type Store, open, openEventLog } from '../../src/index.js'
import { expectError, expectThrow } from '../contract/expect-error.js'
import { temporaryFolders } from '../support/folders.js'

const folder = temporaryFolders('closing')
const ENTRIES = 5000

let path: string
let store: Store

const OPTIONS = {
  memoryBudget: '2MiB',
  advanced: { generationBytes: '64KiB', blockBytes: 512, tableBytes: '32KiB' },
} as const

beforeEach(async () => {
  path = folder()
  store = await open(path, OPTIONS)
  const a = store.namespace('a', { key: 'u64', value: 'utf8' })
  const value = 'v'.repeat(200)
  await Promise.all(Array.from({ length: ENTRIES }, (_, n) => a.put(n, `${n} ${value}`)))
  await store.flush()
})

afterEach(() => store.close())

const numbers = () => store.namespace('a', { key: 'u64', value: 'utf8' })

/** Waits for all; each is done or failed with one of the two codes of a store that closes. */
async function expectSettled(calls: readonly Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(calls)
  const failures = settled.filter((result) => result.status === 'rejected')
  const codes = new Set(failures.map(({ reason }) => (reason as { code: string }).code))
  expect(['CLOSED', 'ABORTED', 'OUTCOME_UNKNOWN']).toEqual(expect.arrayContaining([...codes]))
}

it('settles the reads, counts and iterations that it meets', async () => {
  const a = numbers()
  const calls: Promise<unknown>[] = []
  for (let n = 0; n < 500; n++) calls.push(a.get((n * 37) % ENTRIES))
  for (let i = 0; i < 5; i++) calls.push(a.range().toArray(), a.range({ reverse: true }).count())
  calls.push(a.getMany(Array.from({ length: 1000 }, (_, n) => n * 5)))
  await Promise.all([expectSettled(calls), store.close()])
  await expectError('CLOSED', () => a.get(1))
})

it('settles the flushes, compactions and checks that it meets', async () => {
  const calls = [store.compact(), store.flush(), store.verify(), store.compact(numbers())]
  await Promise.all([expectSettled(calls), store.close()])
  expect(store.closed).toBe(true)
})

it('keeps the writes that it acknowledged while closing', async () => {
  const a = numbers()
  const writes = Array.from({ length: 300 }, (_, n) => a.put(ENTRIES + n, `${n}`))
  await Promise.all([...writes, store.close()])
  store = await open(path, OPTIONS)
  expect(store.report.cleanClose).toBe(true)
  expect(numbers().range({ gte: ENTRIES }).countSync()).toBe(300)
})

it.skipIf(process.platform !== 'linux')('leaves no file of the folder open', async () => {
  const openFiles = (folder: string): string[] =>
    readdirSync('/proc/self/fd')
      .map((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`)
        } catch {
          return ''
        }
      })
      .filter((file) => file.startsWith(`${folder}/`))
  await store.flush()
  await numbers().get(1)
  expect(openFiles(realpathSync(path))).not.toEqual([])
  await store.close()
  expect(openFiles(realpathSync(path))).toEqual([])

  const log = await openEventLog(`${path}-log`, { segmentBytes: '4KiB' })
  for (let i = 0; i < 20; i++) await log.append(Buffer.alloc(1000))
  expect(await log.read().toArray()).toHaveLength(20)
  await log.close()
  expect(openFiles(realpathSync(`${path}-log`))).toEqual([])
})

it('ends an iteration that it meets with CLOSED', async () => {
  const iterate = async (): Promise<number> => {
    let seen = 0
    for await (const [key] of numbers().range()) {
      if (key === 100n) void store.close()
      seen++
    }
    return seen
  }
  await expectError('CLOSED', iterate)
})

it('makes nothing of its handles usable again by closing twice', async () => {
  const a = numbers()
  const snapshot = store.snapshot()
  await Promise.all([store.close(), store.close()])
  snapshot.release()
  snapshot.release()
  expectThrow('CLOSED', () => a.getSync(1, { snapshot }))
  expectThrow('CLOSED', () => store.stats())
  await expectError('CLOSED', () => store.write(() => undefined))
})

it('refuses a released snapshot, an ended batch and a finished iterator', async () => {
  const a = numbers()
  const snapshot = store.snapshot()
  snapshot.release()
  expectThrow('CLOSED', () => a.getSync(1, { snapshot }))
  let kept: Batch | undefined
  await store.write((batch) => {
    kept = batch
  })
  expectThrow('CLOSED', () => {
    kept!.put(a, 1, 'late')
  })
  const iterator = a.range()[Symbol.iterator]()
  expect(iterator.next().done).toBe(false)
  iterator.return!()
  expect(iterator.next()).toEqual({ done: true, value: undefined })
  expect(iterator.return!()).toEqual({ done: true, value: undefined })
  expect(a.getSync(1)).toMatch(/^1 v/)
})
