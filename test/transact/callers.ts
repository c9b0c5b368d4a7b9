// Many callers at once, each running random transactions over few keys; what they saw is recorded.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { Random } from '../../src/base/random.js'
import { LedgerstoneError, type Store, type Transaction } from '../../src/index.js'
import type { Recorded, Step } from './history.js'

interface Load {
  seed: number
  callers: number
  transactionsEach: number
  keys: number
}

function spacesOf(store: Store) {
  return {
    data: store.namespace('data', { key: 'utf8', value: 'utf8' }),
    marks: store.namespace('marks', { key: 'utf8', value: 'utf8' }),
  }
}

type Data = ReturnType<typeof spacesOf>['data']

class Caller {
  readonly history: Recorded[] = []
  conflicts = 0
  readonly #store: Store
  readonly #random: Random
  readonly #keys: number
  readonly #tick: () => number

  constructor(store: Store, seed: number, keys: number, tick: () => number) {
    this.#store = store
    this.#random = new Random(seed)
    this.#keys = keys
    this.#tick = tick
  }

  async run(name: string): Promise<void> {
    const { data, marks } = spacesOf(this.#store)
    const reading = this.#random.oneIn(4)
    const began = this.#tick()
    let steps: Step[] = []
    try {
      await this.#store.transact(
        async (tx) => {
          steps = []
          for (let i = this.#random.below(6) + 1; i > 0; i--) {
            steps.push(await this.#step(tx, data, `${name}.${i}`, reading))
            if (this.#random.oneIn(3)) await nextTurn()
          }
          if (!reading) tx.put(marks, name, '')
        },
        { durability: this.#random.pick(['os', 'memory', 'disk']), retries: 3 },
      )
    } catch (error) {
      if (!(error instanceof LedgerstoneError) || error.code !== 'CONFLICT') throw error
      this.conflicts++
      return
    }
    this.history.push({ name, began, ended: this.#tick(), sequence: undefined, steps })
  }

  async #step(tx: Transaction, data: Data, value: string, reading: boolean): Promise<Step> {
    const random = this.#random
    const key = this.#key()
    const choice = random.below(reading ? 4 : 7)
    if (choice < 2) return { kind: 'get', key, value: await tx.get(data, key) }
    if (choice < 4) return this.#range(tx, data)
    if (choice === 4) {
      tx.del(data, key)
      return { kind: 'del', key }
    }
    tx.put(data, key, value)
    return { kind: 'put', key, value }
  }

  async #range(tx: Transaction, data: Data): Promise<Step> {
    const [gte, lt] = [this.#key(), this.#key()].sort() as [string, string]
    const limit = this.#random.oneIn(2) ? 1 + this.#random.below(3) : Infinity
    const reverse = this.#random.oneIn(2)
    const found: string[] = []
    for await (const [key, value] of tx.range(data, { gte, lt, reverse, limit })) {
      found.push(`${key}=${value}`)
    }
    return { kind: 'range', gte, lt, limit, reverse, found }
  }

  #key(): string {
    return `k${10 + this.#random.below(this.#keys)}`
  }
}

/** Runs the load and gives what was committed, and how many gave up after conflicts. */
export async function recordLoad(
  store: Store,
  load: Load,
): Promise<{ history: Recorded[]; conflicts: number }> {
  let moment = 0
  const callers = Array.from(
    { length: load.callers },
    (_, i) => new Caller(store, load.seed + i, load.keys, () => ++moment),
  )
  await Promise.all(
    callers.map(async (caller, c) => {
      for (let i = 0; i < load.transactionsEach; i++) await caller.run(`t${c}-${i}`)
    }),
  )
  const { marks } = spacesOf(store)
  const history = callers.flatMap((caller) => caller.history)
  for (const one of history) one.sequence = marks.getEntrySync(one.name)?.version
  return { history, conflicts: callers.reduce((sum, { conflicts }) => sum + conflicts, 0) }
}
