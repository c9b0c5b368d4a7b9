// Hundreds of read-only opens beside a process that writes, flushes and compacts.

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { open } from '../../src/index.js'
import { expectError } from '../contract/expect-error.js'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { start } from '../support/program.js'

const folder = temporaryFolders('read-only')
const OPENS = 300

it('shows one whole state at each of hundreds of opens beside a writing process', async () => {
  const path = folder()
  const owner = start([inRoot('test/copies/programs.mjs'), path])
  await owner.line('a 50')
  const acknowledged = () => Number(owner.lines().at(-1)?.slice(2))
  let newest = 0
  for (let i = 0; i < OPENS; i++) {
    const least = acknowledged()
    await using store = await open(path, { readOnly: true, memoryBudget: '8MiB' })
    const left = store.namespace('left', { key: 'u64', value: 'utf8' })
    const right = store.namespace('right', { key: 'utf8', value: 'utf8' })
    const count = Number(left.getSync(1000))
    expect(right.getSync('count')).toBe(`${count}`)
    expect(count).toBeGreaterThanOrEqual(least)
    expect(count).toBeGreaterThanOrEqual(newest)
    newest = count
    if (i % 30 !== 0) continue
    await sleep(20)
    const entries = await left.range({ lt: 1000 }).toArray()
    for (const [key, value] of entries) {
      const number = Number(value.split(':')[0])
      expect(number % 200).toBe(Number(key))
      expect(number).toBeGreaterThan(count - 200)
      expect(number).toBeLessThanOrEqual(count)
    }
  }
  expect(newest).toBeGreaterThan(1000)
  const error = await expectError('LOCKED', () => open(path))
  expect(error).toMatchObject({ pid: owner.process.pid })
  owner.process.kill('SIGKILL')
  await owner.ended
  await using store = await open(path, { readOnly: true })
  await expectError('READ_ONLY', () =>
    store.namespace('right', { key: 'utf8', value: 'utf8' }).put('count', 'no'),
  )
}, 120_000)
