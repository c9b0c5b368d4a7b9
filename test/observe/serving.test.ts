import { existsSync, linkSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { open, openMemory } from '../../src/index.js'
import { readLiveStats } from '../../src/cli/live-stats.js'
import { expectError } from '../contract/expect-error.js'
import { temporaryFolders } from '../support/folders.js'

const folder = temporaryFolders('serving')

interface Answer {
  status: number | undefined
  type: string | undefined
  text: string
}

function ask(where: object, path: string, headers = {}, method = 'GET'): Promise<Answer> {
  return new Promise((done, failed) => {
    const asked = request({ ...where, path, headers, method }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.once('end', () => {
        done({ status: response.statusCode, type: response.headers['content-type'], text })
      })
    })
    asked.once('error', failed).end()
  })
}

test('nothing listens unless asked to', async () => {
  const path = folder()
  await using store = await open(path)
  expect(readdirSync(store.path).filter((name) => name.endsWith('.sock'))).toEqual([])
  await expect(readLiveStats(join(path, 'statistics.sock'))).rejects.toMatchObject({
    code: 'NOT_SERVED',
  })
})

test("a socket in the store's folder gives statistics until the store is closed", async () => {
  const store = await open(folder())
  await store.namespace('a', { key: 'utf8', value: 'json' }).put('k', 1)
  const server = await store.serveStatistics()
  const socketPath = join(store.path, 'statistics.sock')
  expect(server.address).toBe(socketPath)
  expect(statSync(socketPath).mode & 0o777).toBe(0o600)
  const metrics = await ask({ socketPath }, '/metrics')
  expect(metrics).toMatchObject({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' })
  expect(metrics.text).toMatch(/^ledgerstone_entries_total [1-9]/m)
  const told = await readLiveStats(socketPath)
  expect(told).toMatchObject({ path: store.path, pid: process.pid, storeId: store.report.storeId })
  expect(told.stats.state.sequence).toBe(store.sequence)
  expect(told.stats.latency.commitDisk.count).toBeGreaterThan(0)
  expect((await ask({ socketPath }, '/other')).status).toBe(404)
  expect((await ask({ socketPath }, '/metrics', {}, 'POST')).status).toBe(405)
  await expectError('INVALID_ARGUMENT', () => store.serveStatistics())
  await store.close()
  expect(existsSync(socketPath)).toBe(false)
})

test('a socket can be served anew, and one left by a dead process is replaced', async () => {
  const path = folder()
  mkdirSync(path)
  const stale = join(path, 'statistics.sock')
  await using store = await open(path)
  const first = await store.serveStatistics()
  await first.close()
  await first.close()
  const dead = createServer()
  await new Promise<void>((done) => dead.listen(`${stale}.dead`, done))
  linkSync(`${stale}.dead`, stale)
  await new Promise((done) => dead.close(done))
  const second = await store.serveStatistics()
  expect(second.address).toBe(stale)
  expect((await readLiveStats(stale)).pid).toBe(process.pid)
})

test('no file, and no socket that is answered, is replaced', async () => {
  await using store = await open(folder())
  const file = folder()
  writeFileSync(file, 'precious')
  await expectError('INVALID_ARGUMENT', () => store.serveStatistics({ path: file }))
  const taken = folder()
  const other = createServer()
  await new Promise<void>((done) => other.listen(taken, done))
  await expectError('INVALID_ARGUMENT', () => store.serveStatistics({ path: taken }))
  other.close()
})

test('a folder whose path is longer than a socket may have is served all the same', async () => {
  const path = join(folder(), 'x'.repeat(120))
  mkdirSync(path, { recursive: true })
  await using store = await open(join(path, 'store'))
  const server = await store.serveStatistics()
  expect((await readLiveStats(server.address)).path).toBe(store.path)
  await server.close()
  expect(existsSync(server.address)).toBe(false)
})

test('a port is of 127.0.0.1, and is asked by no other name', async () => {
  await using store = await open(folder())
  const server = await store.serveStatistics({ port: 0 })
  const { hostname, port } = new URL(server.address)
  expect(hostname).toBe('127.0.0.1')
  expect((await ask({ host: hostname, port }, '/metrics')).status).toBe(200)
  const foreign = await ask({ host: hostname, port }, '/metrics', { host: 'evil.example' })
  expect(foreign.status).toBe(403)
  await expectError('INVALID_ARGUMENT', () => store.serveStatistics({ port: 0, path: '/tmp/x' }))
  await expectError('INVALID_ARGUMENT', () => store.serveStatistics({ port: 70_000 }))
})

test('a store in memory serves on a port, and has no folder for a socket', async () => {
  await using store = await openMemory()
  await expectError('INVALID_ARGUMENT', () => store.serveStatistics())
  const server = await store.serveStatistics({ port: 0 })
  const { port } = new URL(server.address)
  expect((await ask({ host: '127.0.0.1', port }, '/stats.json')).text).toContain('"memory"')
})
