// An event log: events of 128 bytes appended in durable batches of 1,000 with eight of them in
// flight, read back in batches, and looked up by position one by one. Beside it a bare file: the
// same bytes with one fdatasync for each batch, read back in pieces of the same size.

import { join } from 'node:path'
import { openBareLog } from '../peers/bare-log.js'
import { type EventSink, openLedgerstoneLog } from '../peers/ledgerstone-log.js'
import {
  type Job,
  type Outcome,
  type Row,
  type Workload,
  WrongResult,
  secondsOf,
} from './workload.js'

const EVENT_BYTES = 128
const BATCH = 1000
const IN_FLIGHT = 8
const SEEKS_MAX = 2000

function batchAt(at: number, size: number): Buffer[] {
  const bytes = Buffer.alloc(size * EVENT_BYTES, 0x5a)
  return Array.from({ length: size }, (_, i) => {
    bytes.writeUInt32LE(at + i, i * EVENT_BYTES)
    return bytes.subarray(i * EVENT_BYTES, (i + 1) * EVENT_BYTES)
  })
}

const isEvent = (event: Buffer, n: number): boolean =>
  event.length === EVENT_BYTES && event.readUInt32LE(0) === n

async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  return count / (await secondsOf(work))
}

async function append(sink: EventSink, events: number): Promise<number> {
  const batches: Buffer[][] = []
  for (let at = 0; at < events; at += BATCH) {
    batches.push(batchAt(at, Math.min(BATCH, events - at)))
  }
  let next = 0
  const writer = async (): Promise<void> => {
    while (next < batches.length) await sink.append(batches[next++]!)
  }
  return perSecond(events, async () => {
    await Promise.all(Array.from({ length: IN_FLIGHT }, writer))
  })
}

async function readAll(sink: EventSink, events: number): Promise<number> {
  let seen = 0
  let right = 0
  const rate = await perSecond(events, () =>
    sink.readAll((event) => {
      if (isEvent(event, seen)) right++
      seen++
    }),
  )
  if (seen === events && right === seen) return rate
  throw new WrongResult(`${seen} events seen, ${right} right, of ${events}`)
}

async function seek(sink: EventSink, events: number, seed: number): Promise<number> {
  const seeks = Math.min(SEEKS_MAX, events)
  return perSecond(seeks, async () => {
    for (let i = 0, n = seed % events; i < seeks; i++, n = (n * 7919 + 104_729) % events) {
      if (!isEvent(await sink.readOne(n), n)) throw new WrongResult(`Event ${n} is wrong`)
    }
  })
}

async function measure({ contender, directory, sizes }: Job): Promise<Outcome> {
  const path = join(directory, 'log')
  const isOurs = contender === 'ledgerstone'
  const sink = isOurs ? await openLedgerstoneLog(path) : openBareLog(path, EVENT_BYTES, BATCH)
  const outcome = {
    'event-append': { value: await append(sink, sizes.entries) },
    'event-read': { value: await readAll(sink, sizes.entries) },
    'event-seek': { value: await seek(sink, sizes.entries, sizes.seed) },
  }
  await sink.close()
  return outcome
}

const row = (name: string, what: string): Row => ({
  name,
  unit: 'events/s',
  better: 'more',
  what,
})

export const eventLog: Workload = {
  name: 'event-log',
  rows: [
    row('event-append', 'events of 128 bytes, in batches of 1,000, eight batches in flight'),
    row('event-read', 'the same events read back, each a Buffer of its own'),
    row('event-seek', 'single events read by position, one after the other'),
  ],
  durability: 'disk',
  peers: ['bare-log'],
  measure,
}
