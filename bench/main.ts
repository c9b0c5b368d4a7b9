// Benchmarks beside peers: parses the command line, makes the peers' packages ready, measures, and
// prints what came out. The exit code is 1 when a workload failed, 2 for a command line that makes
// no sense.

import { rmSync, writeFileSync } from 'node:fs'
import { type Comparison, compare } from './comparison.js'
import { record } from './history.js'
import { type Machine, describeMachine, warnings } from './machine.js'
import { runMicro } from './micro/main.js'
import { type BenchOptions, type Chosen, parseOptions, usage } from './options.js'
import { ensurePackages, installedVersion } from './packages.js'
import { type Contender, PACKAGED } from './peers/contenders.js'
import { page } from './report/html.js'
import { markdown } from './report/markdown.js'
import {
  BLOCK_LEGEND,
  block,
  durabilityNote,
  summaryHeading,
  summaryRow,
} from './report/table.js'
import { endChildren, makeFolder, runWorkload } from './runner.js'

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function options(): BenchOptions {
  try {
    return parseOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`${messageOf(error)}\nSee --help.`)
    process.exit(2)
  }
}

/** The packaged peers that cannot take part. */
function missingPeers({ peers, chosen, micro }: BenchOptions): Contender[] {
  const isWanted = (name: Contender): boolean =>
    chosen.some(({ workload }) => workload.peers.includes(name))
  const needed = PACKAGED.filter(isWanted)
  const failures = micro || (peers && needed.length > 0) ? ensurePackages(console.log) : []
  for (const failure of failures) console.log(failure)
  return needed.filter((name) => installedVersion(name) === undefined)
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`)
}

function introduce({ runs, sizes }: BenchOptions, machine: Machine): void {
  const count = (value: number): string => value.toLocaleString('en-US')
  const threads = sizes.threads > 1 ? `, ${sizes.threads} threads` : ''
  console.log(
    `Node.js ${machine.node}, ${machine.cpu} × ${machine.cores}, ${machine.fileSystem}\n` +
      `${count(sizes.entries)} entries of ${sizes.keyBytes} + ${sizes.valueBytes} bytes, ` +
      `${Math.round(sizes.memoryBytes / 2 ** 20)} MiB (${sizes.budget})${threads}, ` +
      `median of ${runs} ${runs === 1 ? 'run' : 'runs'}`,
  )
  for (const warning of warnings(machine)) console.log(`Note: ${warning}`)
  console.log(`\n${BLOCK_LEGEND}`)
}

interface Session {
  given: BenchOptions
  machine: Machine
  folder: string
  missing: readonly Contender[]
}

async function measure({ workload, rows }: Chosen, session: Session): Promise<Comparison[]> {
  const { given, folder, missing, machine } = session
  const { runs, sizes } = given
  const beside = given.peers ? workload.peers.filter((peer) => !missing.includes(peer)) : []
  const contenders: Contender[] = ['ledgerstone', ...beside.filter((peer) => canShare(peer, given))]
  const plan = { folder, runs, sizes, contenders, rows, onProgress: showProgress }
  const results = await runWorkload(workload, plan)
  showProgress('')
  const wanted = workload.rows.filter((row) => rows.includes(row.name))
  const comparisons = wanted.map((row) => compare(workload, row, results))
  for (const comparison of comparisons) {
    console.log(`\n${block(comparison)}`)
    if (given.record) record(comparison, machine, sizes)
  }
  return comparisons
}

/** A Map belongs to one thread: others would each have a copy, which is no shared store. */
const canShare = (peer: Contender, { sizes }: BenchOptions): boolean =>
  sizes.threads === 1 || peer !== 'map'

async function measureAll(session: Session): Promise<Comparison[]> {
  const comparisons: Comparison[] = []
  for (const chosen of session.given.chosen) {
    try {
      comparisons.push(...(await measure(chosen, session)))
    } catch (error) {
      showProgress('')
      console.log(`\n${chosen.workload.name}: failed. ${messageOf(error)}`)
      process.exitCode = 1
    }
  }
  return comparisons
}

function conclude(comparisons: readonly Comparison[], session: Session): void {
  const { given, machine, missing } = session
  console.log(`\n${summaryHeading()}`)
  for (const comparison of comparisons) console.log(summaryRow(comparison))
  console.log('\nratio: above 1, ours is better than the best peer (where there is none, floor).')
  for (const kept of ['os', 'disk'] as const) {
    const those = comparisons.filter(({ durability }) => durability === kept)
    const took = new Set(those.flatMap(({ others }) => others.map((side) => side.contender)))
    if (those.length > 0) console.log(durabilityNote(kept, ['ledgerstone', ...took]))
  }
  if (given.sizes.threads > 1) console.log('Left out: Map (it cannot be shared by threads).')
  if (missing.length > 0) console.log(`Left out: ${missing.join(', ')} (not installed).`)
  if (given.readme) console.log(`\n${markdown(comparisons, machine, given.sizes)}`)
  if (given.html === undefined) return
  writeFileSync(given.html, page(comparisons, machine, given.sizes))
  console.log(`Wrote ${given.html}`)
}

async function measureFunctions(given: BenchOptions, machine: Machine, directory: string) {
  const { quick, record: keep } = given
  try {
    await runMicro({ directory, quick, record: keep, machine })
  } catch (error) {
    console.log(`The single functions: failed. ${messageOf(error)}`)
    process.exitCode = 1
  }
}

async function main(): Promise<void> {
  const given = options()
  if (given.help) return void console.log(usage)
  const missing = missingPeers(given)
  const folder = makeFolder(given.folder)
  process.once('exit', () => {
    endChildren()
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  })
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  const machine = describeMachine(folder)
  if (!given.micro) introduce(given, machine)
  if (given.micro) return measureFunctions(given, machine, makeFolder(folder))
  const session = { given, machine, folder, missing }
  conclude(await measureAll(session), session)
}

await main()
