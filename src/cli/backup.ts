// ledgerstone backup, backups, restore: numbered backups in a folder, and stores made from them.

import { resolve } from 'node:path'
import {
  listBackups,
  removeBackup,
  restore as restoreStore,
  verifyBackup,
} from '../store/copies.js'
import type { BackupInfo } from '../store/store.js'
import { type Arguments, type Command, JSON_OPTION, STORE_OPTION } from './command.js'
import { EXIT } from './failure.js'
import { grouped, plural, printJson, printText, table } from './output.js'
import { withStore } from './target.js'
import { findingText } from './verify.js'

const BACKUP_HELP = `
Usage: ledgerstone backup BACKUPS [options]

Adds a backup of a store to the folder BACKUPS, which is made when absent. Only tables
that no backup there has yet are copied, each with its checksum checked. Killed at any
moment, earlier backups stay good and a half-made one is none. A program that has the
store open makes its own with store.backup(folder).

  --store DIR   folder of the store (default ./data)
  --json        the backup as JSON

Example:
  ledgerstone backup /mnt/backups/ledger --store ./ledger
`

export const backup: Command = {
  name: 'backup',
  summary: 'add a backup of a store to a folder of backups',
  help: BACKUP_HELP,
  positionals: ['BACKUPS'],
  options: { ...STORE_OPTION, ...JSON_OPTION },
  run: (given) =>
    withStore(given, { createIfMissing: false }, async (store) => {
      const folder = resolve(given.positional(0))
      const info = await store.backup(folder)
      if (given.flag('json')) printJson(info)
      else printText(`Backup ${info.backup} in ${folder}: ${sizeText(info)}`)
      return EXIT.done
    }),
}

const BACKUPS_HELP = `
Usage: ledgerstone backups BACKUPS [options]

Lists the backups in a folder, checks one, or removes one.

  --verify N    read every byte of backup N; exit code 1 when it is damaged
  --remove N    remove backup N, and the tables that no other one needs
  --json        as JSON

Examples:
  ledgerstone backups /mnt/backups/ledger
  ledgerstone backups /mnt/backups/ledger --remove 3
`

export const backups: Command = {
  name: 'backups',
  summary: 'list, check or remove backups',
  help: BACKUPS_HELP,
  positionals: ['BACKUPS'],
  options: { verify: { type: 'string' }, remove: { type: 'string' }, ...JSON_OPTION },
  async run(given) {
    const folder = resolve(given.positional(0))
    const verified = given.count('verify', 1)
    const removed = given.count('remove', 1)
    if (verified !== undefined && removed !== undefined) {
      throw given.wrong('Choose one of --verify and --remove')
    }
    if (verified !== undefined) return verify(given, folder, verified)
    if (removed !== undefined) {
      await removeBackup(folder, removed)
      if (given.flag('json')) printJson({ removed })
      else printText(`Backup ${removed} is removed`)
      return EXIT.done
    }
    const infos = await listBackups(folder)
    if (given.flag('json')) printJson(infos)
    else printText(listText(infos))
    return infos.some(({ damage }) => damage !== undefined) ? EXIT.failed : EXIT.done
  },
}

async function verify(given: Arguments, folder: string, number: number): Promise<number> {
  const findings = await verifyBackup(folder, { backup: number })
  const verdict = findings.length === 0 ? 'whole' : 'damaged'
  if (given.flag('json')) printJson(findings)
  else printText([...findings.map(findingText), `Backup ${number} is ${verdict}`].join('\n'))
  return findings.length === 0 ? EXIT.done : EXIT.failed
}

function listText(infos: readonly BackupInfo[]): string {
  if (infos.length === 0) return 'There are no backups'
  const rows = infos.map(({ backup: number, created, bytes, sentBytes, damage }) =>
    damage === undefined
      ? [`${number}`, created.toISOString(), grouped(bytes), grouped(sentBytes), 'whole']
      : [`${number}`, '', '', '', `${damage.code}: ${damage.message}`],
  )
  return table([['BACKUP', 'CREATED', 'BYTES', 'NEW BYTES', 'RECORD'], ...rows], [0, 2, 3])
}

const RESTORE_HELP = `
Usage: ledgerstone restore BACKUPS FOLDER [options]

Makes a backup a store in FOLDER, which must be absent or empty. Every checksum is checked
on the way; when one does not hold, nothing is in FOLDER and the file is named.

  --backup N   number of the backup (default: the newest)
  --json       the backup as JSON

Example:
  ledgerstone restore /mnt/backups/ledger ./ledger --backup 3
`

export const restore: Command = {
  name: 'restore',
  summary: 'make a backup a store again',
  help: RESTORE_HELP,
  positionals: ['BACKUPS', 'FOLDER'],
  options: { backup: { type: 'string' }, ...JSON_OPTION },
  async run(given) {
    const target = resolve(given.positional(1))
    const info = await restoreStore(resolve(given.positional(0)), target, {
      backup: given.count('backup', 1),
    })
    if (given.flag('json')) printJson(info)
    else printText(`${target} is backup ${info.backup}: ${sizeText(info)}`)
    return EXIT.done
  },
}

function sizeText({ tables, bytes, sentTables, sentBytes }: BackupInfo): string {
  const all = `${plural(tables, 'table')}, ${grouped(bytes)} bytes`
  return `${all}; new were ${plural(sentTables, 'table')}, ${grouped(sentBytes)} bytes`
}
