// Salvage as a program and as the command uses it.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { open, salvage } from '../../src/index.js'
import { run } from '../cli/run-command.js'
import { expectError } from '../contract/expect-error.js'
import { temporaryFolders } from '../support/folders.js'

const folder = temporaryFolders('salvage')
const COUNT = 4000

async function damagedStore(): Promise<{ path: string; table: string }> {
  const path = folder()
  const store = await open(path, { advanced: { tableBytes: '64KiB' } })
  const numbers = store.namespace('numbers', { key: 'u64', value: 'utf8' })
  const names = store.namespace('names', { key: 'utf8', value: 'utf8' })
  const writes = Array.from({ length: COUNT }, (_, n) =>
    numbers.put(n, `${n}:${Math.sin(n)}`, { durability: 'os' }),
  )
  await Promise.all([...writes, names.put('USD', 'US dollar')])
  await store.compact()
  await store.close()
  const tables = readdirSync(path).filter((name) => name.endsWith('.sst'))
  const sizes = tables.map((name) => readFileSync(join(path, name)).length)
  const table = tables[sizes.indexOf(Math.max(...sizes))] ?? ''
  const bytes = readFileSync(join(path, table))
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 255
  writeFileSync(join(path, table), bytes)
  return { path, table }
}

it('keeps all but the damaged block, and lists that block by its keys', async () => {
  const { path, table } = await damagedStore()
  const target = folder()
  const report = await salvage(path, target)
  expect(report).toMatchObject({ manifestWhole: true, unknowns: [] })
  expect(report.losses).toHaveLength(1)
  const [loss] = report.losses
  expect(loss).toMatchObject({ file: table, namespace: 'numbers' })
  const bounds = [loss?.from, loss?.to].map((key) => Buffer.from(key ?? []).readBigUInt64BE())
  await using store = await open(target)
  const numbers = store.namespace('numbers', { key: 'u64', value: 'utf8' })
  expect(store.namespace('names', { key: 'utf8', value: 'utf8' }).getSync('USD')).toBe('US dollar')
  const found = new Map(await numbers.range().toArray())
  expect(found.size + 1).toBe(report.entries)
  expect(found.size).toBeGreaterThan(COUNT * 0.9)
  for (let n = 0n; n < COUNT; n++) {
    if (found.get(n) === `${n}:${Math.sin(Number(n))}`) continue
    expect(n).toBeGreaterThanOrEqual(bounds[0] ?? 0n)
    expect(n).toBeLessThanOrEqual(bounds[1] ?? 0n)
  }
  expect(found.size).toBeLessThan(COUNT)
  await expectError('INVALID_ARGUMENT', () => salvage(path, target))
})

it('works without CURRENT and manifest, and the command says what cannot be known', async () => {
  const { path, table } = await damagedStore()
  for (const name of readdirSync(path)) {
    if (name === 'CURRENT' || name.endsWith('.manifest')) rmSync(join(path, name))
  }
  const target = folder()
  const { code, out, err } = await run('salvage', path, target)
  expect({ code, err }).toEqual({ code: 1, err: '' })
  expect(out).toContain(`lost: ${table}, bytes `)
  expect(out).toContain('  keys of salvaged.table-')
  expect(out).toContain('Tables do not say which namespace they are of')
  expect(out).toMatch(/^\S.* entries salvaged; \d+ losses listed above$/m)
  const json = await run('salvage', path, folder(), '--json')
  expect(JSON.parse(json.out)).toMatchObject({ manifestWhole: false })
  await using store = await open(target)
  const all = store.namespaces().map(({ name }) => name)
  expect(all.every((name) => name.startsWith('salvaged.table-'))).toBe(true)
})
