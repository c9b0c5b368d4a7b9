import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { listBackups, open, restore } from '../../src/index.js'
import { startProgram, temporaryFolder } from '../cli/run-command.js'

const PROGRAM = fileURLToPath(
  new URL('../../dist/examples/nightly-backup/main.js', import.meta.url),
)
const folder = temporaryFolder()
const store = join(folder, 'store')
const backups = join(folder, 'backups')

async function night(n: number): Promise<string> {
  await using opened = await open(store)
  await opened.namespace('days', { key: 'u64', value: 'utf8' }).put(n, `day ${n}`)
  await opened.close()
  const ended = await startProgram(process.execPath, [PROGRAM, store, backups, '2']).result
  expect(ended).toMatchObject({ code: 0, err: '' })
  return ended.out
}

test('Keeps the newest backups, each of which restores', async () => {
  expect(await night(1)).toMatch(/^Backup 1: (\d+) of \1 bytes were new; removed: none\n$/)
  expect(await night(2)).toMatch(/^Backup 2: .* removed: none\n$/)
  expect(await night(3)).toMatch(/^Backup 3: .* removed: 1\n$/)
  expect((await listBackups(backups)).map(({ backup }) => backup)).toEqual([2, 3])
  expect(existsSync(`${backups}.scratch`)).toBe(false)
  for (const backup of [2, 3]) {
    const target = join(folder, `restored-${backup}`)
    await restore(backups, target, { backup })
    await using copy = await open(target, { readOnly: true })
    const days = copy.namespace('days', { key: 'u64', value: 'utf8' })
    expect(await days.range().count()).toBe(backup)
  }
})
