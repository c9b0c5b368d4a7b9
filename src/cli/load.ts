// ledgerstone load: a CSV or NDJSON file into a namespace, resumable at any row.

import { basename, resolve } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { open } from '../store/open.js'
import type { Store } from '../store/store.js'
import { BadRowFile } from './bad-rows.js'
import {
  type Arguments,
  type Command,
  JSON_OPTION,
  NAMESPACE_OPTION,
  STORE_OPTION,
} from './command.js'
import { isDelimiter } from './csv.js'
import { codeOf, CommandError, EXIT, failureLine } from './failure.js'
import {
  type FileKey,
  loadNamespace,
  type LoadNamespace,
  type LoadState,
  resumedState,
} from './load-state.js'
import { Loader } from './loader.js'
import { grouped, plural, printJson } from './output.js'
import { Progress } from './progress.js'
import { CsvRows, NdjsonRows, type RowReader } from './rows.js'
import { identify, type SourceFile, SourceReader } from './source-file.js'
import { closing, OWN_PREFIX, storeFolder } from './target.js'

const DURABILITIES = ['disk', 'os', 'memory'] as const
const BATCH_ROWS_DEFAULT = 1000

const HELP = `
Usage: ledgerstone load FILE --namespace NAME [options]

Reads a CSV or NDJSON file, plain or gzip, into a namespace. Each row becomes one
entry: the value is the row as an object, the key is made of the columns you name.

A CSV file's first row names the columns; its values are loaded as text. NDJSON is
one JSON value a line.

  --store DIR           folder of the store; made when absent (default ./data)
  --namespace NAME      where the rows go; made when absent
  --key COLUMN,…        columns of the key (default: the number of the row, from 1);
                        of two rows with the same key the later one stays
  --format csv|ndjson   default: by the file's name, else csv
  --delimiter CHAR      between the fields of CSV (default ,)
  --gzip auto|yes|no    default auto: by the file's first bytes
  --skip-bad FILE       set rows that cannot be loaded aside in FILE, a new one, one
                        JSON object a line (line, reason, text), and go on
  --batch N             rows in one atomic batch (default ${BATCH_ROWS_DEFAULT})
  --durability LEVEL    disk (default), os or memory: what a loaded row survives
  --restart             begin at the first row, whatever was loaded before
  --json                the result as JSON

How far the file is loaded is written together with the rows. After any stop, Ctrl-C,
a full disk or a power cut, the same command goes on exactly behind the last row that
is safe.

Examples:
  ledgerstone load rates.csv --namespace rates --key base,quote
  ledgerstone load trans.csv.gz --namespace transactions --key trans_id --delimiter ';'
  ledgerstone load events.ndjson --namespace events --skip-bad bad.ndjson
`

export const load: Command = {
  name: 'load',
  summary: 'load a CSV or NDJSON file into a namespace; goes on where it stopped',
  help: HELP,
  positionals: ['FILE'],
  options: {
    ...STORE_OPTION,
    ...NAMESPACE_OPTION,
    ...JSON_OPTION,
    key: { type: 'string' },
    format: { type: 'string' },
    delimiter: { type: 'string' },
    gzip: { type: 'string', default: 'auto' },
    'skip-bad': { type: 'string' },
    batch: { type: 'string' },
    durability: { type: 'string', default: 'disk' },
    restart: { type: 'boolean', default: false },
  },
  async run(given) {
    const plan = await planOf(given)
    return closing(await open(plan.folder), (store) => loadInto(store, plan))
  },
}

interface Plan {
  readonly path: string
  readonly folder: string
  readonly namespace: string
  readonly source: SourceFile
  readonly isGzip: boolean
  readonly format: 'csv' | 'ndjson'
  readonly delimiter: string
  readonly keyColumns: readonly string[]
  readonly batchRows: number
  readonly durability: (typeof DURABILITIES)[number]
  readonly skipBad: string | undefined
  readonly restart: boolean
  readonly json: boolean
}

async function planOf(given: Arguments): Promise<Plan> {
  const path = given.positional(0)
  const namespace = given.text('namespace')
  if (namespace === undefined) throw given.wrong('load needs --namespace NAME')
  if (namespace.startsWith(OWN_PREFIX)) {
    throw given.wrong(`Names that begin with '${OWN_PREFIX}' are the command's own`)
  }
  const keyText = given.text('key')
  const keyColumns = keyText === undefined ? [] : keyText.split(',')
  if (keyColumns.includes('')) throw given.wrong('--key takes columns like base,quote')
  const delimiter = given.text('delimiter') ?? ','
  if (!isDelimiter(delimiter)) {
    throw given.wrong('--delimiter takes one ASCII character, no quote or line end')
  }
  const byName = /\.(ndjson|jsonl)(\.gz)?$/i.test(path) ? 'ndjson' : 'csv'
  const options = {
    format: given.choice('format', ['csv', 'ndjson']) ?? byName,
    batchRows: given.count('batch', 1) ?? BATCH_ROWS_DEFAULT,
    durability: given.choice('durability', DURABILITIES) ?? 'disk',
    restart: given.flag('restart'),
    json: given.flag('json'),
    skipBad: given.text('skip-bad'),
  } as const
  const gzip = given.choice('gzip', ['auto', 'yes', 'no'])
  const source = await identify(path)
  const isGzip = gzip === 'auto' ? source.isGzip : gzip === 'yes'
  const folder = storeFolder(given)
  return { path, folder, namespace, source, isGzip, delimiter, keyColumns, ...options }
}

async function loadInto(store: Store, plan: Plan): Promise<number> {
  const rows = store.namespace(plan.namespace, { key: 'tuple', value: 'msgpack' })
  const states = loadNamespace(store)
  const fileKey: FileKey = [plan.namespace, plan.source.bytes, plan.source.digest]
  const settings = settingsText(plan)
  const found = plan.restart ? undefined : await states.get(fileKey)
  const from = await resumedState(found, settings, plan.source)
  if (from.finished) return alreadyLoaded(plan, from)
  const badRows = await openBadRows(plan, states, fileKey, from)
  if (from.records > 0) {
    tell(`${basename(plan.path)}: ${plural(from.records, 'row')} done before; going on behind them`)
  }
  const reader = new SourceReader(plan.path)
  const loader = new Loader({ ...plan, store, rows, states, fileKey, badRows, reader }, from)
  const progress = new Progress()
  try {
    const isWhole = await feed(plan, reader, loader, progress)
    await loader.finish(isWhole)
    return isWhole ? loaded(plan, loader, from, progress) : interrupted(plan, loader)
  } catch (error) {
    throw await stopped(plan, loader, error)
  } finally {
    progress.clear()
    badRows?.close()
  }
}

// That this file holds the bad rows is on disk before the first of them can be in it.
async function openBadRows(
  { skipBad, source }: Plan,
  states: LoadNamespace,
  fileKey: FileKey,
  from: LoadState,
): Promise<BadRowFile | undefined> {
  if (skipBad === undefined) return undefined
  const badRows = new BadRowFile(skipBad, from, source.identity)
  const badPath = resolve(skipBad)
  if (from.badPath === badPath) return badRows
  from.badPath = badPath
  try {
    await states.put(fileKey, from)
  } catch (error) {
    badRows.close()
    throw error
  }
  return badRows
}

// Rows of the file to the loader; false when the user stopped it.
async function feed(plan: Plan, reader: SourceReader, loader: Loader, progress: Progress) {
  const stop = new AbortController()
  const onSignal = (): void => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  const rowReader = rowReaderOf(plan)
  let toSkip = loader.acknowledged.records
  let rowsOfThisRun = 0
  let bytesAtStart = 0
  const take = async (rows: ReturnType<RowReader['push']>): Promise<void> => {
    for (const row of rows) {
      if (toSkip > 0) {
        toSkip--
        bytesAtStart = reader.bytesRead
        continue
      }
      rowsOfThisRun++
      const room = loader.add(row)
      if (room !== undefined) await room
    }
    const place = { bytes: reader.bytesRead, bytesTotal: plan.source.bytes, bytesAtStart }
    progress.update({ rows: loader.acknowledged.records, rowsOfThisRun, ...place })
  }
  try {
    for await (const chunk of contentOf(reader, plan.isGzip)) {
      await take(rowReader.push(chunk as Buffer))
      if (stop.signal.aborted) return false
    }
    await take(rowReader.end())
    return true
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

function contentOf(reader: SourceReader, isGzip: boolean): AsyncIterable<unknown> {
  const chunks = reader.chunks()
  return isGzip ? pipeline(chunks, createGunzip(), () => undefined) : chunks
}

function rowReaderOf({ format, delimiter, keyColumns }: Plan): RowReader {
  return format === 'csv' ? new CsvRows(delimiter, keyColumns) : new NdjsonRows()
}

function settingsText({ format, delimiter, keyColumns }: Plan): string {
  const key = keyColumns.length === 0 ? 'row numbers as keys' : `--key ${keyColumns.join(',')}`
  return format === 'csv' ? `--format csv --delimiter '${delimiter}', ${key}` : `${format}, ${key}`
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}

function alreadyLoaded(plan: Plan, state: LoadState): number {
  if (plan.json) printJson(resultOf(plan, state, 0))
  else tell(`${basename(plan.path)} is loaded already (${plural(state.records, 'row')})`)
  return EXIT.done
}

function resultOf(plan: Plan, state: LoadState, rowsOfThisRun: number) {
  const { records, bad, finished } = state
  const { namespace } = plan
  return { namespace, rows: records - bad, badRows: bad, rowsOfThisRun, finished }
}

function loaded(plan: Plan, loader: Loader, from: LoadState, progress: Progress): number {
  const state = loader.acknowledged
  const rows = state.records - state.bad - (from.records - from.bad)
  progress.clear()
  if (plan.json) {
    printJson(resultOf(plan, state, rows))
    return EXIT.done
  }
  const seconds = progress.elapsedMs / 1000
  const rate = grouped(Math.round(rows / Math.max(seconds, 0.001)))
  tell(`Loaded ${plural(rows, 'row')} in ${seconds.toFixed(1)} s (${rate} rows/s)`)
  const where = plan.skipBad ?? 'a file'
  if (state.bad > 0) tell(`${plural(state.bad, 'bad row')} set aside in ${where}`)
  return EXIT.done
}

function interrupted(plan: Plan, loader: Loader): never {
  const advice = [standing(plan, loader), GO_ON]
  throw new CommandError('INTERRUPTED', 'Stopped by a signal', advice)
}

const GO_ON = 'To go on from there, run the same command again.'

function standing(plan: Plan, loader: Loader): string {
  const { records, bad, line } = loader.acknowledged
  const aside = bad === 0 ? '' : `, ${grouped(bad)} of them set aside as bad`
  const how = { disk: 'safe', os: 'handed to the operating system', memory: 'in memory' }
  const upTo = records === 0 ? 'No row' : `${plural(records, 'row')} (up to line ${grouped(line)})`
  return `${upTo} of ${plan.path} ${records <= 1 ? 'is' : 'are'} ${how[plan.durability]}${aside}.`
}

async function stopped(plan: Plan, loader: Loader, error: unknown): Promise<Error> {
  await loader.finish(false).catch(() => undefined)
  const code = codeOf(error)
  if (code === undefined) return error instanceof Error ? error : new Error(String(error))
  const message = failureLine(error).slice(code.length + 2)
  const advice = error instanceof CommandError ? error.advice : [GO_ON]
  return new CommandError(code, message, [standing(plan, loader), ...advice], error)
}
