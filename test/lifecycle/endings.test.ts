// Every way a process or a thread can end with a store open: what was acknowledged is there, and
// the process ends as it was told to.

import { expect, it } from 'vitest'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { type Ending, run } from '../support/program.js'
import { acknowledged, expectHeld } from '../support/store-contents.js'

const folder = temporaryFolders('endings')
const program = (name: string, ...parameters: string[]): Promise<Ending> =>
  run([inRoot('test/lifecycle/programs.mjs'), name, ...parameters])

it('survives process.exit() in the middle of writes and compactions', async () => {
  const path = folder()
  const ending = await program('exit', path)
  expect(ending).toMatchObject({ code: 7, signal: null, stderr: '' })
  expect(acknowledged(ending).length).toBeGreaterThanOrEqual(2990)
  await expectHeld(path, acknowledged(ending))
})

it('survives process.exit() while flush, compact, verify and count are under way', async () => {
  const path = folder()
  const ending = await program('abandon', path)
  expect(ending).toMatchObject({ code: 7, signal: null, stderr: '' })
  await expectHeld(
    path,
    Array.from({ length: 20_000 }, (_, n) => n),
  )
})

it('survives an uncaught error in the middle of writes', async () => {
  const path = folder()
  const ending = await program('throw', path)
  expect(ending).toMatchObject({ code: 1, signal: null })
  expect(ending.stderr).toMatch(/uncaught on purpose/)
  await expectHeld(path, acknowledged(ending))
})

it('lets the process end while an idle store is open', async () => {
  const path = folder()
  const ending = await program('idle', path)
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  await expectHeld(path, [1])
})

it('lets the process end while a feed waits for the next commit', async () => {
  const ending = await program('following', folder())
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '', stdout: 'followed\n' })
})

it('closes under feeds that wait, were left, or were forgotten', async () => {
  const ending = await program('forgottenFeeds', folder())
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  expect(ending.stdout).toMatch(/^closed$/m)
})

it('keeps the process alive until the writes under way are settled', async () => {
  const path = folder()
  const ending = await program('pending', path)
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  expect(acknowledged(ending)).toHaveLength(1000)
  await expectHeld(path, acknowledged(ending))
})

it('keeps the process alive until a flush under way is done', async () => {
  const ending = await program('flushing', folder())
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  expect(ending.stdout).toMatch(/^flushed$/m)
})

it('settles what is under way when a listener throws, as an uncaught exception', async () => {
  const ending = await program('listener', folder())
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  const steps = ending.stdout.match(/^(flushed|compacted|closed).*$/gm)
  expect(steps).toEqual(['flushed', 'compacted', 'closed true'])
})

it('ends with the error of a listener when nobody handles it', async () => {
  const path = folder()
  const ending = await program('careless', path)
  expect(ending).toMatchObject({ code: 1, signal: null })
  expect(ending.stderr).toMatch(/Error: listener/)
  await expectHeld(path, [1])
})

it('survives the termination of the worker thread that has the store open', async () => {
  const path = folder()
  const ending = await program('worker', path, '6')
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  expect(ending.stdout).toMatch(/^counted \d+$/m)
  expect(acknowledged(ending).length).toBeGreaterThan(100)
  await expectHeld(path, [...new Set(acknowledged(ending))])
})
