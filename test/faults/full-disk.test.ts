// A disk that is really full: a small tmpfs and a small ext4. Other people's bytes leave a little
// room; the store, or the event log, is filled until it is told so; then the room is given back.
//   LEDGERSTONE_LONG=1 npx vitest run test/faults/full-disk.test.ts      more amounts of room

import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import {
  type EventLog,
  LedgerstoneError,
  type OpenOptions,
  open,
  openEventLog,
  type Store,
} from '../../src/index.js'
import { counted } from '../support/counted.js'
import { type FileSystem, mounted } from './mounts.js'

const ROUNDS = process.env['LEDGERSTONE_LONG'] === undefined ? 12 : 120
const WRITES_MAX = 20_000
const PATIENCE_MS = 20_000
const STORE_OPTIONS: OpenOptions = {
  memoryBudget: '4MiB',
  advanced: { generationBytes: '256KiB', tableBytes: '64KiB', l0CompactionTrigger: 2 },
}
const LOG_OPTIONS = { codec: 'utf8', segmentBytes: '256KiB' } as const
const ROOM_BYTES_MAX = 3 << 20
const DISKS: readonly [FileSystem, number][] = [
  ['tmpfs', 16 << 20],
  ['ext4', 32 << 20],
]

class Disk {
  readonly #path: string
  readonly #ballast: string

  constructor(path: string) {
    this.#path = path
    this.#ballast = join(path, 'ballast')
  }

  folder(name: string): string {
    return join(this.#path, name)
  }

  /** Fills it with other bytes until so many are free. */
  leave(bytes: number): void {
    const fd = openSync(this.#ballast, 'w')
    const chunk = Buffer.alloc(64 << 10, 1)
    const { bavail, bsize } = statfsSync(this.#path)
    try {
      for (let left = bavail * bsize - bytes; left > 0; left -= chunk.length) {
        writeSync(fd, chunk, 0, Math.min(left, chunk.length))
      }
    } finally {
      closeSync(fd)
    }
  }

  free(): void {
    rmSync(this.#ballast)
  }
}

/** The code of the typed error that the work ends in; undefined when it succeeds. */
async function codeOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(LedgerstoneError)
    const { code, errno, message } = error as LedgerstoneError
    expect(['NO_SPACE', 'OUTCOME_UNKNOWN', 'READ_ONLY'], message).toContain(code)
    expect(message).not.toBe('')
    expect(errno, message).toBe(28)
    return code
  }
}

const FILLER = new Random(1).bytes(8192).toString('hex')

function textOf(random: Random, n: number): string {
  const from = random.below(8192)
  return `${n}:${FILLER.slice(from, from + 1000 + random.below(6000))}`
}

/** Puts one text in two namespaces, until that is refused. */
class Filler {
  readonly model = new Map<string, string>()
  /** What was under way when the disk was full: all of it may be there, or nothing. */
  unknown: [key: string, value: string] | undefined
  readonly #random: Random
  #n = 0

  constructor(random: Random) {
    this.#random = random
  }

  async put(store: Store): Promise<string | undefined> {
    const [left, right] = spacesOf(store)
    const key = `k${this.#random.oneIn(4) ? this.#random.below(this.#n + 1) : this.#n}`
    const value = textOf(this.#random, this.#n++)
    const durability = this.#random.pick(['disk', 'os', 'os'] as const)
    const fill = (): Promise<void> =>
      store.write(
        (batch) => {
          batch.put(left, key, value)
          batch.put(right, key, value)
        },
        { durability },
      )
    const code = await codeOf(fill)
    if (code === undefined) this.model.set(key, value)
    if (code === 'OUTCOME_UNKNOWN') this.unknown = [key, value]
    return code
  }

  async fill(store: Store): Promise<string> {
    for (let n = 0; n < WRITES_MAX; n++) {
      const code = await this.put(store)
      if (code !== undefined) return code
    }
    throw new Error('the disk was never full')
  }

  /** After a reopen what was unknown is settled by what is found. */
  async check(store: Store, reopened = false): Promise<void> {
    const [left, right] = await Promise.all(
      spacesOf(store).map(async (space) => new Map(await space.range().toArray())),
    )
    expect(right).toEqual(left)
    if (reopened && this.unknown !== undefined) {
      const [key, value] = this.unknown
      if (left!.get(key) === value) this.model.set(key, value)
      this.unknown = undefined
    }
    expect(left!.size).toBe(this.model.size)
    for (const [key, value] of this.model) expect(left!.get(key) === value, key).toBe(true)
  }
}

const spacesOf = (store: Store) =>
  [
    store.namespace('left', { key: 'utf8', value: 'utf8' }),
    store.namespace('right', { key: 'utf8', value: 'utf8' }),
  ] as const

async function untilItWorks(work: () => Promise<string | undefined>): Promise<void> {
  const began = performance.now()
  while ((await work()) !== undefined) {
    expect(performance.now() - began).toBeLessThan(PATIENCE_MS)
    await sleep(20)
  }
}

async function storeRound(disk: Disk, path: string, room: number, random: Random): Promise<string> {
  const filler = new Filler(random)
  let store = await open(path, STORE_OPTIONS)
  for (let i = 0; i < 20; i++) expect(await filler.put(store)).toBeUndefined()
  disk.leave(room)
  const code = await filler.fill(store)
  await filler.check(store)
  if (code === 'NO_SPACE') {
    disk.free()
    await untilItWorks(() => filler.put(store))
    await filler.check(store)
    await store.close()
    store = await open(path, STORE_OPTIONS)
    await filler.check(store)
  } else {
    expect(await filler.put(store)).toBe('READ_ONLY')
    await codeOf(() => store.close())
    const reopened = await codeOf(async () => {
      store = await open(path, STORE_OPTIONS)
      await filler.check(store, true)
      await codeOf(() => store.close())
    })
    disk.free()
    store = await open(path, STORE_OPTIONS)
    await filler.check(store, true)
    expect(reopened === undefined || reopened === 'NO_SPACE').toBe(true)
  }
  for (let i = 0; i < 100; i++) expect(await filler.put(store)).toBeUndefined()
  await store.flush()
  await store.compact()
  await filler.check(store)
  expect(await store.verify()).toEqual([])
  await store.close()
  return code
}

async function textsOf(log: EventLog<string>): Promise<string[]> {
  const events = await log.read().toArray()
  expect(events.map(({ position }) => position)).toEqual(events.map((_, i) => i + 1))
  return events.map(({ data }) => data)
}

async function logRound(disk: Disk, path: string, room: number, random: Random): Promise<string> {
  const texts: string[] = []
  let log = await openEventLog(path, LOG_OPTIONS)
  const append = async (): Promise<string | undefined> => {
    const events = Array.from({ length: 1 + random.below(3) }, (_, i) => textOf(random, i))
    const code = await codeOf(() => log.append(events, { expected: texts.length }))
    if (code === undefined) texts.push(...events)
    else if (code === 'OUTCOME_UNKNOWN') unknown = events
    return code
  }
  let unknown: string[] = []
  const settle = async (): Promise<void> => {
    const found = await textsOf(log)
    if (found.length > texts.length) texts.push(...unknown)
    unknown = []
    expect(found).toEqual(texts)
  }
  expect(await append()).toBeUndefined()
  disk.leave(room)
  let code: string | undefined
  while (code === undefined) code = await append()
  expect(await textsOf(log)).toEqual(texts)
  expect(await append()).toBe('READ_ONLY')
  await codeOf(() => log.close())
  const reopened = await codeOf(async () => {
    log = await openEventLog(path, LOG_OPTIONS)
    await settle()
    await codeOf(() => log.close())
  })
  expect(reopened === undefined || reopened === 'NO_SPACE').toBe(true)
  disk.free()
  log = await openEventLog(path, LOG_OPTIONS)
  await settle()
  for (let i = 0; i < 100; i++) expect(await append()).toBeUndefined()
  expect(await log.verify()).toEqual([])
  await log.close()
  return code
}

describe.each(DISKS)('a full %s', (system, bytes) => {
  const mount = mounted(system, bytes)
  const refused = 'refused' in mount
  if (refused) process.stdout.write(`Not run: a full ${system}, since ${mount.refused}\n`)

  it.skipIf(refused).each([
    ['a store', storeRound],
    ['an event log', logRound],
  ] as const)(
    'is told by %s, which loses nothing, reads on, and goes on once there is room',
    async (what, round) => {
      const disk = new Disk((mount as { path: string }).path)
      const seed = seedFromEnvironment()
      const random = new Random(seed)
      process.stdout.write(`LEDGERSTONE_SEED=${seed}\n`)
      const told = new Map<string, number>()
      for (let n = 0; n < ROUNDS; n++) {
        const path = disk.folder(`${what}-${n}`)
        const code = await round(disk, path, random.below(ROOM_BYTES_MAX), random)
        told.set(code, (told.get(code) ?? 0) + 1)
        rmSync(path, { recursive: true })
      }
      const list = [...told].map(([code, count]) => `${code} ${count}`).join(', ')
      process.stdout.write(`${what} on a full ${system}, ${ROUNDS} times: first told ${list}\n`)
      counted(`full disks: ${what} on ${system}`, ROUNDS)
      expect([...told.values()].reduce((a, b) => a + b)).toBe(ROUNDS)
    },
    600_000,
  )
})
