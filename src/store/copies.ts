// Copies of a store that need no open one: restoring, listing, checking and removing backups.

import { InvalidTypeError, invalidArgument, kindOf } from '../base/errors.js'
import { addon } from '../binding/addon.js'
import { findingOf } from '../binding/finding.js'
import { backupInfoOf } from './backup-info.js'
import { checkedOptions, storePath } from './options.js'
import type { BackupInfo, Finding } from './store.js'

const NEWEST = 0

export interface BackupChoice {
  /** Number of the backup. Default: the newest. */
  backup?: number | undefined
}

/**
 * Makes a backup a store in the folder `target`, which must be absent or empty. When it fulfils,
 * the digest of every table has held and everything is synced; when it rejects, nothing is in
 * `target`.
 * A damaged backup is `CORRUPTION` with the `file` inside `backups`.
 */
export async function restore(
  backups: string,
  target: string,
  options?: BackupChoice,
): Promise<BackupInfo> {
  const number = chosen(options)
  return backupInfoOf(await addon().restoreBackup(storePath(backups), number, storePath(target)))
}

/** The backups in a folder, oldest first. One whose record is damaged says so in `damage`. */
export async function listBackups(backups: string): Promise<BackupInfo[]> {
  return (await addon().listBackups(storePath(backups))).map(backupInfoOf)
}

/** Reads every byte of a backup; empty when all is whole. */
export async function verifyBackup(backups: string, options?: BackupChoice): Promise<Finding[]> {
  const findings = await addon().verifyBackup(storePath(backups), chosen(options))
  return findings.map(findingOf)
}

/** Removes one backup and the tables that no other one needs. */
export async function removeBackup(backups: string, backup: number): Promise<void> {
  return addon().removeBackup(storePath(backups), backupNumber(backup))
}

function chosen(options: BackupChoice | undefined): number {
  const { backup } = checkedOptions('backups', options, ['backup'])
  return backup === undefined ? NEWEST : backupNumber(backup)
}

function backupNumber(backup: unknown): number {
  if (typeof backup !== 'number') {
    throw new InvalidTypeError(`A backup is named by its number, not ${kindOf(backup)}`)
  }
  if (Number.isSafeInteger(backup) && backup > 0) return backup
  throw invalidArgument(`A backup's number is a whole number from 1, not ${backup}`)
}
