// A thread may end in any state of any store: the process ends as it was told to, without a word
// on standard error; what was acknowledged is there; other threads' stores go on.

import { cpSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { open } from '../../src/index.js'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { type Ending, run } from '../support/program.js'
import { acknowledged, expectHeld } from '../support/store-contents.js'

const STATES = [
  ...['opening', 'idle', 'writing', 'reading', 'iterating', 'transacting', 'snapshotting'],
  ...['flushing', 'compacting', 'backingUp', 'verifying', 'closing', 'closed', 'collected'],
]
const ENTRIES = 1000
const TIMEOUT_MS = 120_000

const folder = temporaryFolders('thread-endings')
const entries = Array.from({ length: ENTRIES }, (_, n) => n)
let template: string

// With tables, and a log to be replayed.
beforeAll(async () => {
  template = folder()
  const made = folder()
  const store = await open(made, { advanced: { generationBytes: '64KiB' } })
  const numbers = store.namespace('numbers', { key: 'u64', value: 'utf8' })
  for (const n of entries) void numbers.put(n, `${n}:${'y'.repeat(300)}`, { durability: 'os' })
  await store.flush()
  await Promise.all(
    entries.map((n) => numbers.put(n, `${n}:${'z'.repeat(300)}`, { durability: 'os' })),
  )
  cpSync(made, template, { recursive: true })
  await store.close()
})

async function endingOf(...parameters: string[]): Promise<{ path: string; ending: Ending }> {
  const path = folder()
  cpSync(template, path, { recursive: true })
  const program = ['--expose-gc', inRoot('test/threads/endings-program.mjs')]
  return { path, ending: await run([...program, ...parameters, path], TIMEOUT_MS) }
}

const EXPECTED = {
  natural: { code: 0, signal: null, stderr: '' },
  exit: { code: 7, signal: null, stderr: '' },
  throw: { code: 1, signal: null, stderr: expect.stringContaining('Error: on purpose') as string },
}

describe.each(STATES)('in the state %s', (state) => {
  it.each(Object.entries(EXPECTED))(
    'the main thread can end: %s',
    async (name, expected) => {
      const { path, ending } = await endingOf('main', state, name)
      expect(ending).toMatchObject(expected)
      expect(ending.stderr).not.toMatch(/fatal|abort|napi|LS_CHECK|warning/i)
      expect(acknowledged(ending)).toEqual([100_000])
      await expectHeld(path, [...entries, 100_000])
    },
    TIMEOUT_MS,
  )

  it(
    'a worker can end in every way, beside another thread and alone',
    async () => {
      const { path, ending } = await endingOf('worker', state)
      expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
      expect(ending.stdout.match(/^ended \w+$/gm)).toHaveLength(4)
      expect(acknowledged(ending)).toHaveLength(12)
      await expectHeld(path, [...entries, ...acknowledged(ending)])
    },
    TIMEOUT_MS,
  )
})
