// Every way a process or a thread can end with an event log open, and what it may not do while it
// is: keep the process alive, block the event loop, stay locked when forgotten.

import { expect, it } from 'vitest'
import { openEventLog } from '../../src/index.js'
import { expectError } from '../contract/expect-error.js'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { type Ending, run } from '../support/program.js'
import { acknowledged } from '../support/store-contents.js'

// Readers that are not let go of take fifteen times as much.
const GROWTH_MAX_BYTES = 96 * 2 ** 20
const LONGEST_MS = 1000

const folder = temporaryFolders('log-lifecycle')
const PROGRAMS = inRoot('test/lifecycle/event-log-programs.mjs')
const program = (name: string, ...parameters: string[]): Promise<Ending> =>
  run(['--expose-gc', PROGRAMS, name, ...parameters])

/** Opens the log: every acknowledged event is at its position, and nothing is damaged. */
async function expectHeld(path: string, numbers: readonly number[]): Promise<void> {
  const log = await openEventLog(path, { codec: 'utf8', createIfMissing: false })
  try {
    const events = await log.read().toArray()
    const wrong = events.filter(({ position, data }) => !data.startsWith(`${position}:`))
    expect(wrong).toEqual([])
    expect(numbers.filter((n) => n > events.length)).toEqual([])
    expect(await log.verify()).toEqual([])
  } finally {
    await log.close()
  }
}

it('survives process.exit() with appends, readers and a follower under way', async () => {
  const path = folder()
  const ending = await program('exit', path)
  expect(ending).toMatchObject({ code: 7, signal: null, stderr: '' })
  expect(acknowledged(ending).length).toBeGreaterThanOrEqual(990)
  await expectHeld(path, acknowledged(ending))
})

it('survives an uncaught error in the middle of appends', async () => {
  const path = folder()
  const ending = await program('throw', path)
  expect(ending).toMatchObject({ code: 1, signal: null })
  expect(ending.stderr).toMatch(/uncaught on purpose/)
  await expectHeld(path, acknowledged(ending))
})

it('lets the process end while an idle log is open and followed', async () => {
  const path = folder()
  const ending = await program('idle', path)
  expect(ending).toMatchObject({ signal: null })
  expect(ending.stdout).toBe('a 1\nfollowed 1\n')
  await expectHeld(path, [1])
})

it('keeps the process alive until the appends under way are settled', async () => {
  const path = folder()
  const ending = await program('pending', path)
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  expect(acknowledged(ending)).toHaveLength(500)
  await expectHeld(path, acknowledged(ending))
})

it('survives the termination of the worker thread that has the log open', async () => {
  const path = folder()
  const ending = await program('worker', path, '6')
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  expect(ending.stdout).toMatch(/^counted \d+$/m)
  expect(acknowledged(ending).length).toBeGreaterThan(50)
  await expectHeld(path, acknowledged(ending))
})

it('survives the termination of a worker thread that is opening the log', async () => {
  const path = folder()
  const ending = await program('openings', path, '24')
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  expect(ending.stdout).toMatch(/^reopened$/m)
  await using log = await openEventLog(path)
  expect(await log.verify()).toEqual([])
})

it('unlocks the folder of a forgotten log', async () => {
  const ending = await program('forgotten', folder())
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  expect(ending.stdout).toMatch(/^reopened$/m)
})

it('gives back the memory of forgotten readers', async () => {
  const ending = await program('cursors', folder())
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  expect(Number(/^grown (-?\d+)$/m.exec(ending.stdout)?.[1])).toBeLessThan(GROWTH_MAX_BYTES)
})

it('never blocks the event loop', async () => {
  const ending = await program('delay', folder())
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  expect(ending.stdout).toMatch(/^seen 20000$/m)
  expect(Number(/^longest (\d+)$/m.exec(ending.stdout)?.[1])).toBeLessThan(LONGEST_MS)
})

it('is opened once at a time, and read by others beside its owner', async () => {
  const path = folder()
  const log = await openEventLog(path, { codec: 'utf8' })
  await log.append(['1:', '2:'])
  const error = await expectError('LOCKED', () => openEventLog(path))
  expect(error).toMatchObject({ pid: process.pid })
  const reader = await openEventLog(path, { codec: 'utf8', readOnly: true })
  await log.append('3:')
  expect((await reader.read().toArray()).map(({ data }) => data)).toEqual(['1:', '2:'])
  await expectError('READ_ONLY', () => reader.append('4:'))
  await expectError('READ_ONLY', () => reader.fence(1))
  expect(() => reader.read({ live: true })).toThrow(/readOnly/)
  await reader.close()
  await log.close()
  await expectHeld(path, [1, 2, 3])
  await expectError('INVALID_ARGUMENT', () => openEventLog(path, { errorIfExists: true }))
  await expectError('NOT_FOUND', () => openEventLog(folder(), { createIfMissing: false }))
})
