// Everything again from the first event, in maps, and what differs from the state that is kept.

import { Draft } from './draft.js'
import type { Inventory } from './inventory.js'
import type { InventoryEvent } from './rules.js'

export interface Audit {
  events: number
  /** By kind of event. */
  kinds: Map<InventoryEvent['kind'], number>
  /** Rows that are not what the events make of them; empty when all is right. */
  differences: string[]
}

export async function audit(inventory: Inventory): Promise<Audit> {
  const draft = new Draft({ getItem: () => undefined, getOrder: () => undefined })
  const kinds: Audit['kinds'] = new Map()
  let events = 0
  for await (const { position, data } of inventory.log.read()) {
    draft.apply(data, position)
    kinds.set(data.kind, (kinds.get(data.kind) ?? 0) + 1)
    events = position
  }
  const differences = [
    ...(await differing('item', draft.items, inventory.items())),
    ...(await differing('order', draft.orders, inventory.orders())),
  ]
  return { events, kinds, differences }
}

async function differing<T>(
  what: string,
  expected: ReadonlyMap<string, T>,
  found: AsyncIterable<[string, T]>,
): Promise<string[]> {
  const rest = new Map(expected)
  const differences: string[] = []
  for await (const [key, row] of found) {
    const wanted = JSON.stringify(rest.get(key))
    rest.delete(key)
    if (JSON.stringify(row) !== wanted) differences.push(`${what} ${key}: not ${wanted}`)
  }
  return [...differences, ...[...rest.keys()].map((key) => `${what} ${key} is missing`)]
}
