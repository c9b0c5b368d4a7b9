// Worker threads that come and go: node --expose-gc churn-program.mjs <cycles> <folder> [bare]
// Each opens the folder, writes, reads, iterates, holds a snapshot and a transaction open, and is
// terminated in the middle of more. In every second stretch of 50 cycles this thread has the store
// open too; otherwise the engine comes and goes with each worker. `bare` workers do nothing.
// Tells resident bytes, open files and threads after each tenth of the cycles.
import { readdirSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'

const STRETCH = 50
const OPTIONS = { memoryBudget: '4MiB', advanced: { generationBytes: '64KiB' } }
const FILLER = 'x'.repeat(200)

const numbersOf = (store) => store.namespace('numbers', { key: 'u64', value: 'utf8' })

async function inWorker({ path, cycle, isBare }) {
  if (isBare) {
    parentPort.postMessage('busy')
    for (;;) await sleep(1)
  }
  const { open } = await import('ledgerstone')
  const store = await open(path, OPTIONS)
  const numbers = numbersOf(store)
  await numbers.put(cycle, `${cycle}:${FILLER}`)
  globalThis.kept = [store.snapshot(), numbers.range()[Symbol.asyncIterator]()]
  await globalThis.kept[1].next()
  void store.transact((tx) => tx.get(numbers, cycle).then(() => new Promise(() => undefined)))
  parentPort.postMessage('busy')
  for (let n = 0; ; n++) {
    void numbers.put(1_000_000 + (n % 1000), `${n}:${FILLER}`, { durability: 'os' })
    if (n % 100 === 0) await Promise.all([numbers.get(cycle), numbers.range().count()])
  }
}

async function oneCycle(path, cycle, isBare) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { path, cycle, isBare } })
  await new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject)
  })
  if (cycle % 3 > 0) await sleep((cycle * 7) % 5)
  await worker.terminate()
}

async function tell(name) {
  for (let i = 0; i < 4; i++) {
    globalThis.gc()
    await sleep(20)
  }
  const held = ['fd', 'task'].map((folder) => readdirSync(`/proc/self/${folder}`).length)
  writeSync(1, `${[name, process.memoryUsage().rss, ...held].join(' ')}\n`)
}

async function main(cycles, path, isBare) {
  let store
  for (let cycle = 1; cycle <= cycles; cycle++) {
    const wantsStore = !isBare && Math.floor(cycle / STRETCH) % 2 === 1
    if (wantsStore && store === undefined) {
      const { open } = await import('ledgerstone')
      store = await open(path, OPTIONS)
    } else if (!wantsStore) {
      await store?.close()
      store = undefined
    }
    await oneCycle(path, cycle, isBare)
    if (cycle % Math.ceil(cycles / 10) === 0) {
      await store?.close()
      store = undefined
      await tell(`after ${cycle}`)
    }
  }
}

if (isMainThread) {
  const [cycles, path, bare] = process.argv.slice(2)
  await main(Number(cycles), path, bare === 'bare')
} else {
  await inWorker(workerData)
}
