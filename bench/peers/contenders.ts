// All that can be measured, by name: what each is to a row, and how it keeps the row's durability.

import type { Durability, Peer, PeerOptions } from './peer.js'

// Loaded when asked for: no contender's process carries the code of another one.
const OPENERS = {
  ledgerstone: async (options: PeerOptions) =>
    (await import('./ledgerstone.js')).openLedgerstone(options),
  'classic-level': async (options: PeerOptions) =>
    (await import('./classic-level.js')).openClassicLevel(options),
  lmdb: async (options: PeerOptions) => (await import('./lmdb.js')).openLmdb(options),
  'better-sqlite3': async (options: PeerOptions) =>
    (await import('./better-sqlite3.js')).openBetterSqlite3(options),
  map: async () => (await import('./map.js')).openMap(),
  'append-loop': async (options: PeerOptions) =>
    (await import('./append-loop.js')).openAppendLoop(options),
} satisfies Record<string, (options: PeerOptions) => Promise<Peer>>

export type StoreName = keyof typeof OPENERS

/** `bare-node` is a process that opens no store, `bare-log` one that appends to a file. */
export type Contender = StoreName | 'bare-node' | 'bare-log'

/**
 * A peer is what a user could take in our place. A ceiling keeps nothing, a floor is what the disk
 * costs without a store, a limit is what was promised: those are no rivals, only measures.
 */
export type Standing = 'ours' | 'peer' | 'ceiling' | 'floor' | 'limit'

interface Description {
  label: string
  standing: Standing
  /** What makes its writes survive the process (`os`) or a power cut (`disk`). */
  durability: Partial<Record<Durability, string>>
}

const NOTHING_KEPT = 'keeps nothing'

export const CONTENDERS: Readonly<Record<Contender, Description>> = {
  ledgerstone: {
    label: 'ledgerstone',
    standing: 'ours',
    durability: { os: "durability: 'os'", disk: "durability: 'disk'" },
  },
  'classic-level': {
    label: 'classic-level',
    standing: 'peer',
    durability: { os: 'sync: false', disk: 'sync: true' },
  },
  lmdb: {
    label: 'lmdb',
    standing: 'peer',
    durability: {
      os: 'the promise of put, then synced behind the caller',
      disk: 'the promise of put and then flushed',
    },
  },
  'better-sqlite3': {
    label: 'better-sqlite3',
    standing: 'peer',
    durability: { os: 'WAL, synchronous = NORMAL', disk: 'WAL, synchronous = FULL' },
  },
  map: {
    label: 'Map',
    standing: 'ceiling',
    durability: { os: NOTHING_KEPT, disk: NOTHING_KEPT },
  },
  'append-loop': {
    label: 'append loop',
    standing: 'floor',
    durability: { disk: 'write and fdatasync of 4 KiB' },
  },
  'bare-log': {
    label: 'bare file',
    standing: 'floor',
    durability: { disk: 'write and fdatasync of a batch' },
  },
  'bare-node': { label: 'limit', standing: 'limit', durability: {} },
}

/** The contenders that come from npm packages of their own. */
export const PACKAGED: readonly Contender[] = ['classic-level', 'lmdb', 'better-sqlite3']

/** What every workload that reads and writes entries stands beside. */
export const ALL_PEERS: readonly Contender[] = [...PACKAGED, 'map']

export function openPeer(contender: Contender, options: PeerOptions): Promise<Peer> {
  if (contender === 'bare-node' || contender === 'bare-log') {
    throw new Error(`${contender} opens no store`)
  }
  return OPENERS[contender](options)
}
