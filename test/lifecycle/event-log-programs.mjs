// Programs of the event log's lifecycle tests, each a process of its own.
//   node event-log-programs.mjs NAME FOLDER [parameters]
// They tell `a N` when the event with the number N was acknowledged.
import { writeSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { openEventLog } from 'ledgerstone'

const SMALL = { codec: 'utf8', segmentBytes: 64 * 1024 }
const FILLER = 'x'.repeat(400)

const tell = (line) => writeSync(1, `${line}\n`)

async function append(log, n) {
  await log.append(`${n}:${FILLER}`)
  tell(`a ${n}`)
}

/** Appends, reads and follows until something ends this process. */
async function workForever(log, onStep = () => undefined) {
  const next = log.durablePosition + 1
  const follow = async () => {
    for await (const { position } of log.read({ live: true })) if (position < 0) throw new Error()
  }
  const read = async () => {
    for (;;) await log.read().toArray()
  }
  for (const work of [follow(), read(), read()]) work.catch(() => undefined)
  for (let n = next; ; n += 10) {
    const appends = Array.from({ length: 10 }, (_, i) => append(log, n + i))
    onStep(n - next)
    await Promise.all(appends)
    if (n % 200 === 1) log.roll().catch(() => undefined)
    if (n % 500 === 1) log.verify().catch(() => undefined)
  }
}

const collect = async (times) => {
  for (let i = 0; i < times; i++) {
    globalThis.gc()
    await sleep(5)
  }
}

/** Opens the log and closes it, as soon as its last owner is gone. */
async function reopen(path) {
  const deadline = performance.now() + 20_000
  for (;;) {
    await collect(3)
    try {
      return await (await openEventLog(path, SMALL)).close()
    } catch (error) {
      if (error.code !== 'LOCKED' || performance.now() > deadline) throw error
    }
  }
}

const programs = {
  exit: async (path) => {
    await workForever(await openEventLog(path, SMALL), (n) => {
      if (n === 1000) process.exit(7)
    })
  },

  throw: async (path) => {
    await workForever(await openEventLog(path, SMALL), (n) => {
      if (n === 1000) process.nextTick(() => { throw new Error('uncaught on purpose') })
    })
  },

  idle: async (path) => {
    const log = await openEventLog(path, SMALL)
    await append(log, 1)
    globalThis.kept = [log, await openEventLog(`${path}-untouched`)]
    for await (const { position } of log.read({ live: true })) tell(`followed ${position}`)
  },

  pending: async (path) => {
    const log = await openEventLog(path, SMALL)
    for (let n = 1; n <= 500; n++) void append(log, n)
  },

  worker: async (path, times) => {
    let events = 0
    for (let i = 0; i < Number(times); i++) {
      const worker = new Worker(new URL(import.meta.url), { workerData: { path } })
      await new Promise((resolve) => worker.once('message', resolve))
      await sleep(5 + 9 * i)
      await worker.terminate()
      const log = await openEventLog(path, SMALL)
      events = log.durablePosition
      await log.close()
    }
    tell(`counted ${events}`)
  },

  // Workers that end while they open the log, or just after.
  openings: async (path, times) => {
    await (await openEventLog(path, SMALL)).close()
    for (let i = 0; i < Number(times); i++) {
      const worker = new Worker(new URL(import.meta.url), { workerData: { path, isHasty: true } })
      await new Promise((resolve) => worker.once('message', resolve))
      if (i % 3 > 0) await sleep(i % 7)
      await worker.terminate()
      await reopen(path)
    }
    tell('reopened')
  },

  forgotten: async (path) => {
    const forget = async (n) => {
      const log = await openEventLog(path, SMALL)
      await append(log, n)
      await log.read()[Symbol.asyncIterator]().next()
    }
    for (let n = 1; n <= 4; n++) {
      await forget(n)
      await reopen(path)
    }
    tell('reopened')
  },

  cursors: async (path) => {
    const log = await openEventLog(path, SMALL)
    for (let n = 1; n <= 2000; n++) void log.append(`${n}:${FILLER}`)
    await log.append('last')
    const round = async () => {
      const left = Array.from({ length: 50 }, () => log.read()[Symbol.asyncIterator]().next())
      await Promise.all(left)
    }
    const residentAfter = async (rounds) => {
      for (let i = 0; i < rounds; i++) {
        await round()
        await collect(1)
      }
      await collect(4)
      return process.memoryUsage().rss
    }
    const early = await residentAfter(15)
    const late = await residentAfter(45)
    tell(`grown ${late - early}`)
    await log.close()
  },

  delay: async (path) => {
    const log = await openEventLog(path, SMALL)
    let longest = 0
    let before = performance.now()
    let isOver = false
    const look = () => {
      const now = performance.now()
      longest = Math.max(longest, now - before)
      before = now
      if (!isOver) setImmediate(look)
    }
    look()
    for (let n = 0; n < 40; n++) {
      await log.append(Array.from({ length: 500 }, (_, i) => `${n} ${i} ${FILLER}`))
    }
    let seen = 0
    for await (const { data } of log.read()) seen += data.length > 0 ? 1 : 0
    await Promise.all([log.verify(), log.roll(), log.positionAt(0), log.chain(77)])
    await log.archive(`${path}-archive`)
    await log.close()
    isOver = true
    tell(`seen ${seen}`)
    tell(`longest ${Math.round(longest)}`)
  },
}

if (isMainThread) {
  const [name, ...parameters] = process.argv.slice(2)
  await programs[name](...parameters)
} else if (workerData.isHasty) {
  parentPort.postMessage('opening')
  const log = await openEventLog(workerData.path, SMALL)
  void log.append('1:')
  await log.read().toArray()
} else {
  await workForever(await openEventLog(workerData.path, SMALL), (n) => {
    if (n === 50) parentPort.postMessage('working')
  })
}
