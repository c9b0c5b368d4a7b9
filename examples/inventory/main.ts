// An inventory whose truth is its log of events. The process that works is killed again and again;
// each time another one goes on, and at the end everything is compared with the events.
//
//   node scripts/start.mjs --program examples/inventory/main
//   node scripts/start.mjs --program examples/inventory/main --requests 20000 --kills 20 --seed 7

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { audit } from './audit.js'
import { Inventory } from './inventory.js'

const WORK = fileURLToPath(new URL('work.js', import.meta.url))

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '6000' },
    kills: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
  },
})
const [requests, kills] = [Number(values.requests), Number(values.kills)]
const folder = mkdtempSync(join(tmpdir(), 'ledgerstone-inventory-'))

/** Works from `first` on, and kills the process behind `answers` answers. */
async function work(first: number, answers: number): Promise<{ next: number; replayed: number }> {
  const args = [WORK, folder, values.seed, `${first}`, `${requests}`]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const answered = new Set<number>()
  let replayed = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [kind, number] = line.split(' ')
    if (kind === 'r') replayed = Number(number)
    if (kind === 'a') answered.add(Number(number))
    if (answered.size >= answers) child.kill('SIGKILL')
  }
  const code = await ended
  if (code !== null && code !== 0) throw new Error(`the working process ended with ${code}`)
  let next = first
  while (answered.has(next)) next++
  return { next, replayed }
}

try {
  let next = 1
  for (let kill = 1; kill <= kills; kill++) {
    const run = await work(next, Math.ceil((requests - next) / (kills + 2 - kill)))
    console.log(`killed; ${run.replayed} events had been replayed, all to ${run.next - 1} answered`)
    next = run.next
  }
  await work(next, Infinity)
  const inventory = await Inventory.open(folder)
  const { events, kinds, differences } = await audit(inventory)
  const told = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ')
  console.log(`${events} events for ${requests} requests: ${told}`)
  for await (const [name, { onHand, reserved }] of inventory.items()) {
    console.log(`  ${name.padEnd(8)}${`${onHand}`.padStart(7)} on hand, ${reserved} reserved`)
  }
  for (const difference of differences) console.log(`FAIL  ${difference}`)
  if (differences.length === 0) console.log('ok    all state is what the events make of it')
  if (events !== requests) console.log('FAIL  each request has one event')
  process.exitCode = differences.length === 0 && events === requests ? 0 : 1
  await inventory.close()
} finally {
  rmSync(folder, { recursive: true })
}
