// One owner of a folder at a time, and who it is.

import { expect, it } from 'vitest'
import { open } from '../../src/index.js'
import { expectError } from '../contract/expect-error.js'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { start } from '../support/program.js'

const folder = temporaryFolders('ownership')
const PROGRAMS = inRoot('test/lifecycle/programs.mjs')

it('refuses to open a store twice in one thread, and names its process', async () => {
  const path = folder()
  const store = await open(path)
  const error = await expectError('LOCKED', () => open(`${path}/../${path.split('/').at(-1)}`))
  expect(error).toMatchObject({ pid: process.pid })
  await (await open(path, { readOnly: true })).close()
  await expectError('LOCKED', () => open(path))
  await store.close()
  await (await open(path)).close()
})

it('lets one of many simultaneous opens win', async () => {
  const path = folder()
  const opened = await Promise.allSettled(Array.from({ length: 6 }, () => open(path)))
  const winners = opened.filter((result) => result.status === 'fulfilled')
  const losers = opened.filter((result) => result.status === 'rejected')
  expect(winners).toHaveLength(1)
  expect(losers.map(({ reason }) => (reason as { code: string }).code)).toEqual(
    Array<string>(5).fill('LOCKED'),
  )
  for (const { value } of winners) await value.close()
})

it('refuses a store of another process by its id, until that process is gone', async () => {
  const path = folder()
  const owner = start([PROGRAMS, 'hold', path])
  await owner.line('held')
  const error = await expectError('LOCKED', () => open(path))
  expect(error).toMatchObject({ pid: owner.process.pid })
  expect(error.message).toContain(`${owner.process.pid}`)
  owner.process.kill('SIGKILL')
  await owner.ended
  await (await open(path)).close()
})
