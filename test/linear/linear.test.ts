// What callers in several threads see of one store is linearizable, key by key and for keys that
// are written together; LEDGERSTONE_SEED replays the scripts, LEDGERSTONE_ROUNDS=n runs n times
// as many. The check must catch anomalies planted into the histories that were recorded.

import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import { counted } from '../support/counted.js'
import { temporaryFolders } from '../support/folders.js'
import { inRoot, requireCompiled } from '../support/paths.js'
import { type Operation, anomalyIn } from './history.js'

const seed = seedFromEnvironment()
const rounds = 2 * Number(process.env['LEDGERSTONE_ROUNDS'] ?? 1)
process.stdout.write(`LEDGERSTONE_SEED=${seed}\n`)

const THREADS = 4
const CALLERS = 4
const CALLS = 150
const registers = ['a', 'b', 'c', 'd', 'group'] as const
const ways = {
  single: ['put', 'put', 'del', 'create', 'swap', 'get', 'getSync', 'getMany', 'range'],
  group: ['put', 'snapshot', 'transact', 'getMany', 'range'],
} as const
const options = { memoryBudget: '8MiB', advanced: { generationBytes: 8192 } }
const newFolder = temporaryFolders('linear')

interface Call {
  register: string
  by: string
  value: string
  durability: string
}

function randomScript(random: Random, caller: string): Call[] {
  return Array.from({ length: CALLS }, (_, n) => {
    const register = random.pick(registers)
    const by = random.pick(register === 'group' ? ways.group : ways.single)
    const durability = random.below(40) === 0 ? 'disk' : random.pick(['os', 'memory'])
    const padding = '.'.repeat(random.below(200))
    return { register, by, value: `${caller}.${n}${padding}`, durability }
  })
}

async function runThread(path: string, name: string, random: Random): Promise<Operation[]> {
  requireCompiled()
  const scripts = Array.from({ length: CALLERS }, (_, n) => randomScript(random, `${name}.${n}`))
  const workerData = { path, options, name, scripts }
  const worker = new Worker(inRoot('test/linear/program.mjs'), { workerData })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject)
  })
}

async function record(round: number): Promise<Map<string, Operation[]>> {
  const path = newFolder()
  const threads = Array.from({ length: THREADS }, (_, n) =>
    runThread(path, `thread ${n}`, new Random(seed + round * THREADS + n)),
  )
  const history = (await Promise.all(threads)).flat()
  const byRegister = new Map<string, Operation[]>(registers.map((register) => [register, []]))
  for (const operation of history) byRegister.get(operation.register)!.push(operation)
  return byRegister
}

it('is linearizable for callers in several threads', { timeout: rounds * 30_000 }, async () => {
  for (let round = 0; round < rounds; round++) {
    for (const [register, history] of await record(round)) {
      expect(history.length, register).toBeGreaterThan(CALLS)
      expect(anomalyIn(history)).toBeUndefined()
    }
  }
  counted('histories checked: registers of several threads', rounds * registers.length)
})

// Reads and writes that nothing overlaps, so that an altered one has no excuse.
const inTurn = (...effects: object[]): Operation[] =>
  effects.map((effect, n) => {
    const began = BigInt(n * 10)
    return { register: 'a', caller: 'one', by: 'hand', began, ended: began + 5n, ...effect }
  }) as Operation[]

describe('the check', () => {
  const write = (value: string) => ({ kind: 'write', value })
  const read = (found: string | undefined) => ({ kind: 'read', found })
  const swap = (found: string | undefined, value: string) => ({ kind: 'swap', found, value })
  const create = (value: string, made: boolean) => ({ kind: 'create', value, made })

  it('takes any order of what overlaps', () => {
    const [first, second] = inTurn(write('1'), read(undefined))
    expect(anomalyIn([first!, second!])).toMatch(/no order explains read/)
    expect(anomalyIn([{ ...first!, ended: 12n }, second!])).toBeUndefined()
  })

  it.each([
    ['a stale read', [write('1'), write('2'), read('1')]],
    ['a lost write', [write('1'), read(undefined)]],
    ['a value out of nowhere', [read('9')]],
    ['two that took the same', [swap(undefined, '1'), swap(undefined, '2')]],
    ['two that were first', [create('1', true), create('2', true)]],
    ['a refusal without reason', [create('1', false)]],
    ['values that go back', [write('1'), swap('1', '2'), read('2'), read('1')]],
  ])('finds %s', (_, effects) => {
    expect(anomalyIn(inTurn(...effects))).toMatch(/no order explains/)
  })

  it('finds a read of a recorded history that was made stale', async () => {
    const histories = await record(1000)
    for (const history of histories.values()) {
      const altered = madeStale(history)
      expect(altered).toBeDefined()
      expect(anomalyIn(altered!)).toMatch(/no order explains/)
    }
  })
})

// The history with one read that finds a value which a later write had replaced before it began.
function madeStale(history: Operation[]): Operation[] | undefined {
  const writes = history.filter(({ kind }) => kind === 'write')
  const reads = history.filter((one) => one.kind === 'read')
  for (const read of reads.toReversed()) {
    for (const old of writes) {
      if (!('value' in old) || old.value === undefined || old.value === read.found) continue
      const replaced = writes.some((other) => other.began > old.ended && other.ended < read.began)
      if (!replaced) continue
      return history.map((one) => (one === read ? { ...read, found: old.value } : one))
    }
  }
  return undefined
}
