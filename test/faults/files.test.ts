// Files taken, cut, doubled, exchanged and rolled back under a store or an event log that is not
// open: opening and reading give the right answers, or a typed error that names a file. The newest
// log of what was never closed may be cut at its end, as after a crash: then a prefix is right.
//
// Two stores are made by the same steps, with other values of the same lengths, so that their files
// have the same names and mostly the same sizes. Pictures of each are taken on the way, some while
// it is open.

import {
  copyFileSync,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { LedgerstoneError, type OpenOptions, open, openEventLog } from '../../src/index.js'
import { counted } from '../support/counted.js'
import { temporaryFolders } from '../support/folders.js'

type Contents = Record<string, string>

interface Picture {
  readonly folder: string
  /** What it holds after each commit so far; the last one is what it holds. */
  readonly states: readonly Contents[]
  /** So many of them are in tables, or in finished segments. */
  readonly settled: number
  readonly closed: boolean
}

/** What is done to a copy of a picture. */
interface Harm {
  readonly name: string
  readonly file: string
  readonly apply: (folder: string) => void
}

interface Kind {
  readonly make: (flavour: string) => Promise<Picture[]>
  readonly read: (path: string, readOnly: boolean) => Promise<Contents>
  /** The files whose end is the end of the log. */
  readonly tail: RegExp
  /** Every kind of file that there must be. */
  readonly endings: readonly string[]
}

// In memory where that is possible: hundreds of copies.
const folder = temporaryFolders('files', existsSync('/dev/shm') ? '/dev/shm' : undefined)
const IDLE_MS = 50
const OPTIONS: OpenOptions = {
  memoryBudget: '4MiB',
  advanced: { tableBytes: '8KiB', blockBytes: 512, compactInBackground: false },
}
const LOG_OPTIONS = { codec: 'utf8', segmentBytes: '4KiB' } as const

/** Takes pictures of a folder and of what it holds. */
class Album {
  readonly pictures: Picture[] = []
  readonly #states: Contents[] = [{}]
  readonly #path: string
  settled = 0

  constructor(path: string) {
    this.#path = path
  }

  commit(entries: Contents): void {
    this.#states.push({ ...this.#states.at(-1), ...entries })
  }

  settle(): void {
    this.settled = this.#states.length - 1
  }

  async take(closed: boolean): Promise<void> {
    await sleep(IDLE_MS)
    const picture = folder()
    cpSync(this.#path, picture, { recursive: true })
    const { settled } = this
    this.pictures.push({ folder: picture, states: [...this.#states], settled, closed })
  }
}

async function makeStores(flavour: string): Promise<Picture[]> {
  const path = folder()
  const album = new Album(path)
  let n = 0
  for (let session = 0; session < 2; session++) {
    const store = await open(path, OPTIONS)
    const spaces = ['a', 'b'].map((name) => store.namespace(name, { key: 'utf8', value: 'utf8' }))
    const write = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++, n++) {
        const key = `k${(n * 7) % 40}`
        const value = `${flavour}${n}:${'v'.repeat(100 + ((n * 37) % 300))}`
        await store.write((batch) => {
          for (const space of spaces) batch.put(space, key, value)
        })
        album.commit({ [`a ${key}`]: value, [`b ${key}`]: value })
      }
    }
    await write(25)
    await album.take(false)
    await store.flush()
    album.settle()
    await write(5)
    await album.take(false)
    await write(20)
    await store.flush()
    album.settle()
    if (session === 1) await store.compact()
    await write(8)
    await album.take(false)
    await store.close()
    await album.take(true)
  }
  return album.pictures
}

async function readStore(path: string, readOnly: boolean): Promise<Contents> {
  const found: Contents = {}
  const store = await open(path, { ...OPTIONS, readOnly, createIfMissing: false })
  try {
    for (const { name } of store.namespaces()) {
      const space = store.namespace(name, { key: 'utf8', value: 'utf8' })
      for (const [key, value] of await space.range().toArray()) found[`${name} ${key}`] = value
      for (let n = 0; n < 40; n++) {
        const value = await space.get(`k${n}`)
        expect(value).toBe(found[`${name} k${n}`])
      }
    }
  } finally {
    await store.close()
  }
  return found
}

async function makeLogs(flavour: string): Promise<Picture[]> {
  const path = folder()
  const album = new Album(path)
  let n = 0
  for (let session = 0; session < 2; session++) {
    const log = await openEventLog(path, LOG_OPTIONS)
    const append = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++, n++) {
        const event = `${flavour}${n}:${'e'.repeat(100 + ((n * 37) % 300))}`
        const before = log.segments().length
        const { first } = await log.append(event)
        if (log.segments().length > before) album.settle()
        album.commit({ [first]: event })
      }
    }
    await append(35)
    await album.take(false)
    await append(20)
    if (session === 1) await log.archive(join(path, 'archive'), { through: 20 })
    await append(3)
    await album.take(false)
    await log.close()
    await album.take(true)
  }
  return album.pictures
}

async function readLog(path: string, readOnly: boolean): Promise<Contents> {
  const archiveFolder = join(path, 'archive')
  const log = await openEventLog(path, {
    ...{ codec: 'utf8', readOnly, createIfMissing: false },
    ...(existsSync(archiveFolder) ? { archiveFolder } : {}),
  })
  try {
    const events = await log.read().toArray()
    for (const { position, data } of events.filter((_, i) => i % 9 === 0)) {
      const [event] = await log.read({ from: position, limit: 1 }).toArray()
      expect(event?.data).toBe(data)
    }
    return Object.fromEntries(events.map(({ position, data }) => [position, data]))
  } finally {
    await log.close()
  }
}

const KINDS: Readonly<Record<string, Kind>> = {
  store: {
    make: makeStores,
    read: readStore,
    tail: /\.wal$/,
    endings: ['wal', 'sst', 'manifest', 'CURRENT', 'LOCK'],
  },
  'event log': {
    make: makeLogs,
    read: readLog,
    tail: /\.evt$/,
    endings: ['evt', 'idx', 'CATALOG', 'LOCK'],
  },
}

const endingOf = (file: string): string => file.slice(file.lastIndexOf('.') + 1)

function filesOf(picture: string): string[] {
  return readdirSync(picture, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(picture, file)).isFile())
    .sort()
}

const sizeOf = (picture: string, file: string): number => statSync(join(picture, file)).size

function renumbered(file: string, number: number): string {
  return file.replace(/\d{6}(?=\.\w+$)/, `${number}`.padStart(6, '0'))
}

function* cuts(picture: string, file: string): Generator<Harm> {
  const size = sizeOf(picture, file)
  for (const length of new Set([0, size >> 1, size - 1])) {
    if (length < 0 || length === size) continue
    const apply = (path: string): void => truncateSync(join(path, file), length)
    yield { name: `cut to ${length} of ${size} bytes`, file, apply }
  }
}

function* doubles(picture: string, file: string): Generator<Harm> {
  const number = Number(/(\d{6})\.\w+$/.exec(file)?.[1])
  if (Number.isNaN(number)) return
  for (const other of [number - 1, number + 1, number + 2, number + 1000]) {
    const name = renumbered(file, other)
    if (other < 0 || existsSync(join(picture, name))) continue
    const apply = (path: string): void => copyFileSync(join(path, file), join(path, name))
    yield { name: `doubled as ${name}`, file, apply }
  }
}

/** Files of the same name in other pictures, which are older, or of another store. */
function* replacements(picture: string, file: string, others: readonly [string, string][]) {
  const bytes = readFileSync(join(picture, file))
  for (const [whose, other] of others) {
    const from = join(other, file)
    if (!existsSync(from) || readFileSync(from).equals(bytes)) continue
    const apply = (path: string): void => copyFileSync(from, join(path, file))
    yield { name: `replaced by ${whose}`, file, apply } satisfies Harm
  }
}

/** With the next one of its kind. */
function* exchanges(files: readonly string[], file: string): Generator<Harm> {
  const other = files.find((name) => name > file && endingOf(name) === endingOf(file))
  if (other !== undefined) {
    const apply = (path: string): void => {
      renameSync(join(path, file), join(path, 'between'))
      renameSync(join(path, other), join(path, file))
      renameSync(join(path, 'between'), join(path, other))
    }
    yield { name: `exchanged with ${other}`, file, apply }
  }
}

/** All files of an ending at once, as they were in an older picture. */
function* rollbacks(picture: string, older: readonly [string, string][]): Generator<Harm> {
  for (const [whose, other] of older) {
    for (const endings of [
      ['CURRENT', 'manifest'],
      ['CATALOG'],
      ['wal'],
      ['sst'],
      ['evt', 'idx'],
    ]) {
      const files = filesOf(other).filter((file) => endings.includes(endingOf(file)))
      if (files.length === 0) continue
      const apply = (path: string): void => {
        for (const file of filesOf(picture)) {
          if (endings.includes(endingOf(file))) rmSync(join(path, file))
        }
        for (const file of files) copyFileSync(join(other, file), join(path, file))
      }
      yield {
        name: `all ${endings.join(' and ')} replaced by ${whose}`,
        file: files.at(-1)!,
        apply,
      }
    }
  }
}

function harmsTo(pictures: readonly Picture[], foreign: readonly Picture[], at: number): Harm[] {
  const picture = pictures[at]!.folder
  const files = filesOf(picture)
  const older = pictures
    .slice(0, at)
    .map(({ folder }, i): [string, string] => [`that of picture ${i}`, folder])
  const others: [string, string][] = [...older, ["another store's", foreign[at]!.folder]]
  return [
    ...files.flatMap((file): Harm[] => [
      { name: 'removed', file, apply: (path) => rmSync(join(path, file)) },
      ...cuts(picture, file),
      ...doubles(picture, file),
      ...replacements(picture, file, others),
      ...exchanges(files, file),
    ]),
    ...rollbacks(picture, older),
  ]
}

const isSame = (a: Contents, b: Contents): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
const sorted = (contents: Contents) => Object.entries(contents).sort(([a], [b]) => (a < b ? -1 : 1))

type Verdict = 'right' | 'a prefix' | 'refused'

/** What came of it; throws when the answers are wrong, or the error says too little. */
async function judge(
  kind: Kind,
  picture: Picture,
  harm: Harm,
  path: string,
  readOnly: boolean,
): Promise<Verdict> {
  let found: Contents
  try {
    found = await kind.read(path, readOnly)
  } catch (error) {
    if (!(error instanceof LedgerstoneError)) throw error
    const named = `${error.file ?? ''} ${error.message}`
    if (error.code !== 'CORRUPTION') throw error
    if (!/\w+\.(wal|sst|manifest|evt|idx)\b|CURRENT|CATALOG/.test(named)) throw error
    return 'refused'
  }
  if (isSame(found, picture.states.at(-1)!)) return 'right'
  const isTail = !picture.closed && kind.tail.test(harm.file)
  const prefixes = picture.states.slice(picture.settled)
  if (isTail && prefixes.some((state) => isSame(state, found))) return 'a prefix'
  const wanted = picture.states.at(-1)!
  const wrong = [...new Set([...Object.keys(wanted), ...Object.keys(found)])].filter(
    (key) => wanted[key] !== found[key],
  )
  throw new Error(`wrong answers, and nobody was told: ${wrong.length} keys, first ${wrong[0]}`)
}

describe.each(Object.entries(KINDS))('the files of a %s', (what, kind) => {
  let pictures: Picture[]
  let foreign: Picture[]
  beforeAll(async () => {
    pictures = await kind.make('mine')
    foreign = await kind.make('them')
  })

  it('open to what they hold in each untouched picture', async () => {
    for (const { folder: picture, states } of pictures) {
      const path = folder()
      cpSync(picture, path, { recursive: true })
      expect(isSame(await kind.read(path, true), states.at(-1)!)).toBe(true)
      expect(isSame(await kind.read(path, false), states.at(-1)!)).toBe(true)
    }
  })

  it('are never taken for something else than they are', async () => {
    const counts = new Map<string, number>()
    const complaints: string[] = []
    let opened = 0
    for (const [at, picture] of pictures.entries()) {
      for (const harm of harmsTo(pictures, foreign, at)) {
        const path = folder()
        cpSync(picture.folder, path, { recursive: true })
        harm.apply(path)
        for (const readOnly of [true, false]) {
          const sort = `${endingOf(harm.file)} ${harm.name.split(' ')[0]}`
          try {
            const verdict = await judge(kind, picture, harm, path, readOnly)
            const name = `${sort}: ${verdict}`
            counts.set(name, (counts.get(name) ?? 0) + 1)
          } catch (error) {
            const how = readOnly ? 'read-only' : 'open'
            complaints.push(`picture ${at}, ${harm.file} ${harm.name}, ${how}: ${String(error)}`)
          }
          opened++
        }
        rmSync(path, { recursive: true })
      }
    }
    const list = [...counts].sort().map(([name, count]) => `${name} ${count}`)
    process.stdout.write(`${what}: ${opened} opens of harmed folders\n  ${list.join('\n  ')}\n`)
    counted(`damaged opens: real files of ${what}`, opened)
    expect(complaints).toEqual([])
    const kinds = new Set([...counts.keys()].map((name) => name.split(' ')[0]))
    expect([...kinds].sort()).toEqual([...kind.endings].sort())
  }, 600_000)
})
