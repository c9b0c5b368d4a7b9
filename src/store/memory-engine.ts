// The engine's interface over sorted trees in memory: the model that tests compare the native
// engine with, and a quick store for the tests of programs. Nothing is kept when the process ends,
// and a durability is accepted and means nothing. A submit is applied at once, and
// reported as committed in a later microtask.

import { unixTimeMs } from '../base/clock.js'
import { LedgerstoneError, invalidArgument } from '../base/errors.js'
import { DURABILITY, GET, MANY } from '../binding/constants.js'
import type {
  NativeBound,
  NativeChanges,
  NativeIngestion,
  NativeIterator,
  NativeNamespaceInfo,
  NativeNamespaceOptions,
  NativeStats,
  NativeStore,
  NativeVerification,
  OnCommitted,
  OpenReport,
} from '../binding/native-types.js'
import type { NamespaceLevels } from '../binding/statistics-types.js'
import { MemoryChanges } from './memory-changes.js'
import type { Retention } from './memory-history.js'
import { parseBatches } from './memory-batch.js'
import { MemoryIngestions } from './memory-ingestion.js'
import { MemoryIterator } from './memory-iterator.js'
import { parseReadSet } from './memory-read-set.js'
import { MemoryCounts } from './memory-statistics.js'
import { type FoundEntry, MemoryState, NEWEST, type NamespaceView } from './memory-state.js'
import { type CommitHead, readCommitHead } from './transaction-commits.js'

const NO_RETENTION: Retention = { bytes: 0, age: 0 }
const ALL_READ = -1
const NOTHING = new Uint8Array(0)
const NO_FILES = 'A store in memory has no files to copy'

export interface MemoryEngineOptions {
  /** Milliseconds since 1970. */
  now?: () => number
  retention?: Retention
}

export class MemoryEngine implements NativeStore {
  readonly #onCommitted: OnCommitted
  readonly #state: MemoryState
  readonly #counts = new MemoryCounts()
  readonly #ingestions: MemoryIngestions
  #ticket = 0
  #appliedVisible = 0n
  #appliedFlushed = 0n
  #write: Uint8Array = NOTHING
  #key: Uint8Array = NOTHING
  #value: Buffer = Buffer.alloc(0)
  #request: Buffer = Buffer.alloc(0)
  #taken: Uint8Array = NOTHING
  #transaction: Buffer = Buffer.alloc(0)
  #version = 0n

  constructor(onCommitted: OnCommitted, options: MemoryEngineOptions = {}) {
    const { now = unixTimeMs, retention = NO_RETENTION } = options
    this.#onCommitted = onCommitted
    this.#state = new MemoryState(now, retention)
    this.#ingestions = new MemoryIngestions(this.#state)
  }

  openReport(): OpenReport {
    return {
      created: true,
      cleanClose: false,
      replayedRecords: 0,
      replayedBytes: 0,
      cutBytes: 0,
      validBeyondCut: false,
      cutFile: '',
      cutOffset: 0,
      lastSequence: 0n,
      applied: 0n,
      storeId: 'memory',
      micros: 0,
    }
  }

  namespace(name: string, options: NativeNamespaceOptions): number {
    return this.#state.namespace(name, options)
  }

  namespaces(): NativeNamespaceInfo[] {
    return this.#state.namespaces()
  }

  dropNamespace(id: number): number {
    this.#state.drop(id)
    return this.#committed()
  }

  setWriteBuffer(bytes: Uint8Array): void {
    this.#write = bytes
  }

  submit(length: number, entryCount: number, durability: number): number {
    this.#state.apply(parseBatches(this.#write.subarray(0, length), entryCount), false)
    this.#counts.wrote(length, entryCount, durability)
    return this.#committed()
  }

  submitDerived(length: number, entryCount: number, applied: bigint): number {
    if (applied < this.#appliedVisible) {
      throw invalidArgument(`applied goes back from ${this.#appliedVisible} to ${applied}`)
    }
    this.#state.apply(parseBatches(this.#write.subarray(0, length), entryCount), true)
    this.#appliedVisible = applied
    this.#counts.wrote(length, entryCount, DURABILITY.memory)
    return this.#committed()
  }

  beginTransaction(): number {
    return this.#state.beginTransaction()
  }

  setTransactionBuffer(bytes: Uint8Array): void {
    this.#transaction = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  commit(length: number): number {
    this.#state.requireOpen()
    const first = this.#ticket + 1
    for (let at = 0; at < length; ) {
      const head = readCommitHead(this.#transaction, at)
      this.#committed(this.#commitOne(head))
      at = head.batch + head.batchLength
    }
    return first
  }

  // Gives why it was refused.
  #commitOne(head: CommitHead): Error | undefined {
    const { transaction, reads, batch, batchLength, entryCount, durability } = head
    const bytes = this.#transaction
    try {
      const readSet = parseReadSet(bytes.subarray(reads, batch))
      const entries = parseBatches(bytes.subarray(batch, batch + batchLength), entryCount)
      if (transaction !== NEWEST) this.#state.endTransaction(transaction, readSet)
      this.#state.apply(entries, false)
      this.#counts.wrote(batchLength, entryCount, durability)
      return undefined
    } catch (error) {
      if (error instanceof LedgerstoneError && error.code === 'CONFLICT') this.#counts.conflicted()
      return error as Error
    }
  }

  setReadBuffers(key: Uint8Array, value: Uint8Array): void {
    this.#key = key
    this.#value = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }

  setRequestBuffer(bytes: Uint8Array): void {
    this.#request = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  getSync(id: number, keyLength: number, snapshot: number): number {
    const found = this.#find(id, keyLength, snapshot)
    this.#counts.got(1)
    if (found === undefined) return GET.absent
    const { value, version } = found
    this.#version = version
    if (value.length > this.#value.length) {
      this.#taken = value
      return GET.tooLarge
    }
    this.#value.set(value)
    return value.length
  }

  getMemory(id: number, keyLength: number, snapshot: number): number {
    return this.getSync(id, keyLength, snapshot)
  }

  takeValue(): Uint8Array {
    const value = Uint8Array.from(this.#taken)
    this.#taken = NOTHING
    return value
  }

  valueVersion(): bigint {
    return this.#version
  }

  async getEntry(
    id: number,
    keyLength: number,
    snapshot: number,
  ): Promise<{ value: Uint8Array; version: bigint } | undefined> {
    const found = this.#find(id, keyLength, snapshot)
    this.#counts.got(1)
    return found && { value: Uint8Array.from(found.value), version: found.version }
  }

  async get(id: number, keyLength: number, snapshot: number): Promise<Uint8Array | undefined> {
    this.#counts.got(1)
    const found = this.#find(id, keyLength, snapshot)
    return found && Uint8Array.from(found.value)
  }

  hasSync(id: number, keyLength: number, snapshot: number): number {
    return this.#find(id, keyLength, snapshot) === undefined ? GET.absent : GET.present
  }

  hasMemory(id: number, keyLength: number, snapshot: number): number {
    return this.hasSync(id, keyLength, snapshot)
  }

  async has(id: number, keyLength: number, snapshot: number): Promise<boolean> {
    return this.hasSync(id, keyLength, snapshot) === GET.present
  }

  getManySync(id: number, count: number, length: number, snapshot: number): number {
    let at = 0
    let out = 0
    this.#counts.got(count)
    for (let answered = 0; answered < count; answered++) {
      const keySize = this.#request.readUInt32LE(at)
      const keyEnd = Math.min(at + 4 + keySize, length)
      const value = this.#state.find(id, snapshot, this.#request.subarray(at + 4, keyEnd))?.value
      if (out + 4 + (value?.length ?? 0) > this.#value.length) return answered
      out = this.#value.writeUInt32LE(value?.length ?? MANY.absent, out)
      if (value !== undefined) this.#value.set(value, out)
      out += value?.length ?? 0
      at += 4 + keySize
    }
    return count
  }

  getManyMemory(id: number, count: number, length: number, snapshot: number): number {
    return this.getManySync(id, count, length, snapshot)
  }

  snapshot(): number {
    return this.#state.snapshot()
  }

  releaseSnapshot(id: number): void {
    this.#state.release(id)
  }

  snapshotSequence(id: number): bigint {
    return this.#state.view(id).sequence
  }

  async snapshotAt(sequence: bigint): Promise<number> {
    return this.#state.snapshotAt(sequence)
  }

  floor(): bigint {
    this.#state.requireOpen()
    return this.#state.history.floor
  }

  changes(after: bigint): NativeChanges {
    this.#state.requireOpen()
    const newest = this.#state.newest()
    if (after > newest) {
      throw invalidArgument(`Changes after ${after}, which is above the newest, ${newest}`)
    }
    this.#state.history.next(after)
    return new MemoryChanges(this.#state, after)
  }

  iterator(
    id: number,
    snapshot: number,
    flags: number,
    lower: NativeBound,
    upper: NativeBound,
  ): MemoryIterator {
    return new MemoryIterator(this.viewOf(id, snapshot), flags, lower, upper)
  }

  rangeHead(
    id: number,
    snapshot: number,
    flags: number,
    lower: NativeBound,
    upper: NativeBound,
    chunk: Uint8Array,
    entriesMax: number,
  ): number | NativeIterator {
    return this.iterator(id, snapshot, flags, lower, upper).readHead(chunk, entriesMax)
  }

  protected viewOf(id: number, snapshot: number): NamespaceView {
    return this.#state.namespaceView(id, snapshot)
  }

  countSync(
    id: number,
    snapshot: number,
    flags: number,
    lower: NativeBound,
    upper: NativeBound,
    limit: number,
  ): number {
    return this.iterator(id, snapshot, flags, lower, upper).count(limit)
  }

  async count(
    id: number,
    snapshot: number,
    flags: number,
    lower: NativeBound,
    upper: NativeBound,
    limit: number,
  ): Promise<number> {
    return this.countSync(id, snapshot, flags, lower, upper, limit)
  }

  approximateCount(
    id: number,
    snapshot: number,
    flags: number,
    lower: NativeBound,
    upper: NativeBound,
  ): number {
    return this.iterator(id, snapshot, flags, lower, upper).count(Infinity)
  }

  approximateBytes(): number {
    this.#state.requireOpen()
    return 0
  }

  sequence(): bigint {
    return this.#state.view(NEWEST).sequence
  }

  applied(): bigint {
    this.#state.requireOpen()
    return this.#appliedFlushed
  }

  async flush(): Promise<void> {
    this.#state.requireOpen()
    this.#appliedFlushed = this.#appliedVisible
  }

  async compact(): Promise<void> {
    this.#state.requireOpen()
  }

  ingestion(id: number): NativeIngestion {
    this.#state.requireOpen()
    return this.#ingestions.begin(id)
  }

  verification(): NativeVerification {
    this.#state.requireOpen()
    return {
      step: async () => {
        this.#state.requireOpen()
        return ALL_READ
      },
      progress: () => ({ filesDone: 0, filesTotal: 0, bytesDone: 0, bytesTotal: 0 }),
      findings: () => [],
      cancel: () => undefined,
    }
  }

  async checkpoint(): Promise<never> {
    this.#state.requireOpen()
    throw new LedgerstoneError('NOT_SUPPORTED', NO_FILES)
  }

  async backup(): Promise<never> {
    return this.checkpoint()
  }

  stats(): NativeStats {
    const { sequence } = this.#state.view(NEWEST)
    const { snapshots } = this.#state
    const state = { sequence, applied: this.#appliedFlushed, snapshots }
    return this.#counts.stats(state, this.levels())
  }

  levels(): NamespaceLevels[] {
    return this.namespaces().map((info) => ({ namespace: info.name, levels: [] }))
  }

  levelsText(): string {
    return 'A store in memory has no levels.\n'
  }

  async startTrace(): Promise<void> {
    throw new LedgerstoneError('NOT_SUPPORTED', 'A store in memory has no lanes to trace')
  }

  async stopTrace(): Promise<void> {
    this.#state.requireOpen()
  }

  async close(): Promise<void> {
    this.#state.close()
  }

  #find(id: number, keyLength: number, snapshot: number): FoundEntry | undefined {
    return this.#state.find(id, snapshot, this.#key.subarray(0, keyLength))
  }

  #committed(error?: Error): number {
    const ticket = ++this.#ticket
    queueMicrotask(() => {
      this.#onCommitted(ticket, error)
    })
    return ticket
  }
}
