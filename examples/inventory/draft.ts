// State with changes on top that are written nowhere yet: what the commands of one batch see, and
// what a replay gathers before it writes.

import type { Changes, InventoryEvent, Item, Order, State } from './rules.js'
import { apply } from './rules.js'

const NOTHING: Item = { onHand: 0, reserved: 0 }

/** The rows that are kept. */
export interface Rows {
  getItem(name: string): Item | undefined
  getOrder(id: string): Order | undefined
}

export class Draft implements State {
  readonly items = new Map<string, Item>()
  readonly orders = new Map<string, Order>()
  /** By request: the position of its event. */
  readonly answers = new Map<number, number>()
  readonly #rows: Rows

  constructor(rows: Rows) {
    this.#rows = rows
  }

  item(name: string): Item {
    return this.items.get(name) ?? this.#rows.getItem(name) ?? NOTHING
  }

  order(id: string): Order | undefined {
    return this.orders.get(id) ?? this.#rows.getOrder(id)
  }

  apply(event: InventoryEvent, position: number): void {
    const { item, order }: Changes = apply(this, event)
    if (item !== undefined) this.items.set(...item)
    if (order !== undefined) this.orders.set(...order)
    this.answers.set(event.request, position)
  }
}
