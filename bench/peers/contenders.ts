// All that can be measured, by name.

import type { Peer, PeerOptions } from './peer.js'

// Loaded when asked for: no contender's process carries the code of another one.
const OPENERS = {
  ledgerstone: async (options: PeerOptions) =>
    (await import('./ledgerstone.js')).openLedgerstone(options),
  'classic-level': async (options: PeerOptions) =>
    (await import('./classic-level.js')).openClassicLevel(options),
  lmdb: async (options: PeerOptions) => (await import('./lmdb.js')).openLmdb(options),
  'append-loop': async (options: PeerOptions) =>
    (await import('./append-loop.js')).openAppendLoop(options),
} satisfies Record<string, (options: PeerOptions) => Promise<Peer>>

export type StoreName = keyof typeof OPENERS

/** `bare-node` is a process that opens no store, `bare-log` one that appends to a file. */
export type Contender = StoreName | 'bare-node' | 'bare-log'

/** The contenders that come from npm packages of their own. */
export const PACKAGED: readonly Contender[] = ['classic-level', 'lmdb']

export function openPeer(contender: Contender, options: PeerOptions): Promise<Peer> {
  if (contender === 'bare-node' || contender === 'bare-log') {
    throw new Error(`${contender} opens no store`)
  }
  return OPENERS[contender](options)
}
