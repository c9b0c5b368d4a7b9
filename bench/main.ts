// Benchmarks beside peers: parses the command line, installs the peers' packages when they are
// missing, measures, and prints a table. The exit code is 1 when a workload failed, 2 for a command
// line that makes no sense.

import { rmSync } from 'node:fs'
import { compare } from './comparison.js'
import { record } from './history.js'
import { type Machine, describeMachine, warnings } from './machine.js'
import { type BenchOptions, parseOptions, usage } from './options.js'
import { installPackages, installedVersion } from './packages.js'
import { type Contender, PACKAGED } from './peers/contenders.js'
import { type Plan, endChildren, makeFolder, runWorkload } from './runner.js'
import { heading, tableRow } from './table.js'
import type { Workload } from './workloads/workload.js'

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
function missingPeers({ peers, chosen }: BenchOptions): Contender[] {
  const isMissing = (name: Contender): boolean => installedVersion(name) === undefined
  const needed = PACKAGED.filter((name) => chosen.some((workload) => workload.peer === name))
  if (peers && needed.some(isMissing)) {
    console.log('Installing the peers …')
    const failure = installPackages()
    if (failure !== undefined) console.log(`The peers could not be installed. ${failure}`)
  }
  return needed.filter(isMissing)
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`)
}

function introduce({ runs, sizes }: BenchOptions, machine: Machine): void {
  const count = (value: number): string => value.toLocaleString('en-US')
  console.log(
    `Node.js ${machine.node}, ${machine.cpu} × ${machine.cores}, ${machine.fileSystem}\n` +
      `${count(sizes.entries)} entries of 16 + 100 bytes, ${sizes.memoryBytes / 2 ** 20} MiB, ` +
      `median of ${runs} ${runs === 1 ? 'run' : 'runs'}`,
  )
  for (const warning of warnings(machine)) console.log(`Note: ${warning}`)
  console.log(`\n${heading()}`)
}

async function measure(workload: Workload, plan: Plan, machine: Machine, keep: boolean) {
  const results = await runWorkload(workload, plan)
  showProgress('')
  for (const row of workload.rows) {
    const comparison = compare(workload, row, results)
    console.log(tableRow(comparison))
    if (keep) record(comparison, machine, plan.sizes)
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
  introduce(given, machine)
  for (const workload of given.chosen) {
    const withPeer = given.peers && !missing.includes(workload.peer)
    const contenders: Contender[] = ['ledgerstone', ...(withPeer ? [workload.peer] : [])]
    const { runs, sizes } = given
    const plan = { folder, runs, sizes, contenders, onProgress: showProgress }
    try {
      await measure(workload, plan, machine, given.record)
    } catch (error) {
      showProgress('')
      console.log(`${workload.name}: failed. ${messageOf(error)}`)
      process.exitCode = 1
    }
  }
  console.log('\nratio: above 1, ours is better; of the runs, one beside the other.')
  if (missing.length > 0) console.log(`Left out: ${missing.join(', ')} (not installed).`)
}

await main()
