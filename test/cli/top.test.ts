import { join } from 'node:path'
import { expect, test } from 'vitest'
import { open } from '../../src/index.js'
import { run, start, temporaryFolder } from './run-command.js'

const folder = temporaryFolder()

interface Told {
  pid: number
  stats: object
  before: { elapsedMs: number }
}

test('top shows a store that another process has open, once and as JSON', async () => {
  const path = join(folder, 'live')
  await using store = await open(path)
  await store.namespace('rates').put(['USD', 'CNY'], 7.12)
  await store.flush()
  await store.serveStatistics()
  const [text, json] = await Promise.all([
    run('top', '--store', path, '--once'),
    run('top', '--store', path, '--once', '--json'),
  ])
  expect(text).toMatchObject({ code: 0, err: '' })
  expect(text.out).toContain(`pid ${process.pid}`)
  expect(text.out).toMatch(/^commit disk +0/m)
  expect(text.out).toMatch(/^rates {2}1 entries$/m)
  expect(text.out).not.toContain('\u001b')
  const told = JSON.parse(json.out) as Told
  expect(told.pid).toBe(process.pid)
  expect(told.stats).toMatchObject({ writes: { batches: 2 } })
  expect(told.before.elapsedMs).toBeGreaterThan(500)
})

test('top without a terminal prints a page an interval, and ends with the signal', async () => {
  const path = join(folder, 'pages')
  await using store = await open(path)
  await store.serveStatistics()
  const { child, result } = start('top', '--store', path, '--json')
  let lines = 0
  child.stdout?.on('data', (text: string) => {
    lines += text.split('\n').length - 1
    if (lines >= 2) child.kill('SIGINT')
  })
  const { code, out } = await result
  expect(code).toBe(0)
  const [first, second] = out.trim().split('\n')
  expect(JSON.parse(first ?? '')).not.toHaveProperty('before')
  expect(JSON.parse(second ?? '')).toHaveProperty('before.stats.writes')
})

test('top says how to serve statistics when nobody does', async () => {
  const { code, err } = await run('top', '--store', join(folder, 'nobody'))
  expect(code).toBe(1)
  expect(err).toMatch(/^ledgerstone: NOT_SERVED: No statistics are served at .*statistics\.sock\n/)
  expect(err).toContain('await store.serveStatistics()')
})
