// The command line of the benchmarks.

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SHAPES, type Shape } from './keys.js'
import { repository } from './packages.js'
import { rows, rowsNamed, workloads } from './workloads/all.js'
import type { Budget, Sizes, Workload } from './workloads/workload.js'

const MIB = 2 ** 20

export const usage = `Benchmarks of Ledgerstone beside its peers. The rows: docs/benchmarks.md

  npm run bench -- [options]

  --only NAME           only this row or workload; several times, or as NAME,NAME
  --quick               few entries, 1 run: to see that it works, not to quote (under 3 minutes)
  --runs N              of each contender (5)
  --shape K/V           bytes of keys and values: ${Object.keys(SHAPES).join(', ')} (16/100)
  --budget KIND         resident: reads find all in memory; small: five times as much data as
                        memory (resident)
  --threads N           that read at once, each with the store opened for itself; only the rows
                        that can be read so (1)
  --entries N           keys of most workloads (1,000,000)
  --reads N             operations of the read rows (500,000)
  --sustained-entries N puts of the sustained fill (4 times --entries)
  --fill-entries N      keys of memory and open (10 times --entries)
  --durable-entries N   puts of the durable rows: N by one caller, 10 N by 64 (2,000)
  --recovery-mib N      keys and values in the log that recovery reads (256)
  --memory-mib N        memory of each store (256; with --budget small a fifth of the data)
  --seed N              of keys, values and their order (1)
  --dir FOLDER          where the stores are made; on the disk to be measured (build/bench)
  --no-peers            Ledgerstone alone; nothing is installed
  --micro               single functions instead of workloads: codecs, filters, calls
  --record              append the rows to bench/history/
  --html FILE           also write a page with plots, in one file
  --readme              also print the table as Markdown
  --help                this text

Workloads: ${workloads.map((workload) => workload.name).join(', ')}
Rows: ${rows.map((row) => row.name).join(', ')}
`

export interface Chosen {
  workload: Workload
  rows: readonly string[]
}

export interface BenchOptions {
  chosen: readonly Chosen[]
  runs: number
  sizes: Sizes
  folder: string
  peers: boolean
  micro: boolean
  quick: boolean
  record: boolean
  html: string | undefined
  readme: boolean
  help: boolean
}

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const

const FLAGS = {
  only: { type: 'string', multiple: true },
  quick: flag,
  runs: text,
  shape: text,
  budget: text,
  threads: text,
  entries: text,
  reads: text,
  'sustained-entries': text,
  'fill-entries': text,
  'durable-entries': text,
  'recovery-mib': text,
  'memory-mib': text,
  seed: text,
  dir: text,
  'no-peers': flag,
  micro: flag,
  record: flag,
  html: text,
  readme: flag,
  help: flag,
} as const

type Texts = Readonly<Record<string, unknown>>

function whole(texts: Texts, name: string, otherwise: number, most: number): number {
  const value = texts[name] as string | undefined
  if (value === undefined) return otherwise
  const number = Number(value.replaceAll('_', ''))
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  throw new RangeError(`--${name} takes a whole number in 1 … ${most}, not '${value}'`)
}

function oneOf<T>(name: string, value: string, choices: Readonly<Record<string, T>>): T {
  const chosen = Object.hasOwn(choices, value) ? choices[value] : undefined
  if (chosen !== undefined) return chosen
  throw new RangeError(`--${name} takes ${Object.keys(choices).join(' or ')}, not '${value}'`)
}

const BUDGETS: Readonly<Record<string, Budget>> = { resident: 'resident', small: 'small' }
const SMALL_BUDGET_SHARE = 5
const MEMORY_MIN = 1 * MIB

function memoryOf(texts: Texts, budget: Budget, entries: number, shape: Shape): number {
  const dataBytes = entries * (shape.keyBytes + shape.valueBytes)
  const usual =
    budget === 'small'
      ? Math.max(MEMORY_MIN, Math.ceil(dataBytes / SMALL_BUDGET_SHARE))
      : 256 * MIB
  return texts['memory-mib'] === undefined ? usual : whole(texts, 'memory-mib', 1, 65_536) * MIB
}

function sizesOf(texts: Texts, quick: boolean): Sizes {
  const shape = oneOf('shape', (texts['shape'] as string | undefined) ?? '16/100', SHAPES)
  const budget = oneOf('budget', (texts['budget'] as string | undefined) ?? 'resident', BUDGETS)
  const entries = whole(texts, 'entries', quick ? 30_000 : 1_000_000, 1e8)
  const fills = quick ? 1 : 4
  return {
    ...shape,
    budget,
    entries,
    reads: whole(texts, 'reads', Math.min(entries, 500_000), 1e8),
    sustainedEntries: whole(texts, 'sustained-entries', entries * fills, 1e9),
    fillEntries: whole(texts, 'fill-entries', entries * 10, 1e9),
    durableEntries: whole(texts, 'durable-entries', Math.min(entries, quick ? 200 : 2000), 1e6),
    recoveryBytes: whole(texts, 'recovery-mib', quick ? 16 : 256, 340) * MIB,
    memoryBytes: memoryOf(texts, budget, entries, shape),
    threads: whole(texts, 'threads', 1, 64),
    seed: whole(texts, 'seed', 1, 2 ** 31),
  }
}

function choose(names: readonly string[], threads: number): Chosen[] {
  const all = rows.map((row) => row.name)
  const wanted = new Set(names.length === 0 ? all : names.flatMap(rowsNamed))
  const able = workloads.filter((workload) => threads === 1 || workload.threaded === true)
  const chosen = able.map((workload) => {
    const own = workload.rows.map((row) => row.name)
    return { workload, rows: own.filter((name) => wanted.has(name)) }
  })
  const any = chosen.filter((choice) => choice.rows.length > 0)
  if (any.length > 0) return any
  throw new RangeError(`No row of ${names.join(', ')} can be done by ${threads} threads`)
}

export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({ args: [...args], options: FLAGS })
  const { quick } = values
  const sizes = sizesOf(values, quick)
  const names = (values.only ?? []).flatMap((list) => list.split(','))
  return {
    chosen: choose(names, sizes.threads),
    runs: whole(values, 'runs', quick ? 1 : 5, 1000),
    sizes,
    folder: values.dir ?? join(repository, 'build', 'bench'),
    peers: !values['no-peers'],
    micro: values.micro,
    quick,
    record: values.record,
    html: values.html,
    readme: values.readme,
    help: values.help,
  }
}
