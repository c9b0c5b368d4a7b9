// What a measurement took from the machine, as the kernel counts it. Undefined where it does not
// tell: outside Linux, and for bytes written where the files are in memory.

import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const BLOCK_BYTES = 512

function counted(file: string, field: RegExp): number | undefined {
  if (process.platform !== 'linux') return undefined
  const found = field.exec(readFileSync(file, 'utf8'))?.[1]
  return found === undefined ? undefined : Number(found)
}

/**
 * Bytes of pages that this process made dirty since it began: what it caused to be written to the
 * disk, now or later.
 */
export function writtenBytes(): number | undefined {
  return counted('/proc/self/io', /^write_bytes: (\d+)/m)
}

// The kernel's own count. The one of getrusage() starts at the size of the parent process.
function statusBytes(field: string): number | undefined {
  const kib = counted('/proc/self/status', new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'))
  return kib === undefined ? undefined : kib * 1024
}

export const residentNow = (): number => statusBytes('VmRSS') ?? process.memoryUsage.rss()

export const residentPeak = (): number =>
  statusBytes('VmHWM') ?? process.resourceUsage().maxRSS * 1024

/** Of blocks that the files take; holes take none, nor do files that go away meanwhile. */
export function diskBytes(folder: string): number {
  let bytes = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    const blocks = lstatSync(path, { throwIfNoEntry: false })?.blocks ?? 0
    bytes += entry.isDirectory() ? diskBytes(path) : blocks * BLOCK_BYTES
  }
  return bytes
}
