// The command line of the benchmarks.

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { repository } from './packages.js'
import { workloadNamed, workloads } from './workloads/all.js'
import type { Sizes, Workload } from './workloads/workload.js'

const MIB = 2 ** 20

export const usage = `Benchmarks of Ledgerstone beside its peers. The rows: docs/benchmarks.md

  npm run bench -- [options]

  --only NAME           only this workload; may be given several times, or as NAME,NAME
  --quick               100,000 entries, 1 run: to see that it works, not to quote
  --runs N              of each contender (5)
  --entries N           keys of most workloads (1,000,000)
  --fill-entries N      keys of the fill whose memory is measured (10 times --entries)
  --durable-entries N   puts of the durable rows: N by one caller, 10 N by 64 (2,000)
  --recovery-mib N      keys and values in the log that recovery reads (256)
  --memory-mib N        memory of each store (256)
  --seed N              of keys, values and their order (1)
  --dir FOLDER          where the stores are made; on the disk to be measured (data/bench)
  --no-peers            Ledgerstone alone; nothing is installed
  --record              append the rows to bench/history/
  --help                this text

Workloads: ${workloads.map((workload) => workload.name).join(', ')}
`

export interface BenchOptions {
  chosen: readonly Workload[]
  runs: number
  sizes: Sizes
  folder: string
  peers: boolean
  record: boolean
  help: boolean
}

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const

const FLAGS = {
  only: { type: 'string', multiple: true },
  quick: flag,
  runs: text,
  entries: text,
  'fill-entries': text,
  'durable-entries': text,
  'recovery-mib': text,
  'memory-mib': text,
  seed: text,
  dir: text,
  'no-peers': flag,
  record: flag,
  help: flag,
} as const

function whole(name: string, value: string | undefined, otherwise: number, most: number): number {
  if (value === undefined) return otherwise
  const number = Number(value.replaceAll('_', ''))
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  throw new RangeError(`--${name} takes a whole number in 1 … ${most}, not '${value}'`)
}

export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({ args: [...args], options: FLAGS })
  const names = (values.only ?? []).flatMap((list) => list.split(','))
  const { quick } = values
  const entries = whole('entries', values.entries, quick ? 100_000 : 1_000_000, 1e8)
  const durable = Math.min(entries, quick ? 500 : 2000)
  return {
    chosen: names.length === 0 ? workloads : names.map(workloadNamed),
    runs: whole('runs', values.runs, quick ? 1 : 5, 1000),
    sizes: {
      entries,
      fillEntries: whole('fill-entries', values['fill-entries'], entries * 10, 1e9),
      durableEntries: whole('durable-entries', values['durable-entries'], durable, 1e6),
      recoveryBytes: whole('recovery-mib', values['recovery-mib'], quick ? 25 : 256, 340) * MIB,
      memoryBytes: whole('memory-mib', values['memory-mib'], 256, 65_536) * MIB,
      seed: whole('seed', values.seed, 1, 2 ** 31),
    },
    folder: values.dir ?? join(repository, 'data', 'bench'),
    peers: !values['no-peers'],
    record: values.record,
    help: values.help,
  }
}
