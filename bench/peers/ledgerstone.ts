// Ledgerstone with its own defaults but for the memory budget.

import { open } from 'ledgerstone'
import type { Peer, PeerOptions } from './peer.js'

export async function openLedgerstone(options: PeerOptions): Promise<Peer> {
  const { directory, durability, memoryBytes, writeBufferBytes } = options
  const store = await open(directory, {
    memoryBudget: memoryBytes,
    advanced: writeBufferBytes === undefined ? {} : { generationBytes: writeBufferBytes },
  })
  const entries = store.namespace('bench', { key: 'binary', value: 'binary' })
  const how = { durability }
  return {
    put: (key, value) => entries.put(key, value, how),
    putMany: (keys, values) =>
      store.write((batch) => {
        for (let i = 0; i < keys.length; i += 1) {
          batch.put(entries, keys[i] as Buffer, values[i] as Buffer)
        }
      }, how),
    delete: (key) => entries.del(key, how),
    get: (key) => entries.getSync(key),
    getAsync: (key) => entries.get(key),
    getMany: (keys) => entries.getManySync(keys),
    seek: (gte, limit, visit) => {
      for (const [key, value] of entries.range({ gte, limit })) visit(key, value)
    },
    scan: (visit, reverse) => {
      for (const [key, value] of entries.range({ reverse })) visit(key, value)
    },
    settle: async () => {
      await store.flush()
      await store.compact()
    },
    replayedBytes: () => store.report.replayedBytes,
    stallMicros: () => {
      const { flush, compaction, slowdown } = store.stats().stalls
      return flush.micros + compaction.micros + slowdown.micros
    },
    close: () => store.close(),
  }
}
