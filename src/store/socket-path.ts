// Paths for Unix domain sockets, which the system wants short (104 bytes on macOS, 108 on Linux).

import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { invalidArgument } from '../base/errors.js'

const PATH_BYTES_MAX = 103

/** A path to the same socket that fits, usable until it is released. */
export interface ShortPath {
  path: string
  release(): Promise<void>
}

/** On Linux a long path is shortened through the open folder; elsewhere it is refused. */
export async function shortSocketPath(path: string): Promise<ShortPath> {
  if (Buffer.byteLength(path) <= PATH_BYTES_MAX) return { path, release: async () => undefined }
  const name = basename(path)
  if (process.platform !== 'linux' || Buffer.byteLength(name) > PATH_BYTES_MAX / 2) {
    throw invalidArgument(`A socket's path has at most ${PATH_BYTES_MAX} bytes; this is ${path}`)
  }
  const folder = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY)
  return { path: join('/proc/self/fd', String(folder.fd), name), release: () => folder.close() }
}
