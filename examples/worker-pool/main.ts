// A pool of worker threads over one store: the main thread hands out customers, each worker adds up
// a customer's payments and writes the sum. All of them have the same folder open and share one
// engine: one block cache, one commit order, one log.
//
//   node scripts/start.mjs --program examples/worker-pool/main
//   node scripts/start.mjs --program examples/worker-pool/main --workers 2 --customers 50

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { type Store, open } from 'ledgerstone'
import { paymentsOf, sumsOf } from './tables.js'

const PAYMENTS_EACH = 200

/** Hands one customer after another to a worker until none is left. */
async function work(folder: string, queue: string[]): Promise<number> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: folder })
  let done = 0
  await new Promise<void>((resolve, reject) => {
    worker.on('error', reject)
    worker.on('exit', () => {
      resolve()
    })
    worker.on('message', (ready: 'ready' | 'summed') => {
      if (ready === 'summed') done++
      worker.postMessage(queue.pop() ?? 'enough')
    })
  })
  return done
}

async function fill(store: Store, customers: readonly string[]): Promise<void> {
  const payments = paymentsOf(store)
  for (const [i, customer] of customers.entries()) {
    await store.write((batch) => {
      for (let n = 0; n < PAYMENTS_EACH; n++) {
        batch.put(payments, [customer, n], BigInt(i * PAYMENTS_EACH + n))
      }
    })
  }
}

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '4' },
    customers: { type: 'string', default: '200' },
  },
})

const folder = mkdtempSync(join(tmpdir(), 'ledgerstone-pool-'))
const store = await open(folder, { memoryBudget: '64MiB' })
try {
  const customers = Array.from({ length: Number(values.customers) }, (_, i) => `customer ${i}`)
  await fill(store, customers)
  const queue = [...customers]
  const pool = Array.from({ length: Number(values.workers) }, () => work(folder, queue))
  const done = (await Promise.all(pool)).reduce((sum, count) => sum + count, 0)
  let total = 0n
  for await (const sum of sumsOf(store).range().values()) total += sum
  const count = BigInt(customers.length * PAYMENTS_EACH)
  const expected = (count * (count - 1n)) / 2n
  console.log(`${pool.length} workers summed ${done} customers`)
  console.log(`all payments come to ${total}, ${total === expected ? 'as they should' : 'wrongly'}`)
} finally {
  await store.close()
  rmSync(folder, { recursive: true })
}
