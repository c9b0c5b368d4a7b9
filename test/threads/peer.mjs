// A worker thread that does what it is told with a store of its own; see peers.ts.
import { setImmediate } from 'node:timers'
import { parentPort } from 'node:worker_threads'
import { open } from 'ledgerstone'

let store
let numbers
let iterator
let snapshot
const events = []

const operations = {
  open: async (path, options) => {
    const onEvent = ({ kind }) => events.push(kind)
    store = await open(path, { ...options, onEvent })
    if (options?.readOnly) return store.report
    numbers = store.namespace('numbers', { key: 'utf8', value: 'json' })
    return store.report
  },
  put: (key, value, options) => numbers.put(key, value, options),
  get: (key) => (numbers ?? store.namespace('numbers')).getSync(key),
  getLater: (key) => numbers.get(key),
  sequence: () => store.sequence,
  snapshots: () => store.stats().state.snapshots,
  takeSnapshot: () => {
    snapshot = store.snapshot()
    return snapshot.sequence
  },
  getAsOf: (key) => numbers.getSync(key, { snapshot }),
  beginRange: async () => {
    iterator = numbers.range()[Symbol.asyncIterator]()
    return (await iterator.next()).value
  },
  nextOfRange: async () => (await iterator.next()).value,
  flush: () => store.flush(),
  drop: () => numbers.drop(),
  events: () => events,
  trace: async (path) => void (await store.trace(path)),

  /** Adds 1 in a transaction, so many times. */
  add: async (key, times) => {
    for (let n = 0; n < times; n++) {
      await store.transact(async (tx) => {
        tx.put(numbers, key, ((await tx.get(numbers, key)) ?? 0) + 1)
      }, { retries: 1000, durability: 'os' })
    }
  },

  /** Writes n to the first key, and then to the second. */
  lead: async (first, second, times) => {
    for (let n = 1; n <= times; n++) {
      void numbers.put(first, n, { durability: 'memory' })
      await numbers.put(second, n, { durability: 'memory' })
    }
  },
  /** Reads the second key, and then the first, which must not be behind it. */
  follow: async (first, second, last) => {
    for (let seen = 0; seen < last; ) {
      seen = numbers.getSync(second) ?? 0
      const other = numbers.getSync(first) ?? 0
      if (other < seen) throw new Error(`${first} is ${other} when ${second} was ${seen}`)
      await new Promise((resolve) => setImmediate(resolve))
    }
  },

  close: () => store.close(),
  /** Without waiting for the one to begin the other. */
  reopen: async (path) => {
    const closed = store.close()
    store = await open(path)
    await closed
    numbers = store.namespace('numbers', { key: 'utf8', value: 'json' })
  },
}

parentPort.on('message', async ({ id, name, parameters }) => {
  try {
    parentPort.postMessage({ id, value: await operations[name](...parameters) })
  } catch (error) {
    const { code, message, pid } = error
    parentPort.postMessage({ id, error: { code, message, pid } })
  }
})
