// Runs a workload: contenders in turn (A B A B …), each time in a new process and an empty folder.

import { type ChildProcess, fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Contender } from './peers/contenders.js'
import type { Job, Outcome, Sizes, Workload } from './workloads/workload.js'

const live = new Set<ChildProcess>()
const program = fileURLToPath(new URL('child.js', import.meta.url))

export interface Plan {
  /** A folder of this run of the program alone. */
  folder: string
  runs: number
  contenders: readonly Contender[]
  /** Of the workload's rows. */
  rows: readonly string[]
  sizes: Sizes
  onProgress: (text: string) => void
}

/** By contender: the outcome of each run. */
export type Results = Map<Contender, Outcome[]>

export function makeFolder(parent: string): string {
  mkdirSync(parent, { recursive: true })
  return mkdtempSync(join(parent, 'run-'))
}

/** Ends with this program. */
export function tracked(child: ChildProcess): ChildProcess {
  live.add(child)
  child.once('close', () => live.delete(child))
  return child
}

export function endChildren(): void {
  for (const child of live) child.kill('SIGKILL')
}

function runChild(job: Job): Promise<Outcome | undefined> {
  return new Promise((resolve, reject) => {
    const argument = JSON.stringify(job)
    const child = tracked(fork(program, [argument], { stdio: ['ignore', 2, 2, 'ipc'] }))
    let outcome: Outcome | undefined
    child.on('message', (message) => {
      outcome = message as Outcome
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const prepared = job.phase === 'prepare' && signal === 'SIGKILL'
      const measured = job.phase === 'measure' && code === 0 && outcome !== undefined
      if (prepared || measured) resolve(outcome)
      else reject(new Error(`${job.phase} with ${job.contender} ended with ${signal ?? code}`))
    })
  })
}

async function runOnce(workload: Workload, contender: Contender, plan: Plan): Promise<Outcome> {
  const directory = makeFolder(plan.folder)
  const { rows, sizes } = plan
  const job = { workload: workload.name, rows, contender, directory, sizes }
  try {
    if (workload.prepare !== undefined) await runChild({ ...job, phase: 'prepare' })
    return (await runChild({ ...job, phase: 'measure' })) as Outcome
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

export async function runWorkload(workload: Workload, plan: Plan): Promise<Results> {
  const results: Results = new Map(plan.contenders.map((contender) => [contender, []]))
  for (let run = 1; run <= plan.runs; run += 1) {
    for (const contender of plan.contenders) {
      plan.onProgress(`${workload.name}: ${contender}, run ${run} of ${plan.runs}`)
      results.get(contender)?.push(await runOnce(workload, contender, plan))
    }
  }
  return results
}
