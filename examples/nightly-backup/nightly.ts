// One night's work on a folder of backups.

import { rm } from 'node:fs/promises'
import { type BackupInfo, listBackups, open, removeBackup, restore, type Store } from 'ledgerstone'

export interface Night {
  made: BackupInfo
  /** Numbers of the backups that were removed. */
  removed: number[]
}

/** Adds a backup, restores it into `scratch` to see that it opens, and keeps the newest `keep`. */
export async function nightly(
  store: Store,
  backups: string,
  scratch: string,
  keep: number,
): Promise<Night> {
  const made = await store.backup(backups)
  await rm(scratch, { recursive: true, force: true })
  await restore(backups, scratch, { backup: made.backup })
  await checkCopy(scratch, made.sequence)
  await rm(scratch, { recursive: true })
  const all = await listBackups(backups)
  const removed: number[] = []
  for (const { backup } of all.slice(0, Math.max(0, all.length - keep))) {
    await removeBackup(backups, backup)
    removed.push(backup)
  }
  return { made, removed }
}

async function checkCopy(folder: string, sequence: bigint): Promise<void> {
  await using copy = await open(folder, { readOnly: true })
  const findings = await copy.verify()
  if (findings.length > 0) throw new Error(`The restored copy is damaged: ${findings[0]?.message}`)
  if (copy.sequence !== sequence) throw new Error(`The copy ends at ${copy.sequence}`)
}
