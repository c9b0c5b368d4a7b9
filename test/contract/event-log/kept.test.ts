// What a log is after it was closed and opened again.

import { readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { msgpack, open, openEventLog } from '../../../src/index.js'
import { temporaryFolders } from '../../support/folders.js'
import { edit, newestFile } from '../../support/store-files.js'
import { expectError } from '../expect-error.js'
import { bytes, numbered, texts } from './contract.js'

const folder = temporaryFolders('log-kept')

describe('an event log that was closed', () => {
  it('goes on behind its last event, with its epoch, chain and id', async () => {
    const path = folder()
    const before = await openEventLog(path)
    await before.append(numbered(1, 3), { epoch: 4 })
    const chain = await before.chain(2)
    const { id } = before
    await before.close()
    const after = await openEventLog(path)
    expect(after.report).toMatchObject({ created: false, cleanClose: true, cutBytes: 0 })
    expect([after.id, after.epoch, after.durablePosition]).toEqual([id, 4, 3])
    expect(await after.chain(2)).toEqual(chain)
    await expectError('STALE_EPOCH', () => after.append(bytes('old'), { epoch: 3 }))
    expect(await after.append(bytes('4'), { expected: 3 })).toMatchObject({ first: 4 })
    expect(await texts(after)).toEqual(['1', '2', '3', '4'])
    await after.close()
  })

  it('makes its index again when that is gone', async () => {
    const path = folder()
    const before = await openEventLog(path)
    for (let n = 0; n < 5; n++) {
      await before.append(numbered(10 * n + 1, 10))
      await before.roll()
    }
    await before.close()
    const gone = readdirSync(path).filter((name) => name.endsWith('.idx'))
    expect(gone.length).toBeGreaterThan(3)
    for (const name of gone) rmSync(join(path, name))
    const after = await openEventLog(path)
    expect(await texts(after, 18, 33)).toEqual(numbered(18, 16).map(String))
    expect(await texts(after)).toEqual(numbered(1, 50).map(String))
    expect(await after.verify()).toEqual([])
    await after.close()
  })

  it('finds its archive where it was put, or where it is told to look', async () => {
    const [path, archive, moved] = [folder(), folder(), folder()]
    const before = await openEventLog(path)
    await before.append(numbered(1, 10))
    await before.roll()
    await before.append(numbered(11, 5))
    expect(await before.archive(archive)).toBe(1)
    await before.close()
    expect(readdirSync(path).filter((name) => name.endsWith('.evt'))).toHaveLength(1)
    await (async () => {
      await using there = await openEventLog(path)
      expect(await texts(there)).toEqual(numbered(1, 15).map(String))
    })()
    renameSync(archive, moved)
    await using after = await openEventLog(path, { archiveFolder: moved })
    expect(await texts(after)).toEqual(numbered(1, 15).map(String))
    expect(await after.verify()).toEqual([])
  })

  it('gives what comes before damage, and then says where it is', async () => {
    const path = folder()
    const before = await openEventLog(path)
    for (let n = 0; n < 40; n++) await before.append(Buffer.alloc(5000, n))
    await before.roll()
    await before.close()
    const [first = ''] = readdirSync(path).filter((name) => name.endsWith('.evt')).sort()
    edit(path, first, (content) => {
      content[150_000]! ^= 1
    })
    const after = await openEventLog(path)
    const seen: number[] = []
    const error = await expectError('CORRUPTION', async () => {
      for await (const { position } of after.read()) seen.push(position)
    })
    expect(error).toMatchObject({ file: first })
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => i + 1))
    expect(seen.length).toBeGreaterThan(25)
    expect((await after.verify()).map(({ code }) => code)).toContain('CORRUPTION')
    await after.close()
  })

  it('says that bytes are of another codec', async () => {
    const path = folder()
    const before = await openEventLog(path)
    await before.append(Buffer.from([0xc1, 0xc1]))
    await before.close()
    await using after = await openEventLog(path, { codec: msgpack<string>() })
    await expectError('UNDECODABLE', () => after.read().toArray())
  })

  it('is no store, and a store is no log', async () => {
    const [log, store] = [folder(), folder()]
    await (await openEventLog(log)).close()
    await (await open(store)).close()
    expect(newestFile(log, '.evt')).not.toBe('')
    await expectError('NOT_A_STORE', () => open(log))
    await expectError('NOT_A_STORE', () => openEventLog(store))
  })
})
