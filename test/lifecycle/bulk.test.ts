// Verifications and ingestions of a store with files: rates, aborts, closing in the middle, and
// what is left on disk.

import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Namespace, type Store, open, verifyDirectory } from '../../src/index.js'
import { expectError } from '../contract/expect-error.js'
import { temporaryFolders } from '../support/folders.js'

const newFolder = temporaryFolders('bulk')
let folder: string
let store: Store
let a: Namespace<bigint, Buffer, number | bigint, Uint8Array>

const tables = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.sst'))

function* sorted(count: number): Generator<[number, Buffer]> {
  for (let i = 0; i < count; i++) yield [i, Buffer.alloc(100, i % 251)]
}

beforeEach(async () => {
  folder = newFolder()
  store = await open(folder, { advanced: { tableBytes: '64KiB' } })
  a = store.namespace('a', {
    key: 'u64',
    value: 'binary',
    compression: 'none',
    bottomCompression: 'none',
  })
})
afterEach(() => store.close())

describe('A verification at a rate', () => {
  test('takes the time that its bytes take', async () => {
    await a.ingest(sorted(10_000))
    const { bytesTotal } = await lastProgress()
    const began = performance.now()
    await store.verify({ bytesPerSecond: bytesTotal * 2 })
    expect(performance.now() - began).toBeGreaterThan(250)
    await store.close()
    const again = performance.now()
    expect(await verifyDirectory(folder, { bytesPerSecond: bytesTotal * 2 })).toEqual([])
    expect(performance.now() - again).toBeGreaterThan(250)
  })

  test('is aborted while it waits, and leaves the store as it was', async () => {
    await a.ingest(sorted(10_000))
    const began = performance.now()
    const signal = AbortSignal.timeout(100)
    await expect(store.verify({ bytesPerSecond: 1000, signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    expect(performance.now() - began).toBeLessThan(5000)
    expect(await store.verify()).toEqual([])
  })

  test('ends with CLOSED when the store is closed, which does not wait for it', async () => {
    await a.ingest(sorted(10_000))
    const verified = store.verify({ bytesPerSecond: 1000 })
    const refused = expectError('CLOSED', () => verified)
    await sleep(50)
    const began = performance.now()
    await store.close()
    await refused
    expect(performance.now() - began).toBeLessThan(5000)
  })

  async function lastProgress(): Promise<{ bytesTotal: number }> {
    let last = { bytesTotal: 0 }
    await store.verify({
      onProgress: (progress) => {
        last = progress
      },
    })
    return last
  }
})

describe('An ingestion that fails', () => {
  test('leaves no table behind', async () => {
    function* unsorted(): Generator<[number, Buffer]> {
      yield* sorted(20_000)
      yield [3, Buffer.alloc(1)]
    }
    await expectError('INVALID_ARGUMENT', () => a.ingest(unsorted()))
    expect(tables()).toEqual([])
    const controller = new AbortController()
    function* aborted(): Generator<[number, Buffer]> {
      for (const entry of sorted(40_000)) {
        if (entry[0] === 30_000) {
          expect(tables().length).toBeGreaterThan(1)
          controller.abort()
        }
        yield entry
      }
    }
    await expect(a.ingest(aborted(), { signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
    expect(tables()).toEqual([])
  })

  test('because the store closes leaves no table behind', async () => {
    let closing: Promise<void> | undefined
    function* closed(): Generator<[number, Buffer]> {
      for (const entry of sorted(40_000)) {
        if (entry[0] === 30_000) closing = store.close()
        yield entry
      }
    }
    await expectError('CLOSED', () => a.ingest(closed()))
    await closing
    expect(tables()).toEqual([])
  })

  test('is refused with retention', async () => {
    await store.close()
    store = await open(folder, { retention: { bytes: '1MiB' } })
    const kept = store.namespace('a', { key: 'u64', value: 'binary' })
    await expectError('NOT_SUPPORTED', () => kept.ingest(sorted(3)))
  })
})
