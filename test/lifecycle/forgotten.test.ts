// Handles that nobody closed are collected, and what they held is given back.

import { expect, it } from 'vitest'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { type Ending, run } from '../support/program.js'

const GROWTH_MAX_BYTES = 24 * 2 ** 20

const folder = temporaryFolders('forgotten')
const program = (name: string): Promise<Ending> =>
  run(['--expose-gc', inRoot('test/lifecycle/programs.mjs'), name, folder()])

it.each(['iterators', 'snapshots'])('gives back the memory of forgotten %s', async (name) => {
  const ending = await program(name)
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  const grown = Number(/^grown (-?\d+)$/m.exec(ending.stdout)?.[1])
  expect(grown).toBeLessThan(GROWTH_MAX_BYTES)
})

it('gives back the memory of stores whose worker was ended with a write open', async () => {
  const ending = await program('workers')
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  const grown = Number(/^grown (-?\d+)$/m.exec(ending.stdout)?.[1])
  expect(grown).toBeLessThan(GROWTH_MAX_BYTES)
})

it('unlocks the folder of a forgotten store', async () => {
  const ending = await program('stores')
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  expect(ending.stdout).toMatch(/^reopened$/m)
})
