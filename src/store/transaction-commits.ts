// The commits of transactions on their way to the engine: gathered in one buffer, and handed over
// once per event-loop turn (a microtask), in the order of the calls. Its format is that of
// NativeStore.commit.
//
// 1. Each commit has a promise of its own.
// 2. Whoever writes otherwise submits the commits first, and they submit what was written before:
//    the commit order is the order of the calls.

import { DURABILITY, SUBMIT_BYTES_MAX } from '../binding/constants.js'
import type { NativeStore } from '../binding/native-types.js'
import { type CommitQueue, type Deferred, deferred } from './commit-queue.js'
import type { OwnWrites } from './own-writes.js'
import type { ReadLog } from './read-set.js'
import { tooLarge } from './write-buffer.js'

const HEAD_BYTES = 24
const INITIAL_BYTES = 64 * 1024
const KEPT_BYTES_MAX = 4 * 1024 * 1024
const SUBMIT_AT_BYTES = 256 * 1024

export interface CommitHead {
  transaction: number
  /** Offset of the read set, which ends where the batch begins. */
  reads: number
  batch: number
  batchLength: number
  entryCount: number
  durability: number
}

export function readCommitHead(bytes: Buffer, at: number): CommitHead {
  const reads = at + HEAD_BYTES
  return {
    transaction: bytes.readDoubleLE(at),
    reads,
    batch: reads + bytes.readUInt32LE(at + 8),
    batchLength: bytes.readUInt32LE(at + 12),
    entryCount: bytes.readUInt32LE(at + 16),
    durability: bytes.readUInt32LE(at + 20),
  }
}

export class TransactionCommits {
  readonly #native: NativeStore
  readonly #queue: CommitQueue
  readonly #initial = Buffer.allocUnsafeSlow(INITIAL_BYTES)
  #bytes = this.#initial
  #told: Buffer | undefined
  #length = 0
  #pending: Deferred[] = []
  // Each of those pending.
  #waitForDisk = true
  readonly #submitAtTurnEnd = (): void => {
    this.submit()
  }

  constructor(native: NativeStore, queue: CommitQueue) {
    this.#native = native
    this.#queue = queue
  }

  add(
    transaction: number,
    reads: ReadLog,
    writes: OwnWrites,
    durability: number,
  ): Promise<void> {
    this.#makeRoom(HEAD_BYTES + reads.sizeMax + writes.sizeMax)
    const at = this.#length
    const bytes = this.#bytes
    const start = at + HEAD_BYTES
    const batch = transaction === 0 ? start : reads.writeTo(bytes, start)
    const end = writes.writeTo(bytes, batch)
    bytes.writeDoubleLE(transaction, at)
    bytes.writeUInt32LE(batch - start, at + 8)
    bytes.writeUInt32LE(end - batch, at + 12)
    bytes.writeUInt32LE(writes.count, at + 16)
    bytes.writeUInt32LE(durability, at + 20)
    this.#length = end
    if (durability !== DURABILITY.disk) this.#waitForDisk = false
    const result = deferred()
    if (this.#pending.push(result) === 1) queueMicrotask(this.#submitAtTurnEnd)
    if (end > SUBMIT_AT_BYTES) this.submit()
    return result.promise
  }

  submit(): void {
    const pending = this.#pending
    if (pending.length === 0) return
    this.#pending = []
    const bytes = this.#bytes
    const length = this.#length
    this.#length = 0
    if (bytes.length > KEPT_BYTES_MAX) this.#bytes = this.#initial
    const waitForDisk = this.#waitForDisk
    this.#waitForDisk = true
    try {
      if (this.#told !== bytes) this.#native.setTransactionBuffer(bytes)
      this.#told = bytes
      const first = this.#native.commit(length)
      for (const [i, result] of pending.entries()) this.#queue.add(first + i, result)
      if (!waitForDisk) this.#queue.linger()
    } catch (error) {
      for (const result of pending) result.reject(error)
    }
  }

  #makeRoom(size: number): void {
    if (size > SUBMIT_BYTES_MAX) throw tooLarge('transaction', SUBMIT_BYTES_MAX)
    if (this.#length + size <= this.#bytes.length) return
    this.submit()
    if (size > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(size)
  }
}
