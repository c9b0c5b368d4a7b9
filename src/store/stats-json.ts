// Statistics as JSON between processes: bigints are strings of digits there.

import type { StoreStats } from '../binding/statistics-types.js'
import type { Store } from './store.js'

/** What `GET /stats.json` gives, read back. */
export interface LiveStats {
  path: string
  pid: number
  storeId: string
  stats: StoreStats
}

export function statsJson(store: Pick<Store, 'path' | 'report' | 'stats'>): string {
  const { path, report } = store
  const told: LiveStats = { path, pid: process.pid, storeId: report.storeId, stats: store.stats() }
  return JSON.stringify(told, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
}

export function parseStatsJson(text: string): LiveStats {
  return JSON.parse(text, (name, value: unknown) =>
    name === 'sequence' || name === 'applied' ? BigInt(String(value)) : value,
  ) as LiveStats
}
