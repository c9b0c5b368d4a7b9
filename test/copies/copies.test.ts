// Checkpoints and backups as a program makes them, on the real file system.

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  listBackups,
  open,
  openMemory,
  removeBackup,
  restore,
  type Store,
  verifyBackup,
} from '../../src/index.js'
import { expectError } from '../contract/expect-error.js'
import { temporaryFolders } from '../support/folders.js'

const folder = temporaryFolders('copies')
const SMALL = { advanced: { generationBytes: '64KiB', tableBytes: '32KiB' } }
const FILLER = 'x'.repeat(300)

const numbersOf = (store: Store) => store.namespace('numbers', { key: 'u64', value: 'utf8' })

async function fill(store: Store, from: number, to: number): Promise<void> {
  const numbers = numbersOf(store)
  const writes = []
  for (let n = from; n < to; n++) {
    const durability = (['disk', 'os', 'memory'] as const)[n % 3]
    writes.push(numbers.put(n, `${n}${FILLER}`, { durability }))
  }
  await Promise.all(writes)
}

async function countIn(path: string): Promise<number> {
  await using store = await open(path)
  expect(await store.verify()).toEqual([])
  const keys = await numbersOf(store).range().keys().toArray()
  expect(keys).toEqual(keys.map((_, i) => BigInt(i)))
  return keys.length
}

describe('a checkpoint', () => {
  it('holds every write that was acknowledged, whatever its durability', async () => {
    await using store = await open(folder(), SMALL)
    await fill(store, 0, 1000)
    const copy = folder()
    const report = await store.checkpoint(copy)
    expect(report).toMatchObject({ sequence: store.sequence, copiedTables: 0 })
    expect(report.tables).toBeGreaterThan(0)
    await fill(store, 1000, 2000)
    await store.compact()
    expect(await countIn(copy)).toBe(1000)
    expect(readdirSync(copy).filter((name) => name.endsWith('.partial'))).toEqual([])
  })

  it('holds a prefix of what is written meanwhile', async () => {
    await using store = await open(folder(), SMALL)
    let acknowledged = 0
    const writing = (async () => {
      for (let n = 0; n < 4000; n += 20) {
        await fill(store, n, n + 20)
        acknowledged = n + 20
      }
    })()
    for (let round = 0; round < 5; round++) {
      const least = acknowledged
      const copy = folder()
      await store.checkpoint(copy)
      expect(await countIn(copy)).toBeGreaterThanOrEqual(least)
    }
    await writing
  })

  it('is refused where something is, and by a store in memory', async () => {
    await using store = await open(folder(), SMALL)
    await fill(store, 0, 10)
    const copy = folder()
    await store.checkpoint(copy)
    const error = await expectError('INVALID_ARGUMENT', () => store.checkpoint(copy))
    expect(error.message).toContain('is not empty')
    expect(await countIn(copy)).toBe(10)
    await using memory = await openMemory()
    await expectError('NOT_SUPPORTED', () => memory.checkpoint(folder()))
    await expectError('NOT_SUPPORTED', () => memory.backup(folder()))
    await store.close()
    await expectError('CLOSED', () => store.checkpoint(folder()))
  })
})

describe('backups', () => {
  it('send what is new, and each can be restored', async () => {
    await using store = await open(folder(), SMALL)
    const backups = folder()
    await fill(store, 0, 2000)
    await store.compact()
    const created = new Date('2026-01-02T03:04:05Z')
    const first = await store.backup(backups, { created })
    expect(first).toMatchObject({ backup: 1, created, sequence: store.sequence })
    expect(first.sentBytes).toBe(first.bytes)
    await fill(store, 2000, 2010)
    const second = await store.backup(backups)
    expect(second.sentBytes).toBeLessThan(second.bytes / 4)
    expect(Math.abs(second.created.getTime() - Date.now())).toBeLessThan(60_000)
    expect(await listBackups(backups)).toEqual([first, second])
    for (const [backup, count] of [
      [1, 2000],
      [undefined, 2010],
    ] as const) {
      const target = folder()
      const restored = await restore(backups, target, { backup })
      expect(restored.backup).toBe(backup ?? 2)
      expect(await countIn(target)).toBe(count)
    }
    await removeBackup(backups, 1)
    expect(await verifyBackup(backups)).toEqual([])
    const target = folder()
    await restore(backups, target)
    expect(await countIn(target)).toBe(2010)
    await expectError('NOT_FOUND', () => restore(backups, folder(), { backup: 1 }))
  })

  it('tell damage by file and restore nothing', async () => {
    await using store = await open(folder(), SMALL)
    const backups = folder()
    await fill(store, 0, 500)
    await store.backup(backups)
    const [table = ''] = readdirSync(join(backups, 'tables'))
    const path = join(backups, 'tables', table)
    const bytes = readFileSync(path)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    writeFileSync(path, bytes)
    const target = folder()
    const error = await expectError('CORRUPTION', () => restore(backups, target))
    expect(error).toMatchObject({ file: `tables/${table}` })
    expect(() => statSync(target)).toThrow()
    expect(() => statSync(`${target}.partial`)).toThrow()
    expect(await verifyBackup(backups)).toMatchObject([{ file: `tables/${table}` }])
  })

  it('refuse what is no number of a backup', async () => {
    const backups = folder()
    const wrong = { backup: '1' } as unknown as { backup: number }
    await expectError('INVALID_TYPE', () => restore(backups, folder(), wrong))
    await expectError('INVALID_ARGUMENT', () => removeBackup(backups, 0))
    await expectError('NOT_FOUND', () => listBackups(backups))
  })
})
