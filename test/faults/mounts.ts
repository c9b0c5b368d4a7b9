// File systems of their own for the tests of one file: a small tmpfs, or a file system in a file.
// Only root may mount, and not everywhere: what is refused is told, and the test is skipped.

import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'

export type FileSystem = 'tmpfs' | 'ext4' | 'xfs'

export interface Mount {
  readonly path: string
  /** Also where something is still open in it. */
  unmount(): void
  mount(): void
}

const MEMORY = '/dev/shm'

/** Undefined when it went well, else why it did not. */
function refusal(command: string, ...args: string[]): string | undefined {
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (error !== undefined) return `${command} is missing`
  return status === 0 ? undefined : `${command} says: ${stderr.trim().split('\n')[0]}`
}

function must(command: string, ...args: string[]): void {
  const why = refusal(command, ...args)
  if (why !== undefined) throw new Error(why)
}

function makeImage(image: string, system: 'ext4' | 'xfs', bytes: number): string | undefined {
  const fd = openSync(image, 'w')
  ftruncateSync(fd, bytes)
  closeSync(fd)
  const options = system === 'ext4' ? ['-q', '-F', '-m', '0'] : ['-q', '-f']
  return refusal(`mkfs.${system}`, ...options, image)
}

interface Made extends Mount {
  remove(): void
}

function make(system: FileSystem, bytes: number): Made | { refused: string } {
  const parent = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'ledgerstone-mount-'))
  const path = join(parent, 'mounted')
  const image = join(parent, 'image')
  mkdirSync(path)
  const args =
    system === 'tmpfs'
      ? ['-t', 'tmpfs', '-o', `size=${bytes}`, 'ledgerstone', path]
      : ['-t', system, '-o', 'loop', image, path]
  const unmade = system === 'tmpfs' ? undefined : makeImage(image, system, bytes)
  const refused = unmade ?? refusal('mount', ...args)
  const remove = (): void => {
    if (refused === undefined) refusal('umount', '-l', path)
    rmSync(parent, { recursive: true, force: true })
  }
  if (refused === undefined) {
    return {
      path,
      unmount: () => must('umount', path),
      mount: () => must('mount', ...args),
      remove,
    }
  }
  remove()
  return { refused }
}

/**
 * A file system that is mounted while the tests of this suite run; or why that is not possible
 * here. It is tried once at the call, since a suite whose tests are all skipped ends unseen.
 */
export function mounted(system: FileSystem, bytes: number): Mount | { refused: string } {
  if (process.platform !== 'linux') return { refused: 'it needs Linux' }
  const tried = make(system, bytes)
  if ('refused' in tried) return tried
  tried.remove()
  let made: Made | undefined
  beforeAll(() => {
    const again = make(system, bytes)
    if ('refused' in again) throw new Error(again.refused)
    made = again
  })
  afterAll(() => made?.remove())
  return {
    get path() {
      return made!.path
    },
    unmount: () => made!.unmount(),
    mount: () => made!.mount(),
  }
}
