// Worker threads of one process and its main thread share the engine of a folder.

import { existsSync, renameSync, symlinkSync } from 'node:fs'
import { expect, it } from 'vitest'
import { type Store, open } from '../../src/index.js'
import { expectError, expectThrow } from '../contract/expect-error.js'
import { temporaryFolders } from '../support/folders.js'
import { type Peer, newPeers } from './peers.js'

const folder = temporaryFolders('sharing')
const numbersOf = (store: Store) => store.namespace('numbers', { key: 'utf8', value: 'json' })

async function openAll(path: string, peers: readonly Peer[], options?: object): Promise<void> {
  await Promise.all(peers.map((peer) => peer.does('open', path, options)))
}

it('lets threads that open a new folder at once share it', async () => {
  const path = folder()
  const peers = newPeers(4)
  const [store] = await Promise.all([open(path), openAll(path, peers)])
  await Promise.all(peers.map((peer, n) => peer.does('put', `of ${n}`, n)))
  for (const peer of peers) {
    for (const n of peers.keys()) expect(await peer.does('get', `of ${n}`)).toBe(n)
  }
  expect(new Set(await Promise.all(peers.map((peer) => peer.does('sequence')))).size).toBe(1)
  await store.close()
})

it('knows the folder by another path', async () => {
  const path = folder()
  const [peer] = newPeers(1)
  const store = await open(path)
  symlinkSync(path, `${path}-link`)
  await peer!.does('open', `${path}-link`)
  await peer!.does('put', 'k', 'by the link')
  expect(numbersOf(store).getSync('k')).toBe('by the link')
  await store.close()
})

it('shows the writes of one thread to the others in commit order', async () => {
  const path = folder()
  const [leader, ...followers] = newPeers(3)
  await openAll(path, [leader!, ...followers])
  await Promise.all([
    leader!.does('lead', 'a', 'b', 3000),
    ...followers.map((follower) => follower.does('follow', 'a', 'b', 3000)),
  ])
  expect(await leader!.does('get', 'b')).toBe(3000)
})

it('keeps transactions of several threads serializable', async () => {
  const path = folder()
  const peers = newPeers(4)
  await openAll(path, peers)
  await Promise.all(peers.map((peer) => peer.does('add', 'total', 100)))
  expect(await peers[0]!.does('get', 'total')).toBe(400)
})

it('refuses a second opening in one thread, and goes on in the others', async () => {
  const path = folder()
  const [peer] = newPeers(1)
  const store = await open(path)
  await peer!.does('open', path)
  expect(await expectError('LOCKED', () => open(path))).toMatchObject({ pid: process.pid })
  await expect(peer!.does('open', path)).rejects.toMatchObject({
    code: 'LOCKED',
    pid: process.pid,
  })
  await peer!.does('put', 'k', 1)
  await store.close()
})

it('keeps the engine until the last thread has closed its store', async () => {
  const path = folder()
  const [a, b] = newPeers(2)
  const store = await open(path)
  await openAll(path, [a!, b!])
  await a!.does('put', 'k', 1, { durability: 'os' })
  await a!.does('close')
  await expect(a!.does('getLater', 'k')).rejects.toMatchObject({ code: 'CLOSED' })
  await expect(a!.does('put', 'k', 2)).rejects.toMatchObject({ code: 'CLOSED' })
  expect(await b!.does('get', 'k')).toBe(1)
  await store.close()
  expectThrow('CLOSED', () => store.stats())
  await b!.does('put', 'k', 2)
  await b!.does('close')
  const again = await open(path)
  expect(again.report.cleanClose).toBe(true)
  expect(numbersOf(again).getSync('k')).toBe(2)
  await again.close()
})

it('opens anew behind a close that it meets', async () => {
  const path = folder()
  const peers = newPeers(3)
  await openAll(path, peers)
  for (let round = 0; round < 10; round++) {
    await Promise.all(peers.map((peer) => peer.does('reopen', path)))
    await peers[round % 3]!.does('put', 'round', round)
    for (const peer of peers) expect(await peer.does('get', 'round')).toBe(round)
  }
})

it('takes the options of the first thread, and refuses others that are asked for', async () => {
  const path = folder()
  const peers = newPeers(2)
  const store = await open(path, {
    memoryBudget: '8MiB',
    advanced: { blockBytes: 512, useBlockCache: false },
  })
  await peers[0]!.does('open', path)
  await expect(peers[1]!.does('open', path, { memoryBudget: '9MiB' })).rejects.toMatchObject({
    code: 'MISMATCH',
    message: expect.stringMatching(/^memory_budget is 9437184, but 8388608/) as string,
  })
  for (const advanced of [{ blockBytes: 1024 }, { useBlockCache: true }, { levelFanout: 3 }]) {
    await expect(peers[1]!.does('open', path, { advanced })).rejects.toMatchObject({
      code: 'MISMATCH',
    })
  }
  const same = { memoryBudget: 8 * 2 ** 20, advanced: { blockBytes: 512, useBlockCache: false } }
  await peers[1]!.does('open', path, same)
  await expectError('LOCKED', () => open(path, { errorIfExists: true }))
  await store.close()
  await expectError('INVALID_ARGUMENT', () => open(path, { errorIfExists: true }))
})

it('tells each thread of the events while its store is open', async () => {
  const path = folder()
  const [a, b] = newPeers(2)
  await a!.does('open', path)
  await b!.does('open', path)
  await a!.does('put', 'k', 1)
  await a!.does('flush')
  await a!.does('close')
  await b!.does('put', 'k', 2)
  await b!.does('flush')
  await b!.does('close')
  const count = async (peer: Peer | undefined, kind: string): Promise<number> =>
    (await peer!.does<string[]>('events')).filter((each) => each === kind).length
  expect([await count(a, 'opened'), await count(b, 'opened')]).toEqual([1, 0])
  expect([await count(a, 'flushed'), await count(b, 'flushed')]).toEqual([1, 2])
  expect([await count(a, 'closed'), await count(b, 'closed')]).toEqual([0, 1])
})

it('ends snapshots, iterations and recordings with the store of their thread', async () => {
  const path = folder()
  const [a, b] = newPeers(2)
  const store = await open(path)
  await openAll(path, [a!, b!])
  for (let n = 0; n < 2000; n++) void numbersOf(store).put(`${n}`.padStart(5, '0'), n)
  await store.flush()
  await a!.does('takeSnapshot')
  await b!.does('takeSnapshot')
  await numbersOf(store).put('00000', 'new')
  expect(await a!.does('getAsOf', '00000')).toBe(0)
  expect(await a!.does('beginRange')).toEqual(['00000', 'new'])
  await a!.does('trace', `${path}.trace`)
  await expectError('INVALID_ARGUMENT', () => store.trace(`${path}.other`))
  await a!.does('close')
  await expect(a!.does('nextOfRange')).rejects.toMatchObject({ code: 'CLOSED' })
  expect(await b!.does('snapshots')).toBe(1)
  expect(await b!.does('getAsOf', '00000')).toBe(0)
  await (await store.trace(`${path}.other`)).stop()
  await b!.worker.terminate()
  expect(store.stats().state.snapshots).toBe(0)
  await store.close()
})

it('tells a thread of a namespace that another one dropped', async () => {
  const path = folder()
  const [a, b] = newPeers(2)
  await openAll(path, [a!, b!])
  await a!.does('put', 'k', 1)
  await b!.does('drop')
  await expect(a!.does('put', 'k', 2)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})

it('keeps read-only stores apart, also in one thread', async () => {
  const path = folder()
  const [peer] = newPeers(1)
  const store = await open(path)
  await numbersOf(store).put('k', 1)
  const beside = await open(path, { readOnly: true })
  await peer!.does('open', path, { readOnly: true })
  await numbersOf(store).put('k', 2)
  expect(await peer!.does('get', 'k')).toBe(1)
  await store.close()
  expect(numbersOf(beside).getSync('k')).toBe(1)
  expect(await peer!.does('get', 'k')).toBe(1)
  await beside.close()
})

it('opens a folder that was put in the place of an open one by itself', async () => {
  const path = folder()
  const [peer] = newPeers(1)
  const store = await open(path)
  await numbersOf(store).put('k', 'old')
  renameSync(path, `${path}-moved`)
  await peer!.does('open', path)
  expect(await peer!.does('get', 'k')).toBe(undefined)
  expect(existsSync(path)).toBe(true)
  await store.close()
})

it('goes on when threads are terminated in the middle of their writes', async () => {
  const path = folder()
  const store = await open(path)
  const numbers = numbersOf(store)
  for (let round = 0; round < 5; round++) {
    const peers = newPeers(2)
    await openAll(path, peers)
    for (const peer of peers) {
      void peer.does('lead', 'a', 'b', 1e6)
      void peer.does('add', 'total', 1e6)
    }
    await numbers.put('round', round)
    await Promise.all(peers.map(({ worker }) => worker.terminate()))
    expect(await numbers.get('round')).toBe(round)
  }
  expect(store.stats().state.snapshots).toBe(0)
  expect(await store.verify()).toEqual([])
  await store.close()
})
