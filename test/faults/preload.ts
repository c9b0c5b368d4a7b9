// Compiles preload.c and hands it plans: which call of a process on which kind of file fails, the
// how-manieth, how, and how often.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { inRoot } from '../support/paths.js'

/** What happens to a call. With `halve` and an errno it is halved, and the next ones fail. */
export interface Shape {
  readonly name: string
  readonly halve?: boolean
  readonly errno?: 'EIO' | 'ENOSPC' | 'EINTR'
  /** Not once, but from then on. */
  readonly forever?: boolean
}

export interface Fault {
  /** As in preload.c: write, fdatasync, … */
  readonly call: string
  /** Of file: wal, sst, CURRENT, directory, … */
  readonly kind: string
  /** So many such calls pass first. */
  readonly skip: number
  readonly shape: Shape
}

export const nameOf = ({ call, kind, skip, shape }: Fault): string =>
  `${call} ${kind} ${skip} ${shape.name}`

const PLAN_BYTES = 64
const FIRED_AT = 24
const ALWAYS = 0xffff_ffff

/** The path of the compiled preload, or why there is none. */
export function compilePreload(folder: string): { path: string } | { missing: string } {
  if (process.platform !== 'linux') return { missing: 'it needs Linux' }
  const path = join(folder, 'preload.so')
  const options = ['-shared', '-fPIC', '-O1', '-Wall', '-Wextra', '-Werror']
  const source = inRoot('test/faults/preload.c')
  const { error, status, stderr } = spawnSync('cc', [...options, '-o', path, source, '-ldl'])
  if (error !== undefined) return { missing: 'there is no C compiler' }
  if (status !== 0) throw new Error(`preload.c does not compile: ${stderr.toString()}`)
  return { path }
}

/** The plan of one process, in a file that the process maps. */
export class PlanFile {
  readonly path: string

  constructor(path: string) {
    this.path = path
    this.clear()
  }

  clear(): void {
    writeFileSync(this.path, Buffer.alloc(PLAN_BYTES), { flag: existsSync(this.path) ? 'r+' : 'w' })
  }

  plan({ call, kind, skip, shape }: Fault): void {
    const errno = shape.errno === undefined ? 0 : constants.errno[shape.errno]
    const bytes = Buffer.alloc(PLAN_BYTES)
    bytes.writeUInt32LE(shape.halve === true ? 2 : 1, 0)
    bytes.writeUInt32LE(skip, 4)
    bytes.writeUInt32LE(shape.forever === true ? ALWAYS : 0, 8)
    bytes.writeInt32LE(errno, 12)
    bytes.write(call, 32)
    bytes.write(kind, 48)
    writeFileSync(this.path, bytes, { flag: 'r+' })
  }

  fired(): number {
    return readFileSync(this.path).readUInt32LE(FIRED_AT)
  }

  traceOn(): void {
    const bytes = Buffer.alloc(PLAN_BYTES)
    bytes.writeUInt32LE(1, 16)
    writeFileSync(this.path, bytes, { flag: 'r+' })
  }

  /** How often each call was made on each kind of file: `write wal` → 12. */
  traced(): Map<string, number> {
    this.clear()
    const counts = new Map<string, number>()
    for (const line of readFileSync(`${this.path}.trace`, 'utf8').split('\n').slice(0, -1)) {
      counts.set(line, (counts.get(line) ?? 0) + 1)
    }
    rmSync(`${this.path}.trace`)
    return counts
  }
}
