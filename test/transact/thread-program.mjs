// A worker thread that opens the store of a folder, runs callers side by side by their scripts, and
// answers with a record of what each saw and when; see threads.test.ts and history.ts.
import { hrtime } from 'node:process'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { open } from 'ledgerstone'

const { path, options, scripts } = workerData
const store = await open(path, options)
const data = store.namespace('data', { key: 'utf8', value: 'utf8' })
const marks = store.namespace('marks', { key: 'utf8', value: 'utf8' })

// Nanoseconds since the machine started: a number holds them exactly.
const now = () => Number(hrtime.bigint())

async function walked(entries) {
  const found = []
  for await (const [key, value] of entries) found.push(`${key}=${value}`)
  return found
}

// In a transaction.
async function take(tx, step, value) {
  const { kind, key, gte, lt, limit, reverse } = step
  if (kind === 'get') return { kind, key, value: await tx.get(data, key) }
  if (kind === 'range') {
    const bounds = { gte, lt, reverse, limit: limit ?? Infinity }
    return { kind, ...bounds, found: await walked(tx.range(data, bounds)) }
  }
  if (kind === 'del') {
    tx.del(data, key)
    return { kind, key }
  }
  tx.put(data, key, value)
  return { kind, key, value }
}

// Reads fix the moment of a transaction, but for those of keys that it has written itself.
const writes = ({ kind }) => kind === 'put' || kind === 'del'
const fixes = (step, before) => {
  if (step.kind === 'range') return step.gte < step.lt
  return step.kind === 'get' && !before.some((one) => writes(one) && one.key === step.key)
}

// Each attempt but the last was refused; its reads are a snapshot's, fixed by the first of them.
async function transact({ name, durability, steps: script }, history) {
  const reading = !script.some(writes)
  let attempt
  let attempts = 0
  let began = now()
  const refuse = () => {
    const refused = now()
    if (attempt?.ended !== undefined) history.push({ ...attempt, sequence: undefined, refused })
    began = attempt?.done ?? began
  }
  const run = async (tx) => {
    if (attempt !== undefined) refuse()
    const steps = []
    attempt = { name: `${name}.${++attempts}`, began, ended: undefined, steps }
    for (const [n, step] of script.entries()) {
      steps.push(await take(tx, step, `${name}.${n}.${attempts}`))
      if (fixes(step, script.slice(0, n))) attempt.ended ??= now()
      if (step.pause) await nextTurn()
    }
    if (!reading) tx.put(marks, attempt.name, '')
    attempt.done = now()
  }
  try {
    await store.transact(run, { durability, retries: 3 })
  } catch (error) {
    if (error.code !== 'CONFLICT') throw error
    refuse()
    return
  }
  history.push({ ...attempt, ended: now(), sequence: undefined, commits: !reading })
}

async function snapshot({ name, steps: script }, history) {
  const began = now()
  const held = store.snapshot()
  const ended = now()
  const steps = []
  for (const { kind, key, gte, lt, limit, reverse, pause } of script) {
    if (pause) await nextTurn()
    if (kind === 'get') {
      steps.push({ kind, key, value: await data.get(key, { snapshot: held }) })
    } else {
      const bounds = { gte, lt, reverse, limit: limit ?? Infinity }
      const found = await walked(data.range({ ...bounds, snapshot: held }))
      steps.push({ kind, ...bounds, found })
    }
  }
  history.push({ name, began, ended, sequence: undefined, at: held.sequence, steps })
  held.release()
}

async function write({ name, durability, steps: script }, history) {
  const began = now()
  const steps = script.map(({ kind, key }, n) => ({ kind, key, value: `${name}.${n}` }))
  const fill = (batch) => {
    for (const { kind, key, value } of steps) {
      if (kind === 'put') batch.put(data, key, value)
      else batch.del(data, key)
    }
    batch.put(marks, name, '')
  }
  await store.write(fill, { durability })
  history.push({ name, began, ended: now(), sequence: undefined, commits: true, steps })
}

const ways = { transact, snapshot, write }

async function runCaller(script) {
  const history = []
  for (const act of script) await ways[act.by](act, history)
  return history
}

const history = (await Promise.all(scripts.map(runCaller))).flat()
for (const one of history) {
  if (one.commits) one.sequence = marks.getEntrySync(one.name).version
}
await store.close()
parentPort.postMessage(history)
