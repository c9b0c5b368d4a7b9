// The parent's side of booking: starts the booking process, keeps what it acknowledged, and after a
// crash starts another one and compares.

import { fork } from 'node:child_process'
import type { OpenReport } from 'ledgerstone'
import { BOOK_PROGRAM } from './book.js'
import type { Job, Message, Written } from './messages.js'
import { bytesText, type Check, count, type Figures } from './report.js'

interface Run {
  report: OpenReport | undefined
  rowsAtOpen: number
  acknowledged: number
  seconds: number
  written: Written
  isDone: boolean
  failure: string | undefined
  signal: NodeJS.Signals | null
}

const NOTHING_WRITTEN: Written = { syncs: 0, logBytes: 0, flushBytes: 0, compactionBytes: 0 }

function runJob(job: Job): Promise<Run> {
  const run: Run = {
    report: undefined,
    rowsAtOpen: 0,
    acknowledged: 0,
    seconds: 0,
    written: NOTHING_WRITTEN,
    isDone: false,
    failure: undefined,
    signal: null,
  }
  const child = fork(BOOK_PROGRAM, [JSON.stringify(job)], { serialization: 'advanced' })
  child.on('message', (message: Message) => take(run, message))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      run.signal = signal
      if (code !== 0 && signal === null) run.failure ??= `the booking process ended with ${code}`
      resolve(run)
    })
  })
}

function take(run: Run, message: Message): void {
  switch (message.kind) {
    case 'opened':
      run.report = message.report
      run.rowsAtOpen = run.acknowledged = message.rows
      break
    case 'failed':
      run.failure = message.message
      break
    case 'acknowledged':
    case 'done':
      run.acknowledged = message.rows
      run.seconds = message.seconds
      run.written = message.written
      run.isDone = message.kind === 'done'
  }
}

/** Books all rows, through a crash when the job asks for one. */
export async function bookAll(job: Job, say: (text: string) => void, checks: Check[]) {
  const first = await runJob(job)
  if (first.rowsAtOpen > 0) say(`${count(first.rowsAtOpen)} rows were booked before.`)
  if (first.signal !== 'SIGKILL') return finished([first])
  say(`The booking process was killed (SIGKILL) with writes on their way to the disk.`)
  say(`It had acknowledged ${count(first.acknowledged)} rows.`)
  const second = await runJob({ ...job, dieAtRow: undefined })
  sayRecovery(second, first.acknowledged, say)
  checks.push({
    what: `after the crash all ${count(first.acknowledged)} acknowledged rows are there`,
    isMet: second.rowsAtOpen >= first.acknowledged,
  })
  return finished([first, second])
}

function sayRecovery(run: Run, acknowledged: number, say: (text: string) => void): void {
  const { report, rowsAtOpen } = run
  if (report === undefined) return
  const { replayedRecords, replayedBytes, cutBytes, micros } = report
  const ms = Math.round(micros / 1000)
  say(`A new process opened the store in ${count(ms)} ms:`)
  say(`  ${count(replayedRecords)} records of the log replayed (${bytesText(replayedBytes)})`)
  say(`  ${count(cutBytes)} bytes of an unsynced tail cut`)
  const more = rowsAtOpen - acknowledged
  say(`  ${count(rowsAtOpen)} rows are there: the acknowledged ones and ${count(more)} more`)
  say(`It goes on with row ${count(rowsAtOpen + 1)}.`)
}

function finished(runs: readonly Run[]): Figures {
  const last = runs.at(-1)
  if (last?.failure !== undefined) throw new Error(last.failure)
  if (last?.isDone !== true) {
    throw new Error(`the booking process ended too early (${last?.signal ?? 'exit'})`)
  }
  const sum = (of: (run: Run) => number): number => runs.reduce((total, run) => total + of(run), 0)
  return {
    rows: last.acknowledged - (runs[0]?.rowsAtOpen ?? 0),
    seconds: sum((run) => run.seconds),
    written: {
      syncs: sum((run) => run.written.syncs),
      logBytes: sum((run) => run.written.logBytes),
      flushBytes: sum((run) => run.written.flushBytes),
      compactionBytes: sum((run) => run.written.compactionBytes),
    },
  }
}
