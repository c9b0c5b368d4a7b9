// The engine in memory, behaving as if it had to read a block for every second answer: the paths
// that leave the JavaScript thread are walked without a disk.

import { FILL, GET, MANY } from '../../src/binding/constants.js'
import type { NativeBound } from '../../src/binding/native-types.js'
import type { Store } from '../../src/index.js'
import { CommitQueue } from '../../src/store/commit-queue.js'
import { MemoryEngine } from '../../src/store/memory-engine.js'
import { MemoryIterator } from '../../src/store/memory-iterator.js'
import { StoreHandle } from '../../src/store/store-handle.js'

class SlowIterator extends MemoryIterator {
  #calls = 0

  override fillMemory(chunk: Uint8Array, entriesMax: number): number {
    return this.#calls++ % 2 === 0 ? FILL.needsDisk : super.fillMemory(chunk, entriesMax)
  }

  override async fill(chunk: Uint8Array, entriesMax: number): Promise<number> {
    await new Promise((resolve) => setImmediate(resolve))
    return super.fill(chunk, entriesMax)
  }
}

class SlowEngine extends MemoryEngine {
  #calls = 0
  #answers: Buffer = Buffer.alloc(0)

  override setReadBuffers(key: Uint8Array, value: Uint8Array): void {
    super.setReadBuffers(key, value)
    this.#answers = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }

  override getMemory(id: number, keyLength: number, snapshot: number): number {
    return this.#calls++ % 2 === 0 ? GET.needsDisk : super.getMemory(id, keyLength, snapshot)
  }

  override hasMemory(id: number, keyLength: number, snapshot: number): number {
    return this.#calls++ % 2 === 0 ? GET.needsDisk : super.hasMemory(id, keyLength, snapshot)
  }

  // The first answer becomes "needs the disk", and the others move up to it.
  override getManyMemory(id: number, count: number, length: number, snapshot: number): number {
    const answered = super.getManyMemory(id, count, length, snapshot)
    const size = this.#answers.readUInt32LE(0)
    if (answered > 0 && size !== MANY.absent) {
      this.#answers.writeUInt32LE(MANY.needsDisk, 0)
      this.#answers.copyWithin(4, 4 + size)
    }
    return answered
  }

  override iterator(
    id: number,
    snapshot: number,
    flags: number,
    lower: NativeBound,
    upper: NativeBound,
  ): MemoryIterator {
    const view = this.viewOf(id, snapshot)
    return new SlowIterator(view, flags, lower, upper)
  }
}

export async function openAsIfOnDisk(): Promise<Store> {
  const queue = new CommitQueue()
  return new StoreHandle(':slow:', new SlowEngine(queue.onCommitted), queue, false)
}
