// What the numbers were measured on: part of every record, and of the heading.

import { execFileSync } from 'node:child_process'
import { statfsSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { installedVersion, repository } from './packages.js'
import { PACKAGED } from './peers/contenders.js'

// The magic numbers of statfs(2).
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0xef53: 'ext4',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x794c7630: 'overlay',
  0x01021994: 'tmpfs',
  0x2fc12fc1: 'zfs',
}

export interface Machine {
  commit: string
  changed: boolean
  date: string
  node: string
  cpu: string
  cores: number
  memoryBytes: number
  kernel: string
  fileSystem: string
  load: number
  peers: Record<string, string>
}

function git(...command: string[]): string | undefined {
  try {
    return execFileSync('git', command, {
      cwd: repository,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return undefined
  }
}

function fileSystemOf(folder: string): string {
  const { type } = statfsSync(folder)
  return FILE_SYSTEMS[type] ?? `0x${type.toString(16)}`
}

export function describeMachine(folder: string): Machine {
  const versions = PACKAGED.map((name) => [name, installedVersion(name) ?? 'not installed'])
  return {
    commit: git('rev-parse', 'HEAD') ?? 'unknown',
    changed: git('status', '--porcelain') !== '',
    date: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: `${process.platform} ${release()}`,
    fileSystem: fileSystemOf(folder),
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    peers: Object.fromEntries(versions) as Record<string, string>,
  }
}

/** Things that make the numbers worth less. */
export function warnings(machine: Machine): string[] {
  const found: string[] = []
  if (machine.load > machine.cores / 2) {
    found.push(`The machine is busy: load ${machine.load} on ${machine.cores} cores.`)
  }
  if (machine.fileSystem === 'tmpfs') {
    found.push('The folder is in memory (tmpfs): rows of durability disk mean nothing there.')
  }
  return found
}
