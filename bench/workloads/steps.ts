// The steps that several workloads share.

import type { Histogram } from '../histogram.js'
import type { Entries } from '../keys.js'
import { openPeer } from '../peers/contenders.js'
import type { Durability, Peer } from '../peers/peer.js'
import { diskBytes, residentNow, writtenBytes } from '../resources.js'
import { type Job, type Measured, WrongResult } from './workload.js'

/** Entries made before the clock runs. */
const MADE_AHEAD = 10_000
const UNMEASURED_BATCH = 10_000
const READ_BACK_MAX = 1_000_000
const MIB = 2 ** 20

export function openFor(job: Job, durability: Durability, memoryBytes?: number): Promise<Peer> {
  const { contender, directory, sizes } = job
  return openPeer(contender, {
    directory,
    durability,
    memoryBytes: memoryBytes ?? sizes.memoryBytes,
    threads: sizes.threads,
  })
}

/** Of a store that is read: unless the budget is small, all entries fit in several times over. */
export function readingBytes({ sizes }: Job): number {
  if (sizes.budget === 'small') return sizes.memoryBytes
  const dataBytes = sizes.entries * (sizes.keyBytes + sizes.valueBytes)
  return Math.max(sizes.memoryBytes, dataBytes * 4, 64 * MIB)
}

/** Which entry comes at a place of the order of writing. */
export type Order = (index: number) => number

interface Batch {
  keys: Buffer[]
  values: Buffer[]
}

function made(entries: Entries, order: Order, from: number, to: number): Batch {
  const keys: Buffer[] = []
  const values: Buffer[] = []
  for (let index = from; index < to; index += 1) {
    const entry = order(index)
    keys.push(entries.key(entry))
    values.push(entries.value(entry))
  }
  return { keys, values }
}

/** All entries in random order, one batch after the other. */
export async function fill(peer: Peer, entries: Entries): Promise<void> {
  const order = (index: number): number => entries.at(index)
  for (let from = 0; from < entries.size; from += UNMEASURED_BATCH) {
    const to = Math.min(from + UNMEASURED_BATCH, entries.size)
    const { keys, values } = made(entries, order, from, to)
    await peer.putMany(keys, values)
  }
}

export interface BatchPlan {
  order: Order
  size: number
  latency: Histogram
}

/**
 * All entries in batches, each waited for before the next: the seconds that the peer alone took.
 * Keys and values are made outside that time. A latency is that of one batch.
 */
export async function timedFill(peer: Peer, entries: Entries, plan: BatchPlan): Promise<number> {
  const { order, size, latency } = plan
  let milliseconds = 0
  for (let from = 0; from < entries.size; from += MADE_AHEAD) {
    const end = Math.min(from + MADE_AHEAD, entries.size)
    const batches: Batch[] = []
    for (let at = from; at < end; at += size) {
      batches.push(made(entries, order, at, Math.min(at + size, end)))
    }
    for (const { keys, values } of batches) {
      const began = performance.now()
      await peer.putMany(keys, values)
      const took = performance.now() - began
      latency.record(took)
      milliseconds += took
    }
  }
  return milliseconds / 1000
}

export type Write = (entry: number) => Promise<unknown>

/** Each entry in random order, so many of them in flight at any time. */
export async function writeWithCallers(
  entries: Entries,
  callers: number,
  latency: Histogram,
  write: Write,
): Promise<void> {
  let next = 0
  const caller = async (): Promise<void> => {
    while (next < entries.size) {
      const entry = entries.at(next)
      next += 1
      const began = performance.now()
      await write(entry)
      latency.record(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
}

/** Every entry, or an even sample of many, must be there with its value. */
export function readBack(peer: Peer, entries: Entries, version = 0): void {
  const stride = Math.ceil(entries.size / READ_BACK_MAX)
  for (let entry = 0; entry < entries.size; entry += stride) {
    if (entries.isValue(peer.get(entries.probe(entry)), entry, version)) continue
    throw new WrongResult(`Entry ${entry} of ${entries.size} is missing or wrong`)
  }
}

/** None of them may be there. */
export function expectGone(peer: Peer, entries: Entries): void {
  const stride = Math.ceil(entries.size / READ_BACK_MAX)
  for (let entry = 0; entry < entries.size; entry += stride) {
    if (peer.get(entries.probe(entry)) === undefined) continue
    throw new WrongResult(`Entry ${entry} of ${entries.size} was deleted and is there`)
  }
}

/** A store with all entries at rest in their final form. */
export async function openFilled(job: Job, entries: Entries): Promise<Peer> {
  const peer = await openFor(job, 'os', readingBytes(job))
  await fill(peer, entries)
  await peer.settle()
  return peer
}

/** What a row cost besides time: counted from making this on, told when all is at rest. */
export class Costs {
  readonly #peer: Peer
  readonly #job: Job
  readonly #written = writtenBytes()
  readonly #stalled: number

  constructor(peer: Peer, job: Job) {
    this.#peer = peer
    this.#job = job
    this.#stalled = peer.stallMicros() ?? 0
  }

  /** Settles the store. */
  async atRest(userBytes: number): Promise<Omit<Measured, 'value'>> {
    const residentBytes = residentNow()
    const stalled = this.#peer.stallMicros()
    await this.#peer.settle()
    const disk = diskBytes(this.#job.directory)
    const written = (writtenBytes() ?? NaN) - (this.#written ?? NaN)
    return {
      residentBytes,
      stallMicros: stalled === undefined ? undefined : stalled - this.#stalled,
      diskBytes: disk === 0 ? undefined : disk,
      writtenPerByte: disk > 0 && written > 0 ? written / userBytes : undefined,
    }
  }
}
