// The steps that several workloads share.

import { ENTRY_BYTES, type Entries } from '../keys.js'
import { openPeer } from '../peers/contenders.js'
import type { Durability, Peer } from '../peers/peer.js'
import { type Job, WrongResult } from './workload.js'

/** Entries made before the clock runs. */
const MADE_AHEAD = 10_000
const MEASURED_BATCH = 100
const UNMEASURED_BATCH = 10_000
const READ_BACK_MAX = 1_000_000
const MIB = 2 ** 20

export function openFor(job: Job, durability: Durability, memoryBytes?: number): Promise<Peer> {
  const { contender, directory, sizes } = job
  return openPeer(contender, {
    directory,
    durability,
    memoryBytes: memoryBytes ?? sizes.memoryBytes,
  })
}

/** Memory in which all entries fit several times over. */
export function residentBytes(job: Job): number {
  return Math.max(job.sizes.memoryBytes, job.sizes.entries * ENTRY_BYTES * 4, 64 * MIB)
}

/** All entries in random order, one batch after the other. */
export async function fill(
  peer: Peer,
  entries: Entries,
  batchEntries = MEASURED_BATCH,
): Promise<void> {
  for (let from = 0; from < entries.size; from += batchEntries) {
    const { keys, values } = made(entries, from, Math.min(from + batchEntries, entries.size))
    await peer.putMany(keys, values)
  }
}

/** The same, and the seconds the peer alone took: keys and values are made outside the time. */
export async function timedFill(peer: Peer, entries: Entries): Promise<number> {
  let milliseconds = 0
  for (let from = 0; from < entries.size; from += MADE_AHEAD) {
    const end = Math.min(from + MADE_AHEAD, entries.size)
    const batches = []
    for (let at = from; at < end; at += MEASURED_BATCH) {
      batches.push(made(entries, at, Math.min(at + MEASURED_BATCH, end)))
    }
    const began = performance.now()
    for (const { keys, values } of batches) await peer.putMany(keys, values)
    milliseconds += performance.now() - began
  }
  return milliseconds / 1000
}

function made(entries: Entries, from: number, to: number): { keys: Buffer[]; values: Buffer[] } {
  const keys: Buffer[] = []
  const values: Buffer[] = []
  for (let index = from; index < to; index += 1) {
    const entry = entries.at(index)
    keys.push(entries.key(entry))
    values.push(entries.value(entry))
  }
  return { keys, values }
}

/** All entries in random order, with so many puts in flight. */
export async function putWithCallers(
  peer: Peer,
  entries: Entries,
  callers: number,
): Promise<void> {
  let next = 0
  const caller = async (): Promise<void> => {
    while (next < entries.size) {
      const entry = entries.at(next)
      next += 1
      await peer.put(entries.key(entry), entries.value(entry))
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
}

/** Every entry, or an even sample of many, must be there with its value. */
export function readBack(peer: Peer, entries: Entries): void {
  const stride = Math.ceil(entries.size / READ_BACK_MAX)
  for (let entry = 0; entry < entries.size; entry += stride) {
    if (entries.isValue(peer.get(entries.probe(entry)), entry)) continue
    throw new WrongResult(`Entry ${entry} of ${entries.size} is missing or wrong`)
  }
}

export function randomOrder(entries: Entries): Uint32Array {
  return Uint32Array.from({ length: entries.size }, (_, index) => entries.at(index))
}

/** A store with all entries at rest in their final form, and each of them read once. */
export async function openFilled(job: Job, entries: Entries): Promise<Peer> {
  const peer = await openFor(job, 'os', residentBytes(job))
  await fill(peer, entries, UNMEASURED_BATCH)
  await peer.settle()
  readBack(peer, entries)
  return peer
}
