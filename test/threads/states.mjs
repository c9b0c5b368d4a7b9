// Ways a thread can be busy with a store, for the programs that end in the middle of them. Each
// leaves its work under way and keeps it from being collected.
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { open } from 'ledgerstone'

export const OPTIONS = {
  memoryBudget: '4MiB',
  advanced: { generationBytes: '64KiB', tableBytes: '32KiB', blockBytes: 512 },
}
export const FILLER = 'x'.repeat(300)

export const numbersOf = (store) => store.namespace('numbers', { key: 'u64', value: 'utf8' })
export const valueOf = (n) => `${n}:${FILLER}`

const kept = (globalThis.kept = [])

// What the thread's end leaves unsettled stays so; what fails by it is expected to.
function underWay(...promises) {
  for (const promise of promises) promise.catch(() => undefined)
  kept.push(promises)
}

const never = new Promise(() => undefined)

export const states = {
  opening: (path) => underWay(open(path, OPTIONS)),

  idle: async (path) => void kept.push(await open(path, OPTIONS)),

  writing: async (path) => {
    const store = await open(path, OPTIONS)
    const numbers = numbersOf(store)
    for (let n = 0; n < 200; n++) {
      underWay(numbers.put(500_000 + n, valueOf(n), { durability: n % 20 === 0 ? 'disk' : 'os' }))
    }
  },

  reading: async (path) => {
    const store = await open(path, OPTIONS)
    const numbers = numbersOf(store)
    await store.flush()
    for (let n = 0; n < 200; n++) underWay(numbers.get((n * 37) % 1000))
    underWay(numbers.getMany(Array.from({ length: 500 }, (_, n) => n)), numbers.range().count())
  },

  iterating: async (path) => {
    const store = await open(path, OPTIONS)
    const numbers = numbersOf(store)
    await store.flush()
    const iterators = [numbers.range(), numbers.range({ reverse: true })]
      .flatMap((range) => [range[Symbol.iterator](), range[Symbol.asyncIterator]()])
    for (const iterator of iterators) await iterator.next()
    kept.push(iterators)
    underWay(numbers.range().toArray())
  },

  transacting: async (path) => {
    const store = await open(path, OPTIONS)
    const numbers = numbersOf(store)
    let began
    const inside = new Promise((resolve) => (began = resolve))
    underWay(
      store.transact(async (tx) => {
        await tx.get(numbers, 1)
        tx.put(numbers, 1, 'must not be there')
        began()
        await never
      }),
    )
    await inside
  },

  snapshotting: async (path) => {
    const store = await open(path, OPTIONS)
    const snapshot = store.snapshot()
    kept.push(snapshot)
    underWay(numbersOf(store).put(600_000, valueOf(600_000)))
    underWay(numbersOf(store).get(1, { snapshot }))
  },

  flushing: async (path) => {
    const store = await open(path, OPTIONS)
    underWay(numbersOf(store).put(600_001, valueOf(600_001)), store.flush(), store.flush())
  },

  compacting: async (path) => {
    const store = await open(path, OPTIONS)
    underWay(store.compact(), store.compact(numbersOf(store)))
  },

  backingUp: async (path) => {
    const store = await open(path, OPTIONS)
    const where = `${path}-backups-${process.pid}-${Math.trunc(performance.now() * 1000)}`
    underWay(store.backup(where), store.checkpoint(`${where}-checkpoint`))
  },

  verifying: async (path) => {
    const store = await open(path, OPTIONS)
    underWay(store.verify(), store.verify())
  },

  closing: async (path) => {
    const store = await open(path, OPTIONS)
    underWay(numbersOf(store).put(600_002, valueOf(600_002)), store.compact(), store.close())
  },

  closed: async (path) => {
    const store = await open(path, OPTIONS)
    kept.push(store, numbersOf(store), store.snapshot())
    await store.close()
  },

  collected: async (path) => {
    const forget = async () => void (await numbersOf(await open(path, OPTIONS)).get(1))
    await forget()
    for (let i = 0; i < 6; i++) {
      globalThis.gc()
      await sleep(1)
    }
  },
}
