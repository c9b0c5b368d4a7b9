// Looks at the checkpoints and backups that a store of the fault tests made of itself.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { listBackups, restore, verifyBackup } from '../../src/index.js'
import { contentsAt } from './contents.js'
import type { Copied } from './judge.js'

/** What is wrong with what is there, or with what is not. */
export async function wrongCopies(folder: string, copies: readonly Copied[]): Promise<string[]> {
  const wrong: string[] = []
  const backups = await numbersByCopy(join(folder, 'backups'))
  for (const [at, copy] of copies.entries()) {
    const path = join(folder, `checkpoint-${at}`)
    const backup = backups.get(at)
    const isThere = copy.what === 'checkpoint' ? existsSync(path) : backup !== undefined
    if (!isThere && copy.isDone) wrong.push(`${copy.what} ${at} is not there`)
    if (!isThere) continue
    if (backup !== undefined) await restored(join(folder, 'backups'), backup, path)
    const why = copy.held.settle(await contentsAt('store', path))
    if (why !== undefined) wrong.push(`${copy.what} ${at}: ${why}`)
  }
  return wrong
}

/** A backup is listed with the number of its copy as its moment. */
async function numbersByCopy(folder: string): Promise<Map<number, number>> {
  if (!existsSync(folder)) return new Map()
  const listed = await listBackups(folder)
  return new Map(listed.map(({ created, backup }) => [created.getTime(), backup]))
}

async function restored(folder: string, backup: number, target: string): Promise<void> {
  const findings = await verifyBackup(folder, { backup })
  if (findings.length > 0) throw new Error(`backup ${backup}: ${JSON.stringify(findings)}`)
  await restore(folder, target, { backup })
}
