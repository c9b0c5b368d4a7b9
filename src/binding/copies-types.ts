// What the add-on tells of copies of a store.

import type { NativeFailure } from './native-types.js'

export interface CheckpointReport {
  /** The newest sequence in the copy. */
  sequence: bigint
  /** The `applied` of its derived namespaces. */
  applied: bigint
  tables: number
  /** Bytes of all tables. */
  bytes: number
  /** Tables copied byte by byte, since the folder is on another device. */
  copiedTables: number
}

export interface NativeBackup {
  backup: number
  createdMillis: number
  storeId: string
  sequence: bigint
  applied: bigint
  tables: number
  bytes: number
  sentTables: number
  sentBytes: number
  damage: NativeFailure | undefined
}

export interface NativeSalvageLoss {
  file: string
  begin: number
  end: number
  namespace: string
  from: Uint8Array | undefined
  to: Uint8Array | undefined
  firstSequence: bigint
  lastSequence: bigint
  reason: string
}

export interface SalvagedNamespace {
  name: string
  entries: number
  /** False: its name is made up, and keys and values are bytes. */
  named: boolean
}

export interface NativeSalvageReport {
  manifestWhole: boolean
  tables: number
  records: number
  entries: number
  namespaces: SalvagedNamespace[]
  losses: NativeSalvageLoss[]
  unknowns: string[]
}
