// Random calls against a list: whatever was appended is read, and nothing else, at its position.

import { describe, expect, it } from 'vitest'
import { Random, seedFromEnvironment } from '../../../src/base/random.js'
import type { EventLog, LoggedEvent } from '../../../src/index.js'
import type { OpenLog } from './contract.js'

const STEPS = 150

class Model {
  readonly events: { data: Buffer; time: number }[] = []
  readonly #random: Random
  readonly #log: EventLog
  #epoch = 0

  constructor(log: EventLog, random: Random) {
    this.#log = log
    this.#random = random
  }

  async step(): Promise<void> {
    switch (this.#random.below(8)) {
      case 0:
        return this.#read()
      case 1:
        return this.#seek()
      case 2:
        return this.#random.oneIn(4) ? this.#fence() : this.#log.roll()
      default:
        return this.#append()
    }
  }

  async #append(): Promise<void> {
    const random = this.#random
    const calls = Array.from({ length: 1 + random.below(6) }, () => {
      const events = Array.from({ length: 1 + random.below(9) }, () =>
        random.bytes(random.oneIn(40) ? random.below(40_000) : random.below(200)),
      )
      const expected = random.pick([undefined, this.#last(), this.#last() + random.below(3)])
      const epoch = random.pick([undefined, this.#epoch, Math.max(0, this.#epoch - 1)])
      const refused =
        (expected !== undefined && expected !== this.#last()) ||
        (epoch !== undefined && epoch < this.#epoch)
      const first = this.#last() + 1
      if (!refused) this.events.push(...events.map((data) => ({ data, time: 0 })))
      const append = this.#log.append(events, { expected, epoch })
      return { append, refused, first, last: first + events.length - 1 }
    })
    const settled = await Promise.allSettled(calls.map(({ append }) => append))
    for (const [i, outcome] of settled.entries()) {
      const { refused, first, last } = calls[i]!
      expect(outcome.status).toBe(refused ? 'rejected' : 'fulfilled')
      if (outcome.status === 'rejected') continue
      expect(outcome.value).toMatchObject({ first, last })
      for (let at = first; at <= last; at++) this.events[at - 1]!.time = outcome.value.time
    }
    expect(this.#log.durablePosition).toBe(this.#last())
  }

  async #fence(): Promise<void> {
    await this.#log.fence(++this.#epoch)
    expect(this.#log.epoch).toBe(this.#epoch)
  }

  async #read(): Promise<void> {
    const random = this.#random
    const from = 1 + random.below(this.#last() + 3)
    const to = from + random.below(this.#last() + 3)
    const limit = random.oneIn(2) ? random.below(50) : Infinity
    const options = { from, to, ...(limit < Infinity && { limit }) }
    const read: LoggedEvent<Buffer>[] = []
    if (random.oneIn(2)) for await (const event of this.#log.read(options)) read.push(event)
    else read.push(...(await this.#log.read({ ...options, batch: 3 }).toArray()))
    this.#compare(read, from, Math.min(to, this.#last(), from + limit - 1))
  }

  async #seek(): Promise<void> {
    if (this.events.length === 0) return
    const { time } = this.events[this.#random.below(this.events.length)]!
    const first = this.events.findIndex((event) => event.time >= time)
    expect(await this.#log.positionAt(time)).toBe(first + 1)
  }

  async end(): Promise<void> {
    this.#compare(await this.#log.read().toArray(), 1, this.#last())
    expect(await this.#log.verify()).toEqual([])
  }

  #compare(read: readonly LoggedEvent<Buffer>[], from: number, to: number): void {
    expect(read.length).toBe(Math.max(0, to - from + 1))
    for (const [i, { position, time, data }] of read.entries()) {
      const event = this.events[from - 1 + i]!
      expect([position, time]).toEqual([from + i, event.time])
      expect(data.equals(event.data)).toBe(true)
    }
  }

  #last(): number {
    return this.events.length
  }
}

export function modelContract(openLog: OpenLog): void {
  describe('against a list', () => {
    it.each([1, 2, 3])('does the same in random calls, run %i', async (run) => {
      const seed = seedFromEnvironment()
      process.stdout.write(`LEDGERSTONE_SEED=${seed} npx vitest run test/contract/event-log\n`)
      const log = await openLog({ segmentBytes: 20_000 })
      const model = new Model(log, new Random(seed + run))
      for (let step = 0; step < STEPS; step++) await model.step()
      await model.end()
      expect(model.events.length).toBeGreaterThan(100)
    })
  })
}
