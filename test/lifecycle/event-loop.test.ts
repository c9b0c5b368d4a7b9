// The event loop goes on while the disk works. The bounds are wide: they tell a blocking call from
// one that does not block, on a machine that has other work.

import { expect, it } from 'vitest'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { run } from '../support/program.js'

const LONGEST_MS = 1000
const USUAL_MS = 100
const TURNS_MIN = 3

const folder = temporaryFolders('event-loop')

it('is never blocked by reads, flush, compaction, verify, open or close', async () => {
  const ending = await run([inRoot('test/lifecycle/programs.mjs'), 'delay', folder()])
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  const told = (name: string): number =>
    Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(ending.stdout)?.[1])
  expect(told('longest')).toBeLessThan(LONGEST_MS)
  expect(told('usual')).toBeLessThan(USUAL_MS)
}, 60_000)

it('turns while ranges in memory are walked, long ones and many short ones', async () => {
  const ending = await run([inRoot('test/lifecycle/programs.mjs'), 'turns', folder()])
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  const told = ending.stdout.trim().split('\n').map((line) => line.split(' '))
  expect(told.map(([name]) => name)).toEqual(['walk', 'array', 'short'])
  for (const [name, turns] of told) {
    expect(Number(turns), name).toBeGreaterThanOrEqual(TURNS_MIN)
  }
}, 60_000)
