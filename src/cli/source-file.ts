// The file that is loaded: what tells it from other files, and whether it still holds what was
// read from it before.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { CommandError } from './failure.js'

const HEAD_BYTES = 64 * 1024
const READ_BYTES = 256 * 1024
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])

export interface SourceFile {
  readonly path: string
  readonly bytes: number
  /** Of its first 64 KiB. */
  readonly digest: string
  readonly isGzip: boolean
  readonly identity: FileIdentity
}

/** The same for two paths exactly when they lead to one file. */
export interface FileIdentity {
  readonly dev: bigint
  readonly ino: bigint
}

export function isSameFile(a: FileIdentity, b: FileIdentity): boolean {
  return a.dev === b.dev && a.ino === b.ino
}

export async function identify(path: string): Promise<SourceFile> {
  const file = await openFile(path)
  try {
    const status = await file.stat({ bigint: true })
    if (!status.isFile()) {
      throw new CommandError('NOT_A_FILE', `${path} is not a file; only a file can be resumed`)
    }
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const head = buffer.subarray(0, bytesRead)
    return {
      path,
      bytes: Number(status.size),
      digest: createHash('sha256').update(head).digest('hex').slice(0, 32),
      isGzip: head.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC),
      identity: { dev: status.dev, ino: status.ino },
    }
  } finally {
    await file.close()
  }
}

/** The beginning of a file: so many bytes with this SHA-256. */
export interface Prefix {
  readonly bytes: number
  readonly digest: string
}

/** A file's bytes in their order, and the digest of those that were handed out. */
export class SourceReader {
  readonly #hash = createHash('sha256')
  readonly #path: string
  #bytes = 0

  constructor(path: string) {
    this.#path = path
  }

  get bytesRead(): number {
    return this.#bytes
  }

  get prefix(): Prefix {
    return { bytes: this.#bytes, digest: this.#hash.copy().digest('hex') }
  }

  /** Up to `bytesMax` from the beginning; once. */
  async *chunks(bytesMax = Infinity): AsyncGenerator<Buffer> {
    if (bytesMax === 0) return
    const file = createReadStream(this.#path, { highWaterMark: READ_BYTES, end: bytesMax - 1 })
    for await (const chunk of file as AsyncIterable<Buffer>) {
      this.#hash.update(chunk)
      this.#bytes += chunk.length
      yield chunk
    }
  }
}

/** Whether the file still begins with these bytes. Reads them. */
export async function beginsWith(path: string, prefix: Prefix): Promise<boolean> {
  const reader = new SourceReader(path)
  const chunks = reader.chunks(prefix.bytes)
  while ((await chunks.next()).done !== true);
  return reader.bytesRead === prefix.bytes && reader.prefix.digest === prefix.digest
}
