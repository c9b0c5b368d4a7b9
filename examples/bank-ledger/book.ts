// The booking process: opens the ledger, goes on behind the last row that is in it, posts the rest.
//
// 1. Rows are posted in groups, several groups at a time, so that many rows share one sync.
// 2. A group is told to the parent only when all of it is on disk.
//    A failure reaches whoever waits for the group, at the latest when all are waited for.
// 3. Without its parent it ends at once, and the ledger stands as after any other crash.
// 4. To show what a crash does, it can kill itself while rows are on their way to the disk.

import { fileURLToPath } from 'node:url'
import { open, type Store } from 'ledgerstone'
import { Ledger } from './ledger.js'
import type { Job, Message, Written } from './messages.js'
import { rowsOfFile, type Transaction } from './rows.js'
import { sampleRows } from './sample.js'

const GROUP_ROWS = 256
const GROUPS_IN_FLIGHT_MAX = 8

// A message that cannot be sent has lost its parent; 'disconnect' follows.
function tell(message: Message): void {
  process.send?.(message, undefined, undefined, () => undefined)
}

function writtenBy(store: Store): Written {
  const { writes, background } = store.stats()
  return {
    syncs: writes.logSyncs,
    logBytes: writes.logBytes,
    flushBytes: background.flushBytes,
    compactionBytes: background.compactionBytesWritten,
  }
}

function rowsOf(job: Job): Iterable<Transaction> | AsyncIterable<Transaction> {
  return job.file === undefined ? sampleRows(job.sampleRows) : rowsOfFile(job.file)
}

/** Groups of rows that are not in the ledger yet. */
async function* groupsAfter(done: number, job: Job): AsyncGenerator<Transaction[]> {
  let group: Transaction[] = []
  for await (const transaction of rowsOf(job)) {
    if (transaction.row <= done) continue
    group.push(transaction)
    if (group.length < GROUP_ROWS) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

async function book(job: Job): Promise<void> {
  const store = await open(job.store)
  const ledger = new Ledger(store, job.source)
  tell({ kind: 'opened', report: store.report, rows: ledger.rows })
  const startedMs = performance.now()
  const seconds = (): number => (performance.now() - startedMs) / 1000
  const wanted = job.dieAtRow ?? Infinity
  const dieAtRow = wanted > ledger.rows ? wanted : Infinity
  const inFlight: Promise<void>[] = []
  try {
    for await (const group of groupsAfter(ledger.rows, job)) {
      const rows = group.at(-1)?.row ?? 0
      const posted = Promise.all(group.map((transaction) => ledger.post(transaction))).then(() =>
        tell({ kind: 'acknowledged', rows, seconds: seconds(), written: writtenBy(store) }),
      )
      posted.catch(() => undefined)
      inFlight.push(posted)
      if (rows >= dieAtRow) process.kill(process.pid, 'SIGKILL')
      if (inFlight.length >= GROUPS_IN_FLIGHT_MAX) await inFlight.shift()
    }
  } finally {
    await Promise.all(inFlight)
  }
  await store.flush()
  tell({ kind: 'done', rows: ledger.rows, seconds: seconds(), written: writtenBy(store) })
  await store.close()
}

export const BOOK_PROGRAM = fileURLToPath(import.meta.url)

if (process.argv[1] === BOOK_PROGRAM) {
  const endAlone = (): never => process.exit()
  process.once('disconnect', endAlone)
  if (process.connected === false) endAlone()
  const job = JSON.parse(process.argv[2] ?? '{}') as Job
  await book(job).catch((error: unknown) => {
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
    process.exitCode = 1
  })
  process.off('disconnect', endAlone)
  if (process.connected) process.disconnect()
}
