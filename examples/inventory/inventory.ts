// The inventory: events in a log, state in derived namespaces of a store.
//
//   log                  what happened, written once, never changed
//   items    [name]      { onHand, reserved }
//   orders   [id]        { item, count, shipped }
//   answers  [request]   position of the event that answered it
//
// 1. The log is the truth. State is written without a log of its own, together with the position
//    up to which it has seen events, and is made again from the events behind that position.
// 2. Commands that come while a batch is on its way are the next batch: one append, one write of
//    state. They are decided one after the other, each on what the ones before it left.
// 3. An event is applied only when it is durable, so state is never ahead of the log.
// 4. A request that was answered gets the same answer again, and nothing is logged.
// 5. State is looked up synchronously: it is read often, and lies in memory.
// 6. When an append fails nobody knows whether it is there: all later commands get that failure.
//    Opening again finds out.

import { join } from 'node:path'
import { type EventLog, type Store, msgpack, open, openEventLog } from 'ledgerstone'
import { Draft } from './draft.js'
import { type Command, type InventoryEvent, type Item, type Order, decide } from './rules.js'

export interface Answer {
  position: number
  event: InventoryEvent
}

interface Waiting {
  command: Command
  resolve(answer: Answer): void
  reject(error: unknown): void
}

// A crash is followed by a replay of about so many events at most.
const SAVED_AFTER_EVENTS = 250

export class Inventory {
  readonly log: EventLog<InventoryEvent>
  readonly store: Store
  /** Events that opening had to apply again. */
  replayed = 0
  readonly #items
  readonly #orders
  readonly #answers
  #position: number
  #waiting: Waiting[] = []
  #working: Promise<void> | undefined
  #failure: Error | undefined
  #saving: Promise<void> | undefined
  #savedAt: number

  static async open(folder: string): Promise<Inventory> {
    const log = await openEventLog(join(folder, 'log'), { codec: msgpack<InventoryEvent>() })
    let store: Store | undefined
    try {
      store = await open(join(folder, 'state'), { memoryBudget: '16MiB' })
      const inventory = new Inventory(log, store)
      await inventory.#replay()
      return inventory
    } catch (error) {
      await store?.close()
      await log.close()
      throw error
    }
  }

  private constructor(log: EventLog<InventoryEvent>, store: Store) {
    this.log = log
    this.store = store
    const derived = true
    this.#items = store.namespace('items', { key: 'utf8', value: msgpack<Item>(), derived })
    this.#orders = store.namespace('orders', { key: 'utf8', value: msgpack<Order>(), derived })
    this.#answers = store.namespace('answers', { key: 'u64', value: 'u64', derived })
    this.#position = this.#savedAt = Number(store.applied)
  }

  /** Of the last event that state has seen. */
  get position(): number {
    return this.#position
  }

  /** Fulfils when the answer is durable. Make the next request without waiting for it. */
  submit(command: Command): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ command, resolve, reject })
      this.#working ??= this.#work()
    })
  }

  items(): AsyncIterable<[string, Item]> {
    return this.#items.range()
  }

  orders(): AsyncIterable<[string, Order]> {
    return this.#orders.range()
  }

  async close(): Promise<void> {
    await this.#working
    await this.#saving
    await this.store.close()
    await this.log.close()
  }

  async #replay(): Promise<void> {
    if (this.#position > this.log.durablePosition) {
      throw new Error(
        `The state has seen event ${this.#position}; the log ends at ${this.log.durablePosition}`,
      )
    }
    const missed = this.log.read({ from: this.#position + 1 })
    for await (const { first, last, events } of missed.batches()) {
      const draft = this.#draft()
      for (const [i, event] of events.entries()) draft.apply(event, first + i)
      await this.#keep(draft, last)
      this.replayed += events.length
    }
  }

  async #work(): Promise<void> {
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        if (this.#failure !== undefined) throw this.#failure
        await this.#answer(batch)
      } catch (error) {
        this.#failure ??= error as Error
        for (const { reject } of batch) reject(error)
      }
    }
    this.#working = undefined
  }

  async #answer(batch: readonly Waiting[]): Promise<void> {
    const draft = this.#draft()
    const events: InventoryEvent[] = []
    const positions = batch.map(({ command }) => {
      const before = this.#answered(draft, command.request)
      if (before !== undefined) return before
      const event = decide(draft, command)
      const position = this.#position + events.push(event)
      draft.apply(event, position)
      return position
    })
    if (events.length > 0) {
      const { last } = await this.log.append(events, { expected: this.#position })
      await this.#keep(draft, last)
    }
    const known = (position: number): InventoryEvent | undefined =>
      events[position - (this.#position - events.length) - 1]
    for (const [i, { resolve }] of batch.entries()) {
      const position = positions[i]!
      resolve({ position, event: known(position) ?? (await this.#eventAt(position)) })
    }
  }

  #answered(draft: Draft, request: number): number | undefined {
    const position = draft.answers.get(request) ?? this.#answers.getSync(request)
    return position === undefined ? undefined : Number(position)
  }

  async #eventAt(position: number): Promise<InventoryEvent> {
    for await (const { data } of this.log.read({ from: position, to: position })) return data
    throw new Error(`The log has no event ${position}`)
  }

  async #keep(draft: Draft, position: number): Promise<void> {
    await this.store.write(
      (batch) => {
        for (const [name, item] of draft.items) batch.put(this.#items, name, item)
        for (const [id, order] of draft.orders) batch.put(this.#orders, id, order)
        for (const [request, at] of draft.answers) batch.put(this.#answers, request, at)
      },
      { applied: BigInt(position) },
    )
    this.#position = position
    if (position - this.#savedAt >= SAVED_AFTER_EVENTS) this.#saving ??= this.#save(position)
  }

  // Beside the work. What it saves may be newer than `position`, never older.
  async #save(position: number): Promise<void> {
    try {
      await this.store.flush()
      this.#savedAt = position
    } catch (error) {
      this.#failure ??= error as Error
    } finally {
      this.#saving = undefined
    }
  }

  #draft(): Draft {
    return new Draft({
      getItem: (name) => this.#items.getSync(name),
      getOrder: (id) => this.#orders.getSync(id),
    })
  }
}
