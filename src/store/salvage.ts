// Salvage: what can be read of a damaged store, as a new one.

import { addon } from '../binding/addon.js'
import type { NativeSalvageLoss, SalvagedNamespace } from '../binding/copies-types.js'
import { storePath } from './options.js'

export interface SalvageLoss {
  file: string
  /** Bytes `[begin, end)` of the file; absent when the file as a whole is meant. */
  begin?: number
  end?: number
  /** The namespace it was of, where that is known. */
  namespace?: string
  /** Bounds of the encoded keys that may have been there, both included. */
  from?: Uint8Array
  to?: Uint8Array
  /** Sequences of entries that may have been there; all from the first on without the last. */
  firstSequence?: bigint
  lastSequence?: bigint
  reason: string
}

export interface SalvageReport {
  /** Whether it is known which tables and logs were the store's. */
  manifestWhole: boolean
  /** Tables that could be opened. */
  tables: number
  /** Whole records of logs. */
  records: number
  /** Entries in the new store. */
  entries: number
  namespaces: SalvagedNamespace[]
  /** Everything that could not be read. */
  losses: SalvageLoss[]
  /** What cannot be known, as sentences. */
  unknowns: string[]
}

/**
 * Writes every entry of a damaged store that is readable and whole into a new store in the folder
 * `target`, which must be absent or empty: the newest readable version of each key. Fulfils also
 * when something was lost; read the report. Nothing in `source` is changed.
 */
export async function salvage(source: string, target: string): Promise<SalvageReport> {
  const report = await addon().salvage(storePath(source), storePath(target))
  return { ...report, losses: report.losses.map(lossOf) }
}

function lossOf(native: NativeSalvageLoss): SalvageLoss {
  const { file, begin, end, namespace, from, to, firstSequence, lastSequence, reason } = native
  return {
    file,
    ...(end > 0 && { begin, end }),
    ...(namespace !== '' && { namespace }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(firstSequence > 0n && { firstSequence }),
    ...(lastSequence > 0n && { lastSequence }),
    reason,
  }
}
