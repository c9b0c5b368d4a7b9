#!/usr/bin/env node
// The engine from C++ beside RocksDB's own db_bench: the same workloads, sizes and options, run in
// turn, each in a new process and an empty folder.
//   node scripts/bench-rocksdb.mjs [--num 1000000] [--runs 5] [--quick] [--record]
// Needs Debian's rocksdb-tools (installed by apt where that is possible) and CMake. --record
// appends the rows to bench/history/.
import { appendFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { withLock } from './lib/lock.mjs'
import { compile, configure, hasCMake } from './lib/native-build.mjs'
import { inRoot } from './lib/paths.mjs'
import { SetupError, must, step, which } from './lib/run.mjs'
import { installSystem } from './lib/system-packages.mjs'
import { report, setUp } from './setup.mjs'

const MIB = 2 ** 20

async function prepare() {
  await setUp({ tests: false })
  if (!hasCMake()) throw new SetupError('CMake is missing: the C++ side needs it')
  if (!which('db_bench') && !(await installSystem(['rocksdb-tools']))) {
    throw new SetupError('db_bench is missing: install rocksdb-tools')
  }
  await withLock(() =>
    step('Building ledgerstone_bench', async () => {
      await configure('release')
      await compile('release', 'ledgerstone_bench')
    }),
  )
}

const flagsOf = ({ benchmarks, both = [] }, { num, nexts }, path) => [
  ...['--key_size=16', '--value_size=100', '--compression_type=none', '--sync=0', '--threads=1'],
  ...[`--cache_size=${256 * MIB}`, `--write_buffer_size=${64 * MIB}`, `--seek_nexts=${nexts}`],
  ...[`--num=${num}`, `--db=${path}`, `--benchmarks=${benchmarks.join(',')}`, ...both],
]

/** Operations per second of each benchmark, in order. */
async function rates(program, flags, path, count) {
  rmSync(path, { recursive: true, force: true })
  const output = await must(program, flags)
  rmSync(path, { recursive: true, force: true })
  const found = [...output.matchAll(/micros\/op\s+(\d+) ops\/sec/g)].map(([, rate]) => Number(rate))
  if (found.length === count) return found
  throw new SetupError(`${program} printed ${found.length} rows instead of ${count}:\n${output}`)
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

function rowsOf(plan, ours, theirs) {
  return plan.names.map((row, at) => {
    const mine = ours.map((run) => run[at])
    const peers = theirs.map((run) => run[at])
    const ratios = mine.map((rate, run) => rate / peers[run])
    const ratio = { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) }
    return { row, ours: mine, theirs: peers, ratio }
  })
}

async function measure(plan, sizes) {
  const { runs, folder } = sizes
  const ours = []
  const theirs = []
  const engine = inRoot('build/release/ledgerstone_bench')
  const count = plan.benchmarks.length
  for (let run = 0; run < runs; run++) {
    const path = join(folder, 'store')
    const flags = flagsOf(plan, sizes, path)
    ours.push(await rates(engine, [...flags, ...(plan.ours ?? [])], path, count))
    theirs.push(await rates('db_bench', [...flags, '--bloom_bits=10'], path, count))
  }
  return rowsOf(plan, ours, theirs)
}

const rate = (value) => Math.round(value).toLocaleString('en').padStart(12)

function show({ row, ours, theirs, ratio }) {
  const [middle, least, most] = [ratio.median, ratio.least, ratio.most].map((x) => x.toFixed(2))
  console.log(
    `${row.padEnd(28)}${rate(median(ours))}${rate(median(theirs))}` +
      `${middle.padStart(9)}  (${least}–${most})`,
  )
}

async function keep(rows, { num, runs, folder }) {
  const { describeMachine } = await import('../dist/bench/machine.js')
  const version = /db_bench version (\S+)/.exec(await must('db_bench', ['--version']))?.[1]
  const { commit, changed, date, ...machine } = describeMachine(folder)
  const file = inRoot('bench/history', `${date.slice(0, 7)}.jsonl`)
  for (const row of rows) {
    const what = { commit, changed, date, workload: 'rocksdb', unit: 'ops/s', better: 'more' }
    const options = { num, runs, keyBytes: 16, valueBytes: 100, memoryBytes: 256 * MIB }
    const line = { ...what, ...row, peer: `rocksdb ${version}`, options, machine }
    appendFileSync(file, `${JSON.stringify(line)}\n`)
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      num: { type: 'string', default: '1000000' },
      runs: { type: 'string', default: '5' },
      quick: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
    },
  })
  const num = values.quick ? 100_000 : Number(values.num)
  const runs = values.quick ? 1 : Number(values.runs)
  if (!(num >= 1 && runs >= 1)) throw new SetupError('--num and --runs take numbers from 1')
  await prepare()
  const { NEXTS, PLANS } = await import('../dist/bench/rocksdb-plans.js')
  const folder = inRoot('build/bench-rocksdb')
  mkdirSync(folder, { recursive: true })
  const sizes = { num, runs, folder, nexts: NEXTS }
  console.log(`${num.toLocaleString('en')} entries of 16 + 100 bytes, medians of ${runs}`)
  const heads = ['ours'.padStart(12), 'RocksDB'.padStart(12), 'ratio'.padStart(9)]
  console.log(`${'operations per second'.padEnd(28)}${heads.join('')}`)
  const rows = []
  for (const plan of PLANS) {
    const measured = await measure(plan, sizes)
    for (const row of measured) show(row)
    rows.push(...measured)
  }
  if (values.record) await keep(rows, sizes)
  rmSync(folder, { recursive: true, force: true })
}

try {
  await main()
} catch (error) {
  report(error)
  process.exitCode = 1
}
