// Threads that come and go leave nothing behind. A share of it; docs/testing.md has the whole.

import { expect, it } from 'vitest'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { run } from '../support/program.js'
import { expectHeld } from '../support/store-contents.js'

const CYCLES = process.env.LEDGERSTONE_LONG === '1' ? 2000 : 120
const TIMEOUT_MS = CYCLES * 2000
const GROWTH_MAX_BYTES = 24 * 2 ** 20

const folder = temporaryFolders('churn')

it(
  'leaves neither memory nor files nor threads behind when workers are terminated',
  async () => {
    const path = folder()
    const program = inRoot('test/threads/churn-program.mjs')
    const ending = await run(['--expose-gc', program, String(CYCLES), path], TIMEOUT_MS)
    expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
    const told = [...ending.stdout.matchAll(/^after \d+ (.*)$/gm)]
      .map(([, numbers]) => numbers!.split(' ').map(Number))
    const [early, late] = [told[0]!, told.at(-1)!]
    expect(told).toHaveLength(10)
    expect(late[0]! - early[0]!).toBeLessThan(GROWTH_MAX_BYTES)
    expect(late[1]).toBeLessThanOrEqual(early[1]!)
    expect(late[2]).toBeLessThanOrEqual(early[2]!)
    const cycles = Array.from({ length: CYCLES }, (_, n) => n + 1)
    await expectHeld(path, cycles)
  },
  TIMEOUT_MS,
)
