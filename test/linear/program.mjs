// A worker thread that opens the store of a folder, runs callers side by side by their scripts, and
// answers with what each was told and when; see linear.test.ts.
import { hrtime } from 'node:process'
import { parentPort, workerData } from 'node:worker_threads'
import { open } from 'ledgerstone'

const { path, options, name, scripts } = workerData
const store = await open(path, options)
const one = store.namespace('one', { key: 'utf8', value: 'utf8' })
const two = store.namespace('two', { key: 'utf8', value: 'utf8' })

const torn = (values) =>
  values.every((value) => value === values[0]) ? values[0] : `torn: ${values.join(', ')}`

// Those that read or write a single key.
const single = {
  put: async (key, value, durability) => {
    await one.put(key, value, { durability })
    return { kind: 'write', value }
  },
  del: async (key, _, durability) => {
    await one.del(key, { durability })
    return { kind: 'write', value: undefined }
  },
  create: async (key, value, durability) => {
    try {
      await one.put(key, value, { durability, ifAbsent: true })
      return { kind: 'create', value, made: true }
    } catch (error) {
      if (error.code !== 'CONFLICT') throw error
      return error.message.startsWith('The key is there')
        ? { kind: 'create', value, made: false }
        : undefined
    }
  },
  swap: async (key, value, durability) => {
    const take = async (tx) => {
      const found = await tx.get(one, key)
      tx.put(one, key, value)
      return found
    }
    const found = await store.transact(take, { durability, retries: 1000 })
    return { kind: 'swap', found, value }
  },
  get: async (key) => ({ kind: 'read', found: await one.get(key) }),
  getSync: (key) => ({ kind: 'read', found: one.getSync(key) }),
  getMany: async (key) => ({ kind: 'read', found: (await one.getMany(['-', key]))[1] }),
  range: async (key) => {
    let found
    for await (const [, value] of one.range({ gte: key, lte: key })) found = value
    return { kind: 'read', found }
  },
}

const placesOf = (key) => [
  [one, `${key}:1`],
  [two, `${key}:2`],
  [one, `${key}:3`],
]

// Those on three keys in two namespaces that are always written together.
const group = {
  put: async (key, value, durability) => {
    const fill = (batch) => {
      for (const [space, at] of placesOf(key)) batch.put(space, at, value)
    }
    await store.write(fill, { durability })
    return { kind: 'write', value }
  },
  snapshot: (key) => {
    const snapshot = store.snapshot()
    const found = placesOf(key).map(([space, at]) => space.getSync(at, { snapshot }))
    snapshot.release()
    return { kind: 'read', found: torn(found) }
  },
  transact: async (key) => {
    const read = (tx) => Promise.all(placesOf(key).map(([space, at]) => tx.get(space, at)))
    return { kind: 'read', found: torn(await store.transact(read)) }
  },
  getMany: async (key) => ({
    kind: 'read',
    found: torn(await one.getMany([`${key}:1`, `${key}:3`])),
  }),
  range: async (key) => {
    const found = []
    for await (const [, value] of one.range({ prefix: `${key}:` })) found.push(value)
    return { kind: 'read', found: torn(found) }
  },
}

async function runCaller(script, caller) {
  const history = []
  for (const { register, by, value, durability } of script) {
    const does = (register.startsWith('group') ? group : single)[by]
    const began = hrtime.bigint()
    const effect = await does(register, value, durability)
    const ended = hrtime.bigint()
    if (effect !== undefined) history.push({ ...effect, register, by, caller, began, ended })
  }
  return history
}

const histories = await Promise.all(scripts.map((script, n) => runCaller(script, `${name}.${n}`)))
await store.close()
parentPort.postMessage(histories.flat())
