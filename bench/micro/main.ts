// The single functions: one process, a line per case as it is measured.

import { fork } from 'node:child_process'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Machine } from '../machine.js'
import { benchFolder } from '../packages.js'
import { duration, quantity } from '../report/format.js'
import { tracked } from '../runner.js'
import type { CaseResult } from './child.js'

const program = fileURLToPath(new URL('child.js', import.meta.url))
const COLUMNS = [12, 40, 14, 14] as const

export interface MicroPlan {
  directory: string
  quick: boolean
  record: boolean
  machine: Machine
}

function line(group: string, name: string, rate: string, each: string, error: string): string {
  const [groupWidth, nameWidth, rateWidth, eachWidth] = COLUMNS
  const texts = [group.padEnd(groupWidth), name.padEnd(nameWidth)]
  return [...texts, rate.padStart(rateWidth), each.padStart(eachWidth), `  ${error}`].join('')
}

function show({ group, name, opsPerSecond, error }: CaseResult): void {
  const nanos = 1e9 / opsPerSecond
  const each = nanos < 1000 ? `${nanos.toFixed(1)}ns` : duration(nanos / 1000)
  console.log(line(group, name, quantity(opsPerSecond), each, `± ${error.toFixed(1)} %`))
}

function keep({ group, name, opsPerSecond, error }: CaseResult, machine: Machine): void {
  const folder = join(benchFolder, 'history')
  const { commit, changed, date, ...rest } = machine
  const what = { workload: 'micro', row: `${group}: ${name}`, unit: 'ops/s', better: 'more' }
  const measured = { ours: [opsPerSecond], errorPercent: error }
  mkdirSync(folder, { recursive: true })
  appendFileSync(
    join(folder, `${date.slice(0, 7)}.jsonl`),
    `${JSON.stringify({ commit, changed, date, ...what, ...measured, machine: rest })}\n`,
  )
}

/** Rejects when a case fails. */
export function runMicro({ directory, quick, record, machine }: MicroPlan): Promise<void> {
  console.log(`\n${line('group', 'one operation', 'ops/s', 'each', 'error of the mean')}`)
  console.log('─'.repeat(100))
  return new Promise((resolve, reject) => {
    const seconds = quick ? '0.1' : '2'
    const child = tracked(fork(program, [directory, seconds], { stdio: ['ignore', 2, 2, 'ipc'] }))
    child.on('message', (message) => {
      show(message as CaseResult)
      if (record) keep(message as CaseResult, machine)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(`The cases ended with ${signal ?? code}`))
    })
  })
}
