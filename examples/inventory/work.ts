// The process that works: opens the inventory, makes requests, tells each answer. It is made to be
// killed at any moment.
//
//   node work.js FOLDER SEED FIRST LAST      requests FIRST to LAST
//
// Its standard output, each line written before the next step:
//   o                   opened
//   r REPLAYED SAVED    so many events were applied again, behind the position that was saved
//   a REQUEST POSITION  answered, durable
//   e                   all are answered, and the inventory is closed

import { writeSync } from 'node:fs'
import { Inventory } from './inventory.js'
import { requestAt } from './requests.js'

const IN_FLIGHT = 24

const tell = (line: string): void => void writeSync(1, `${line}\n`)

const [folder = '', ...parameters] = process.argv.slice(2)
const [seed = 0, first = 1, last = 0] = parameters.map(Number)
const inventory = await Inventory.open(folder)
tell('o')
tell(`r ${inventory.replayed} ${inventory.store.report.applied}`)

let next = first
async function requester(): Promise<void> {
  while (next <= last) {
    const request = next++
    const { position } = await inventory.submit(requestAt(seed, request))
    tell(`a ${request} ${position}`)
  }
}

await Promise.all(Array.from({ length: IN_FLIGHT }, requester))
await inventory.close()
tell('e')
