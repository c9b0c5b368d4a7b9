// Mistakes of the caller: each is told by a typed error, and the store holds what it held.

import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  InvalidTypeError,
  LedgerstoneError,
  type Store,
  inspectFile,
  open,
  tuple,
} from '../../src/index.js'
import { expectError, expectThrow } from '../contract/expect-error.js'
import { temporaryFolders } from '../support/folders.js'

const folder = temporaryFolders('calls')
const KEY_BYTES_MAX = 65_535
const VALUE_BYTES_MAX = 2 ** 28

describe('a store that was given something wrong', () => {
  let path: string
  let store: Store
  const texts = () => store.namespace('texts', { key: 'utf8', value: 'utf8' })

  beforeEach(async () => {
    path = folder()
    store = await open(path)
    await texts().put('kept', 'value')
  })

  // Whatever was refused: nothing is lost and nothing was added, now and when it is opened again.
  afterEach(async () => {
    expect([...texts().range()]).toEqual([['kept', 'value']])
    await store.close()
    store = await open(path)
    expect([...texts().range()]).toEqual([['kept', 'value']])
    await store.close()
  })

  it('refuses a key above the limit, and takes one at the limit', async () => {
    const long = 'k'.repeat(KEY_BYTES_MAX)
    const error = await expectError('INVALID_ARGUMENT', () => texts().put(`${long}k`, 'v'))
    expect(error.message).toContain('65535')
    await expectError('INVALID_ARGUMENT', () => texts().get(`${long}k`))
    await expectError('INVALID_ARGUMENT', () => texts().del(`${long}k`))
    await texts().put(long, 'v')
    expect(texts().getSync(long)).toBe('v')
    await texts().del(long)
  })

  it('refuses a value above the limit', async () => {
    const blobs = store.namespace('blobs', { key: 'utf8', value: 'binary' })
    const large = Buffer.alloc(VALUE_BYTES_MAX + 1)
    const error = await expectError('INVALID_ARGUMENT', () => blobs.put('k', large))
    expect(error.message).toContain(`${VALUE_BYTES_MAX}`)
    expect(await blobs.get('k')).toBeUndefined()
  })

  it('refuses an empty key', async () => {
    await expectError('INVALID_ARGUMENT', () => texts().put('', 'v'))
    await expectError('INVALID_ARGUMENT', () => store.write((batch) => batch.put(texts(), '', 'v')))
    expectThrow('INVALID_ARGUMENT', () => texts().getSync(''))
  })

  it.each([
    ['utf8', 1],
    ['binary', 'text'],
    ['u64', -1],
    ['u64', 1.5],
    ['u64', '1'],
    ['tuple', 'text'],
    ['tuple', [{}]],
    ['tuple', [undefined]],
  ] as const)('refuses a key that the codec %s cannot take: %j', async (key, wrong) => {
    const space = store.namespace(`keys of ${key}`, { key, value: 'utf8' })
    const code = wrong === -1 || wrong === 1.5 ? 'INVALID_ARGUMENT' : 'INVALID_TYPE'
    await expectError(code, () => space.put(wrong as never, 'v'))
    expectThrow(code, () => space.getSync(wrong as never))
    expect(space.range().countSync()).toBe(0)
  })

  it.each([
    ['utf8', 1],
    ['binary', 'text'],
    ['json', undefined],
    ['msgpack', undefined],
    ['msgpack', () => 1],
    ['msgpack', { deep: [() => 1] }],
    ['msgpack', new Map([[{}, 1]])],
    ['msgpack', new Map<unknown, number>([[1, 1], ['1', 2]])],
  ] as const)('refuses a value that the codec %s cannot take: %j', async (value, wrong) => {
    const space = store.namespace(`values of ${value}`, { key: 'utf8', value })
    await expectError('INVALID_TYPE', () => space.put('k', wrong))
    expect(space.range().countSync()).toBe(0)
  })

  it('refuses bytes whose buffer was given away', async () => {
    const blobs = store.namespace('detached', { key: 'tuple', value: 'binary' })
    const bytes = Uint8Array.of(1, 2, 3)
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
    await expectError('INVALID_ARGUMENT', () => blobs.put(['k'], bytes))
    await expectError('INVALID_ARGUMENT', () => blobs.put([bytes], Buffer.from('v')))
    expect(blobs.range().countSync()).toBe(0)
  })

  it('keeps the rest of a batch out when one entry is refused', async () => {
    const fill = () =>
      store.write((batch) => {
        batch.put(texts(), 'first', 'v')
        batch.put(texts(), '', 'v')
      })
    await expectError('INVALID_ARGUMENT', fill)
  })

  it('refuses options that it does not know, by name', async () => {
    const wrong = { keys: 'utf8' } as never
    expect(() => store.namespace('n', wrong)).toThrow(/'keys'/)
    expectThrow('INVALID_ARGUMENT', () => store.namespace('n', wrong))
    expectThrow('INVALID_ARGUMENT', () => store.namespace('n', { key: 'utf16' as never }))
    expectThrow('INVALID_ARGUMENT', () => store.namespace('n', { compression: 'gzip' as never }))
    expectThrow('INVALID_ARGUMENT', () => store.namespace('n', { filterBitsPerKey: -1 }))
    expectThrow('INVALID_ARGUMENT', () => store.namespace(''))
    expectThrow('INVALID_ARGUMENT', () => store.namespace('n'.repeat(256)))
    expectThrow('INVALID_TYPE', () => store.namespace(7 as never))
    const forever = { durability: 'forever' as never }
    await expectError('INVALID_ARGUMENT', () => texts().put('k', 'v', forever))
    expect(store.namespaces().map(({ name }) => name)).toEqual(['texts'])
  })

  it.each(['key', 'value'])('refuses another %s codec when it is opened again', async (part) => {
    await store.close()
    store = await open(path)
    const change = (): unknown => store.namespace('texts', { [part]: 'binary' })
    expect(change).toThrow(expect.objectContaining({ code: 'MISMATCH', found: 'binary' }))
    expect(change).toThrow(expect.objectContaining({ expected: 'utf8' }))
    expectThrow('MISMATCH', () => store.namespace('texts', { key: tuple<[string]>() }))
    expectThrow('MISMATCH', () => store.namespace('texts', { derived: true }))
  })
})

describe('open()', () => {
  it.each([
    ['INVALID_TYPE', 7],
    ['INVALID_ARGUMENT', ''],
    ['INVALID_ARGUMENT', 'a\0b'],
  ] as const)('answers %s for the path %j', async (code, path) => {
    await expectError(code, () => open(path as never))
  })

  it.each([
    ['INVALID_ARGUMENT', { cache: 1 }],
    ['INVALID_ARGUMENT', { memoryBudget: '1 parsec' }],
    ['INVALID_ARGUMENT', { memoryBudget: 1000 }],
    ['INVALID_ARGUMENT', { advanced: { blocks: 1 } }],
    ['INVALID_ARGUMENT', { advanced: { blockBytes: 1 } }],
    ['INVALID_ARGUMENT', { advanced: { blockBytes: '10GB' } }],
    ['INVALID_TYPE', { advanced: null }],
    ['INVALID_TYPE', null],
    ['INVALID_TYPE', { readOnly: 'yes' }],
    ['INVALID_TYPE', 'options'],
  ] as const)('answers %s for the options %j, and makes nothing', async (code, options) => {
    const path = folder()
    const error = await expectError(code, () => open(path, options as never))
    expect(error).toBeInstanceOf(code === 'INVALID_TYPE' ? InvalidTypeError : LedgerstoneError)
    await expectError('NOT_FOUND', () => open(path, { createIfMissing: false }))
  })

  it('refuses a path that is a file, and leaves the file alone', async () => {
    mkdirSync(folder(), { recursive: true })
    const path = folder()
    writeFileSync(path, 'a letter')
    const error = await expectError('IO_ERROR', () => open(path))
    expect(error.message).toContain(path)
    await expectError('IO_ERROR', () => open(join(path, 'below')))
  })

  const asRoot = process.getuid?.() === 0
  if (asRoot) process.stdout.write('Skipped, root may write anywhere: a read-only folder\n')
  it.skipIf(asRoot)('refuses a folder that it may not write to', async () => {
    const path = folder()
    mkdirSync(path, { recursive: true })
    chmodSync(path, 0o500)
    const error = await expectError('IO_ERROR', () => open(path))
    expect(error).toMatchObject({ errno: 13 })
  })

  it('refuses a folder of other files, and leaves them alone', async () => {
    const path = folder()
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, 'letter.txt'), 'Dear …')
    const error = await expectError('NOT_A_STORE', () => open(path))
    expect(error.message).toContain('letter.txt')
    expect(readdirSync(path)).toEqual(['letter.txt'])
  })

  it('refuses a store that must be new, or must be there', async () => {
    const path = folder()
    await expectError('NOT_FOUND', () => open(path, { createIfMissing: false }))
    await expectError('NOT_FOUND', () => open(path, { readOnly: true }))
    await (await open(path)).close()
    await expectError('INVALID_ARGUMENT', () => open(path, { errorIfExists: true }))
    await (await open(path)).close()
  })
})

describe('inspectFile()', () => {
  it('refuses kinds and options that it does not know', async () => {
    const path = folder()
    await (await open(path)).close()
    const current = join(path, 'CURRENT')
    const call = (...args: unknown[]) => {
      return () => inspectFile(args[0] as never, args[1] as never, args[2] as never)
    }
    expect(await inspectFile('current', current)).toBe(
      await inspectFile('current', current, { entries: true }),
    )
    for (const kind of ['tabel', 'toString', 1, undefined]) {
      await expectError('INVALID_ARGUMENT', call(kind, current))
    }
    await expectError('INVALID_ARGUMENT', call('current', current, { entires: true }))
    await expectError('INVALID_TYPE', call('current', current, { entries: 1 }))
    await expectError('INVALID_TYPE', call('current', current, null))
    await expectError('INVALID_TYPE', call('current', 7))
  })
})
