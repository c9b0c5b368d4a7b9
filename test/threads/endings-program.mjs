// Ends with a store in some state: node --expose-gc endings-program.mjs main|worker <state> …
//   main <state> exit|natural|throw <path>   this thread ends so
//   worker <state> <path>                    one worker after another ends so, in every way
// `a n` on standard output tells that the write of n was acknowledged.
import { writeSync } from 'node:fs'
import { setImmediate } from 'node:timers'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { open } from 'ledgerstone'
import { OPTIONS, numbersOf, states, valueOf } from './states.mjs'

const tell = (line) => writeSync(1, `${line}\n`)

async function put(store, n) {
  await numbersOf(store).put(n, valueOf(n))
  tell(`a ${n}`)
}

const endings = {
  natural: () => undefined,
  exit: () => setImmediate(() => process.exit(7)),
  throw: () =>
    setImmediate(() => {
      throw new Error('on purpose')
    }),
  terminate: () => {
    parentPort.postMessage('ready')
    for (;;);
  },
}

async function inMain(state, ending, path) {
  const store = await open(path, OPTIONS)
  await put(store, 100_000)
  await store.close()
  await states[state](path)
  endings[ending]()
}

const EXIT_CODES = { natural: 0, exit: 7, throw: 1, terminate: 1 }

// Resolves when the worker is gone.
async function endWorker(state, ending, path) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { state, ending, path } })
  let thrown
  worker.on('error', (error) => (thrown = error))
  const exited = new Promise((resolve) => worker.once('exit', resolve))
  if (ending === 'terminate') {
    await new Promise((resolve) => worker.once('message', resolve))
    await worker.terminate()
  }
  const code = await exited
  if (code !== EXIT_CODES[ending]) throw new Error(`${ending} ended with ${code}: ${thrown}`)
  const isExpected = ending === 'throw' ? thrown?.message === 'on purpose' : thrown === undefined
  if (!isExpected) throw new Error(`${ending} threw ${thrown?.stack}`)
}

// The worker shares the engine with this thread, and then has it alone.
async function besideMain(state, path) {
  let n = 200_000
  for (const ending of Object.keys(endings)) {
    const store = await open(path, OPTIONS)
    await put(store, n++)
    const ended = endWorker(state, ending, path)
    await put(store, n++)
    await ended
    await put(store, n++)
    const { snapshots } = store.stats().state
    if (snapshots !== 0) throw new Error(`${ending} left ${snapshots} snapshots`)
    await store.close()
    await endWorker(state, ending, path)
    const again = await open(path, OPTIONS)
    if (!again.report.cleanClose) throw new Error(`${ending} left the store open`)
    await again.close()
    tell(`ended ${ending}`)
  }
}

if (!isMainThread) {
  await states[workerData.state](workerData.path)
  endings[workerData.ending]()
} else {
  const [where, ...parameters] = process.argv.slice(2)
  await (where === 'main' ? inMain : besideMain)(...parameters)
}
