// The rules of the warehouse: what a command leads to, and what an event changes. Nothing here
// reads a clock, draws a number or knows where state is kept.
//
// 1. decide() may refuse; what it decides is an event, a refusal too.
// 2. apply() never refuses: an event has happened. The same events in the same order lead to the
//    same state, whoever applies them and how often he starts again.
// 3. An item never has more reserved than there is.

export interface Item {
  onHand: number
  reserved: number
}

export interface Order {
  item: string
  count: number
  shipped: boolean
}

/** Requests are numbered by who makes them; the same number is the same request, made again. */
export type Command = { request: number } & (
  | { kind: 'receive'; item: string; count: number }
  | { kind: 'reserve'; item: string; order: string; count: number }
  | { kind: 'ship'; order: string }
  | { kind: 'adjust'; item: string; by: number }
)

export type InventoryEvent = { request: number } & (
  | { kind: 'received'; item: string; count: number }
  | { kind: 'reserved'; item: string; order: string; count: number }
  | { kind: 'shipped'; item: string; order: string; count: number }
  | { kind: 'adjusted'; item: string; by: number }
  | { kind: 'refused'; what: Command['kind']; why: string }
)

/** What rules may look at. */
export interface State {
  item(name: string): Item
  order(id: string): Order | undefined
}

/** What an event changes, each row as it is afterwards. */
export interface Changes {
  item?: [name: string, item: Item]
  order?: [id: string, order: Order]
}

export function decide(state: State, command: Command): InventoryEvent {
  const { request } = command
  const refused = (why: string): InventoryEvent => {
    return { request, kind: 'refused', what: command.kind, why }
  }
  switch (command.kind) {
    case 'receive':
      return { request, kind: 'received', item: command.item, count: command.count }
    case 'reserve': {
      const { item, order, count } = command
      const { onHand, reserved } = state.item(item)
      if (state.order(order) !== undefined) return refused('this order is there')
      if (onHand - reserved < count) return refused('not enough')
      return { request, kind: 'reserved', item, order, count }
    }
    case 'ship': {
      const order = state.order(command.order)
      if (order === undefined) return refused('no such order')
      if (order.shipped) return refused('shipped before')
      const { item, count } = order
      return { request, kind: 'shipped', item, order: command.order, count }
    }
    case 'adjust': {
      const { item, by } = command
      const { onHand, reserved } = state.item(item)
      if (onHand + by < reserved) return refused('less than is reserved')
      return { request, kind: 'adjusted', item, by }
    }
  }
}

export function apply(state: State, event: InventoryEvent): Changes {
  switch (event.kind) {
    case 'refused':
      return {}
    case 'received':
      return { item: changed(state, event.item, event.count, 0) }
    case 'adjusted':
      return { item: changed(state, event.item, event.by, 0) }
    case 'reserved': {
      const { item, order, count } = event
      return {
        item: changed(state, item, 0, count),
        order: [order, { item, count, shipped: false }],
      }
    }
    case 'shipped': {
      const { item, order, count } = event
      return {
        item: changed(state, item, -count, -count),
        order: [order, { item, count, shipped: true }],
      }
    }
  }
}

function changed(state: State, name: string, onHand: number, reserved: number): [string, Item] {
  const item = state.item(name)
  return [name, { onHand: item.onHand + onHand, reserved: item.reserved + reserved }]
}
