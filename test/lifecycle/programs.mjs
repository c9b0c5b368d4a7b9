// The programs that the lifecycle tests start: node programs.mjs <name> <path> …
// `a n` on standard output tells that the write of n was acknowledged.
import { writeSync } from 'node:fs'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { clearInterval, setImmediate, setInterval } from 'node:timers'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { open } from 'ledgerstone'

const SMALL = {
  memoryBudget: '4MiB',
  advanced: { generationBytes: '64KiB', tableBytes: '32KiB', l0CompactionTrigger: 2 },
}
const FILLER = 'x'.repeat(700)

const tell = (line) => writeSync(1, `${line}\n`)
const numbersOf = (store) => store.namespace('numbers', { key: 'u64', value: 'utf8' })

async function put(numbers, n, durability) {
  await numbers.put(n, `${n}:${FILLER}`, { durability })
  tell(`a ${n}`)
}

/** Writes until something ends this process. */
async function writeForever(store, onStep = () => undefined) {
  const numbers = numbersOf(store)
  for (let n = 0; ; n += 10) {
    const durability = n % 50 === 0 ? 'disk' : 'os'
    const writes = Array.from({ length: 10 }, (_, i) => put(numbers, n + i, durability))
    onStep(n)
    await Promise.all(writes)
    if (n % 500 === 490) store.compact().catch(() => undefined)
  }
}

async function endless(path, onStep) {
  await writeForever(await open(path, SMALL), onStep)
}

const collect = async (times) => {
  for (let i = 0; i < times; i++) {
    globalThis.gc()
    await sleep(5)
  }
}

async function residentAfter(rounds, round) {
  for (let i = 0; i < rounds; i++) {
    await round()
    if (i % 10 === 9) await collect(2)
  }
  await collect(4)
  return process.memoryUsage().rss
}

async function filled(path, entries, options) {
  const store = await open(path, options)
  const numbers = numbersOf(store)
  const writes = []
  for (let n = 0; n < entries; n++) {
    writes.push(numbers.put(n, `${n}:${FILLER}`, { durability: 'os' }))
  }
  await Promise.all(writes)
  return { store, numbers }
}

const programs = {
  exit: (path) =>
    endless(path, (n) => {
      if (n === 3000) process.exit(7)
    }),

  throw: (path) =>
    endless(path, (n) => {
      if (n === 3000) process.nextTick(() => { throw new Error('uncaught on purpose') })
    }),

  abandon: async (path) => {
    const { store } = await filled(path, 20_000, SMALL)
    tell('a 19999')
    const work = [store.flush(), store.compact(), store.verify(), numbersOf(store).range().count()]
    for (const promise of work) promise.catch(() => undefined)
    setImmediate(() => process.exit(7))
  },

  idle: async (path) => {
    const store = await open(path)
    await put(numbersOf(store), 1)
    globalThis.kept = store
  },

  /** Leaves a store open that reads its files, slowly. */
  scrubbing: async (path) => {
    globalThis.kept = await open(path, { scrub: { bytesPerSecond: 1000 } })
  },

  following: async (path) => {
    const store = await open(path, { ...SMALL, retention: { bytes: '1GiB' } })
    const numbers = numbersOf(store)
    const feed = store.changes({ after: 0n })
    let given = 0
    const follow = async () => {
      for await (const changes of feed.batches()) {
        given += changes.length
        if (given === 1001) tell('followed')
      }
      tell('never')
    }
    void follow()
    await Promise.all(Array.from({ length: 1000 }, (_, n) => numbers.put(n, FILLER)))
  },

  forgottenFeeds: async (path) => {
    const { store } = await filled(path, 2000, SMALL)
    for (let i = 0; i < 50; i++) {
      const feed = store.changes()
      void feed.next()
      if (i % 2 === 0) void feed.return()
    }
    await store.close()
    tell('closed')
  },

  pending: async (path) => {
    const store = await open(path)
    const numbers = numbersOf(store)
    for (let n = 0; n < 1000; n++) void put(numbers, n, n % 2 === 0 ? 'disk' : 'os')
  },

  flushing: async (path) => {
    const { store } = await filled(path, 2000)
    tell('a 1999')
    void store.flush().then(() => tell('flushed'))
  },

  iterators: async (path) => {
    const { store, numbers } = await filled(path, 2000, SMALL)
    await store.flush()
    const round = async () => {
      for (let i = 0; i < 200; i++) numbers.range()[Symbol.iterator]().next()
      await numbers.range()[Symbol.asyncIterator]().next()
    }
    const early = await residentAfter(20, round)
    const late = await residentAfter(60, round)
    tell(`grown ${late - early}`)
    await store.close()
  },

  snapshots: async (path) => {
    const { store } = await filled(path, 100, SMALL)
    const round = async () => {
      for (let i = 0; i < 500; i++) store.snapshot()
    }
    const early = await residentAfter(20, round)
    const late = await residentAfter(60, round)
    tell(`grown ${late - early}`)
    await store.close()
  },

  // Each worker ends with a write open that it cannot hear of. The many namespaces make its store
  // heavy.
  workers: async (path) => {
    const store = await open(path)
    numbersOf(store)
    const [options] = store.native.namespaces()
    for (let n = 0; n < 5000; n++) store.native.namespace(`${n}`.padEnd(255, '.'), options)
    await store.close()
    const round = async () => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { path, isDeaf: true } })
      await new Promise((resolve) => worker.once('message', resolve))
      await worker.terminate()
    }
    const early = await residentAfter(8, round)
    const late = await residentAfter(20, round)
    tell(`grown ${late - early}`)
  },

  listener: async (path) => {
    let mistakes = 0
    process.on('uncaughtException', ({ message }) => {
      if (message === 'listener') mistakes++
    })
    const store = await open(path, {
      ...SMALL,
      onEvent: () => {
        throw new Error('listener')
      },
    })
    await put(numbersOf(store), 1)
    await store.flush()
    tell('flushed')
    await put(numbersOf(store), 2)
    await store.compact()
    tell('compacted')
    await store.close()
    tell(`closed ${mistakes > 0}`)
  },

  careless: async (path) => {
    const store = await open(path, {
      onEvent: ({ kind }) => {
        if (kind === 'flushed') throw new Error('listener')
      },
    })
    await put(numbersOf(store), 1)
    await store.flush()
    await sleep(10_000)
  },

  stores: async (path) => {
    const forget = async (n) => {
      const store = await open(path, SMALL)
      await put(numbersOf(store), n)
    }
    for (let n = 0; n < 5; n++) {
      await forget(n)
      const deadline = performance.now() + 20_000
      for (;;) {
        await collect(3)
        try {
          await (await open(path)).close()
          break
        } catch (error) {
          if (error.code !== 'LOCKED' || performance.now() > deadline) throw error
        }
      }
    }
    tell('reopened')
  },

  hold: async (path) => {
    await open(path)
    tell('held')
    process.stdin.resume()
  },

  worker: async (path, times) => {
    let next = 0
    for (let i = 0; i < Number(times); i++) {
      const worker = new Worker(new URL(import.meta.url), { workerData: { path } })
      await new Promise((resolve) => worker.once('message', resolve))
      await sleep(10 + 13 * i)
      await worker.terminate()
      const store = await open(path, SMALL)
      next += numbersOf(store).range().countSync()
      await store.close()
    }
    tell(`counted ${next}`)
  },

  delay: async (path) => {
    const retention = { bytes: '1GiB' }
    const { store, numbers } = await filled(path, 60_000, { ...SMALL, retention })
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const reads = async () => {
      for (let n = 0; n < 4000; n++) await numbers.get((n * 7919) % 60_000)
    }
    const feed = async () => {
      for await (const changes of store.changes({ after: store.floor, until: store.sequence }))
        if (changes.entries.length === 0) throw new Error('a change without entries')
    }
    await Promise.all([store.flush(), reads(), store.compact(), feed(), reads(), store.verify()])
    await store.close()
    const again = await open(path, SMALL)
    await numbersOf(again).range().count()
    await again.close()
    delay.disable()
    tell(`longest ${Math.round(delay.max / 1e6)}`)
    tell(`usual ${Math.round(delay.percentile(90) / 1e6)}`)
  },

  turns: async (path) => {
    const { store, numbers } = await filled(path, 60_000)
    const walk = async (range) => {
      for await (const [key] of range) if (key < 0n) throw new Error('below zero')
    }
    const works = {
      walk: () => walk(numbers.range()),
      array: () => numbers.range().toArray(),
      short: async () => {
        for (let n = 0; n < 6000; n++) await walk(numbers.range({ gte: n, limit: 10 }))
      },
    }
    for (const [name, work] of Object.entries(works)) {
      let turns = 0
      const timer = setInterval(() => turns++, 1)
      await work()
      clearInterval(timer)
      tell(`${name} ${turns}`)
    }
    await store.close()
  },
}

if (isMainThread) {
  const [name, ...parameters] = process.argv.slice(2)
  await programs[name](...parameters)
} else if (workerData.isDeaf) {
  const store = await open(workerData.path)
  void numbersOf(store).put(1, FILLER)
  await Promise.resolve()
  parentPort.postMessage('writing')
  for (;;);
} else {
  await endless(workerData.path, (n) => {
    if (n === 100) parentPort.postMessage('writing')
  })
}
