import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import { open } from '../../src/index.js'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { run, start } from '../support/program.js'

const PROGRAM = inRoot('dist/examples/change-feed/main.js')
const KILLS = 6
const folder = temporaryFolders('change-feed')

async function contents(path: string): Promise<[unknown, unknown][]> {
  await using store = await open(path, { readOnly: true })
  return await store.namespace('accounts', { key: 'tuple', value: 'i64' }).range().toArray()
}

test('The mirror is the source, however often the program is killed', async () => {
  const path = folder()
  const random = new Random(seedFromEnvironment())
  for (let kill = 0; kill < KILLS; kill++) {
    const program = start([PROGRAM, path, '1000000'])
    await program.line('running')
    await setTimeout(20 + random.below(200))
    program.process.kill('SIGKILL')
    expect((await program.ended).signal).toBe('SIGKILL')
  }
  const last = await run([PROGRAM, path, '2000'])
  expect(last).toMatchObject({ code: 0, stderr: '' })
  expect(last.stdout).toMatch(/^running\n\d+ batches mirrored in this run\n\d+ accounts, together /)
  const source = await contents(join(path, 'source'))
  expect(source.length).toBeGreaterThan(30)
  expect(await contents(join(path, 'mirror'))).toEqual(source)
})
