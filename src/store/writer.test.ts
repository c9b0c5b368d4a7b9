import { describe, expect, it } from 'vitest'
import { LedgerstoneError } from '../base/errors.js'
import { CommitQueue, deferred } from './commit-queue.js'
import { MemoryEngine } from './memory-engine.js'
import type { Store } from './store.js'
import { StoreHandle } from './store-handle.js'

interface Submitted {
  length: number
  entryCount: number
  durability: number
}

// Settles nothing by itself, and remembers what it was handed.
class ManualEngine extends MemoryEngine {
  readonly submitted: Submitted[] = []
  refusal: Error | undefined

  override submit(length: number, entryCount: number, durability: number): number {
    if (this.refusal !== undefined) throw this.refusal
    this.submitted.push({ length, entryCount, durability })
    return this.submitted.length
  }
}

function openManual(readOnly = false): { engine: ManualEngine; queue: CommitQueue; store: Store } {
  const queue = new CommitQueue()
  const engine = new ManualEngine(() => undefined)
  return { engine, queue, store: new StoreHandle(':manual:', engine, queue, readOnly) }
}

describe('the writer', () => {
  it('hands one turn of writes to the engine as one submit', async () => {
    const { engine, queue, store } = openManual()
    const a = store.namespace('a', { key: 'utf8', value: 'json' })
    const first = a.put('k', 1)
    const batch = store.write((b) => {
      b.put(a, 'l', 2)
      b.del(a, 'm')
    })
    expect(engine.submitted).toEqual([])
    await Promise.resolve()
    expect(engine.submitted.map(({ entryCount }) => entryCount)).toEqual([3])
    queue.onCommitted(1, undefined)
    await Promise.all([first, batch])
  })

  it('submits when the durability changes and when 256 KiB are pending', () => {
    const { engine, store } = openManual()
    const a = store.namespace('a', { key: 'u64', value: 'binary' })
    void a.put(1, Buffer.of(1), { durability: 'os' })
    void a.put(2, Buffer.of(1))
    expect(engine.submitted.map(({ durability }) => durability)).toEqual([1])
    for (let i = 0; i < 5; i++) void a.put(i, Buffer.alloc(60_000))
    expect(engine.submitted.map(({ entryCount }) => entryCount)).toEqual([1, 6])
  })

  it('rejects exactly the writes that a failure is told for', async () => {
    const { queue, store } = openManual()
    const a = store.namespace('a', { key: 'utf8', value: 'json' })
    const good = a.put('a', 1, { durability: 'memory' })
    const bad = [a.put('b', 1, { durability: 'os' }), a.put('c', 1, { durability: 'os' })]
    const later = a.put('d', 1)
    await Promise.resolve()
    const failure = new LedgerstoneError('NO_SPACE', 'full')
    queue.onCommitted(1, undefined)
    queue.onCommitted(2, failure)
    await good
    for (const write of bad) await expect(write).rejects.toBe(failure)
    queue.onCommitted(3, undefined)
    await later
  })

  it('rejects the writes of a submit that the engine turns away, and goes on', async () => {
    const { engine, queue, store } = openManual()
    const a = store.namespace('a', { key: 'utf8', value: 'json' })
    engine.refusal = new LedgerstoneError('READ_ONLY', 'failed before')
    await expect(a.put('k', 1)).rejects.toBe(engine.refusal)
    engine.refusal = undefined
    const write = a.put('l', 1)
    await Promise.resolve()
    queue.onCommitted(1, undefined)
    await write
    expect(engine.submitted.map(({ entryCount }) => entryCount)).toEqual([1])
  })

  it('refuses every write when the store was opened with readOnly', async () => {
    const { store } = openManual(true)
    const a = store.namespace('a', { key: 'utf8', value: 'json' })
    const readOnly = expect.objectContaining({ code: 'READ_ONLY' }) as Error
    await expect(a.put('k', 1)).rejects.toEqual(readOnly)
    await expect(a.drop()).rejects.toEqual(readOnly)
    await expect(store.write(() => undefined)).rejects.toEqual(readOnly)
  })

  it('is closed only when the engine has told how every write ended', async () => {
    const { queue, store } = openManual()
    const a = store.namespace('a', { key: 'utf8', value: 'json' })
    const told = expect(a.put('k', 1)).rejects.toMatchObject({ code: 'ABORTED' })
    let closed = false
    const closing = store.close().then(() => {
      closed = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(closed).toBe(false)
    queue.onCommitted(1, new LedgerstoneError('ABORTED', 'closing'))
    await Promise.all([closing, told])
  })
})

describe('the commit queue', () => {
  it('waits for what was added, however it ends', async () => {
    const queue = new CommitQueue()
    const [first, second] = [deferred(), deferred()]
    queue.add(1, first)
    queue.add(2, second)
    let settled = false
    const waiting = queue.settled().then(() => {
      settled = true
    })
    queue.onCommitted(1, undefined)
    await first.promise
    expect(settled).toBe(false)
    const told = expect(second.promise).rejects.toThrow('disk gone')
    queue.onCommitted(2, new Error('disk gone'))
    await told
    await waiting
    expect(settled).toBe(true)
  })
})
