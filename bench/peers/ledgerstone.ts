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
    get: (key) => entries.getSync(key),
    scan: (visit) => {
      for (const [key, value] of entries.range()) visit(key, value)
    },
    settle: async () => {
      await store.flush()
      await store.compact()
    },
    replayedBytes: () => store.report.replayedBytes,
    close: () => store.close(),
  }
}
