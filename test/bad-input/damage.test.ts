// Files of a closed store that were changed, cut, lost, or written by a newer version: refused by a
// typed error that names the file, and nothing on disk is changed by the attempt.

import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type ErrorCode, LedgerstoneError, open, verifyDirectory } from '../../src/index.js'
import { expectError } from '../contract/expect-error.js'
import { temporaryFolders } from '../support/folders.js'
import { edit, forgeHeader, newestFile } from '../support/store-files.js'

const folder = temporaryFolders('damage')
const ENTRIES = 400
const CURRENT_BYTES = 60
const HEADER_BYTES = 48

let whole: string

beforeAll(async () => {
  whole = folder()
  const store = await open(whole)
  const a = store.namespace('a', { key: 'u64', value: 'utf8' })
  const put = (n: number): Promise<void> => a.put(n, `value ${n}`)
  await Promise.all(Array.from({ length: ENTRIES }, (_, n) => put(n)))
  await store.flush()
  await Promise.all(Array.from({ length: ENTRIES }, (_, n) => put(ENTRIES + n)))
  await store.close()
})

function copy(): string {
  const path = folder()
  mkdirSync(path, { recursive: true })
  for (const name of readdirSync(whole)) copyFileSync(join(whole, name), join(path, name))
  return path
}

const bytesOf = (path: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(path)
      .filter((name) => name !== 'LOCK')
      .map((name) => [name, readFileSync(join(path, name), 'base64')]),
  )

const ENDINGS = ['CURRENT', '.manifest', '.wal', '.sst'] as const

/** Opening, and reading everything where opening does not look at the damage. */
async function readAll(path: string): Promise<number> {
  const store = await open(path)
  try {
    return (await store.namespace('a').range().toArray()).length
  } finally {
    await store.close()
  }
}

async function expectRefused(
  code: ErrorCode,
  path: string,
  file: string,
): Promise<LedgerstoneError> {
  const before = bytesOf(path)
  const error = await expectError(code, () => open(path))
  expect(error).toBeInstanceOf(LedgerstoneError)
  expect(error).toMatchObject({ file })
  expect(error.message).toContain(file)
  expect(bytesOf(path)).toEqual(before)
  return error as LedgerstoneError
}

it('opens a copy that nobody changed', async () => {
  const path = copy()
  expect(await verifyDirectory(path)).toEqual([])
  expect(await readAll(path)).toBe(2 * ENTRIES)
})

describe('a newer format version', () => {
  it.each(ENDINGS.filter((ending) => ending !== '.sst'))('is named, in %s', async (ending) => {
    const path = copy()
    const name = newestFile(path, ending)
    forgeHeader(path, name, { version: 2 })
    const error = await expectRefused('FORMAT_TOO_NEW', path, name)
    expect(error.message).toMatch(/version 2\b/)
  })

  it('is named, in a table', async () => {
    const path = copy()
    const name = newestFile(path, '.sst')
    forgeHeader(path, name, { version: 2 })
    expect(await expectError('FORMAT_TOO_NEW', () => readAll(path))).toMatchObject({ file: name })
  })
})

describe('a feature that this build lacks', () => {
  it.each([
    [0, /merge/i],
    [1, /range[ -]delet/i],
    [2, /expir/i],
    [9, /9|00000200/],
  ])('is refused by name: bit %i', async (bit, words) => {
    for (const ending of ENDINGS) {
      const path = copy()
      const name = newestFile(path, ending)
      forgeHeader(path, name, { features: 2 ** bit })
      const error = await expectError('NOT_SUPPORTED', () => readAll(path))
      expect(error).toMatchObject({ file: name })
      expect(error.message).toMatch(words)
    }
  })
})

describe('damage', () => {
  it('of any byte of CURRENT is refused', async () => {
    const path = copy()
    const good = readFileSync(join(path, 'CURRENT'))
    expect(good).toHaveLength(CURRENT_BYTES)
    for (let at = 0; at < CURRENT_BYTES; at++) {
      edit(path, 'CURRENT', (bytes) => {
        bytes[at]! ^= 0x40
      })
      await expectRefused('CORRUPTION', path, 'CURRENT')
      edit(path, 'CURRENT', () => good)
    }
    expect(await readAll(path)).toBe(2 * ENTRIES)
  })

  it('of CURRENT by truncation is refused at each length', async () => {
    const path = copy()
    for (let length = CURRENT_BYTES - 1; length >= 0; length--) {
      edit(path, 'CURRENT', (bytes) => bytes.subarray(0, length))
      await expectRefused('CORRUPTION', path, 'CURRENT')
    }
  })

  it('of the header of a log or a manifest is refused', async () => {
    for (const ending of ['.manifest', '.wal']) {
      const path = copy()
      const name = newestFile(path, ending)
      edit(path, name, (bytes) => {
        bytes[HEADER_BYTES - 20]! ^= 1
      })
      await expectRefused('CORRUPTION', path, name)
    }
  })

  it('by a log cut short after a clean close is refused, with file and offset', async () => {
    const path = copy()
    const name = newestFile(path, '.wal')
    const { length } = readFileSync(join(path, name))
    for (const cut of [1, 8, 40, 200, length - HEADER_BYTES - 1]) {
      edit(path, name, (bytes) => bytes.subarray(0, length - cut))
      const error = await expectRefused('CORRUPTION', path, name)
      expect(error.offset).toBeLessThanOrEqual(length - cut)
      edit(path, name, () => readFileSync(join(whole, name)))
    }
    expect(await readAll(path)).toBe(2 * ENTRIES)
  })

  it('by a flipped bit in the middle of the log is refused, with file and offset', async () => {
    const path = copy()
    const name = newestFile(path, '.wal')
    edit(path, name, (bytes) => {
      bytes[bytes.length >> 1]! ^= 1
    })
    const error = await expectRefused('CORRUPTION', path, name)
    expect(error.offset).toBeGreaterThanOrEqual(HEADER_BYTES)
  })

  it.each(ENDINGS)('by the loss of %s is refused by its name', async (ending) => {
    const path = copy()
    const name = newestFile(path, ending)
    rmSync(join(path, name))
    const error = await expectError('CORRUPTION', () => open(path))
    expect(error.message).toContain(name)
    expect(readdirSync(path)).not.toContain(name)
  })

  it('of a table is never read as a value, and verify() finds it', async () => {
    const path = copy()
    const name = newestFile(path, '.sst')
    const good = readFileSync(join(path, name))
    for (let at = HEADER_BYTES; at < good.length; at += 97) {
      edit(path, name, (bytes) => {
        bytes[at]! ^= 0x10
      })
      const findings = await verifyDirectory(path)
      expect(findings.map(({ code, file }) => [code, file])).toContainEqual(['CORRUPTION', name])
      await expectSoundOrRefused(path, name)
      edit(path, name, () => good)
    }
  })

  it('by a table cut short is refused', async () => {
    const path = copy()
    const name = newestFile(path, '.sst')
    edit(path, name, (bytes) => bytes.subarray(0, bytes.length - 1))
    await expectRefused('CORRUPTION', path, name)
  })
})

/** Reads give what was written, or CORRUPTION of that file. */
async function expectSoundOrRefused(path: string, file: string): Promise<void> {
  try {
    const store = await open(path, { readOnly: true })
    try {
      const entries = await store.namespace('a', { key: 'u64', value: 'utf8' }).range().toArray()
      expect(entries).toHaveLength(2 * ENTRIES)
      expect(entries.filter(([key, value]) => value !== `value ${key}`)).toEqual([])
    } finally {
      await store.close()
    }
  } catch (error) {
    expect(error).toMatchObject({ code: 'CORRUPTION', file })
  }
}
