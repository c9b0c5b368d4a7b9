// A worker: opens the folder that the main thread has open, and so joins its engine.

import { parentPort, workerData } from 'node:worker_threads'
import { open } from 'ledgerstone'
import { paymentsOf, sumsOf } from './tables.js'

const store = await open(workerData as string)
const payments = paymentsOf(store)
const sums = sumsOf(store)
const main = parentPort!

async function sum(customer: string): Promise<void> {
  let total = 0n
  for await (const amount of payments.range({ prefix: [customer] }).values()) total += amount
  await sums.put(customer, total)
}

main.on('message', (customer: string) => {
  const next = customer === 'enough' ? store.close() : sum(customer)
  void next.then(() => {
    if (customer === 'enough') main.close()
    else main.postMessage('summed')
  })
})
main.postMessage('ready')
