// What callers did with one register (a key, or several keys that are always written together) and
// what they were told; and whether some order explains it.
//
// 1. An operation takes effect at one moment between its begin and its end. A history is
//    linearizable when moments can be chosen so that every read finds what was written last
//    (Herlihy and Wing, "Linearizability", 1990).
// 2. The search takes, again and again, an operation that may come next: one that began before any
//    of those left ended. States that were seen are not searched twice (Wing and Gong, 1993; Lowe,
//    2017).

/** A value that was written, or undefined for none. */
export type Value = string | undefined

export type Effect =
  | { kind: 'read'; found: Value }
  | { kind: 'write'; value: Value }
  /** Writes when there is nothing. */
  | { kind: 'create'; value: string; made: boolean }
  | { kind: 'swap'; found: Value; value: string }

export type Operation = Effect & {
  register: string
  caller: string
  /** How it was done, for the reader: 'getSync', 'snapshot', … */
  by: string
  /** Nanoseconds on one clock. */
  began: bigint
  ended: bigint
}

interface Search {
  /** Everything before it has taken effect. */
  first: number
  /** Places behind `first` that have taken effect already, rising. */
  ahead: readonly number[]
  value: Value
}

/** What is wrong with the history of one register, or undefined. */
export function anomalyIn(history: readonly Operation[]): string | undefined {
  const order = [...history].sort((a, b) => (a.began < b.began ? -1 : 1))
  const seen = new Set<string>()
  const open: Search[] = [{ first: 0, ahead: [], value: undefined }]
  let furthest = 0
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at.first === order.length) return undefined
    furthest = Math.max(furthest, at.first)
    for (const next of nextOf(order, at)) {
      const place = `${next.first} ${next.ahead.join(',')} ${next.value ?? ''}`
      if (seen.has(place)) continue
      seen.add(place)
      open.push(next)
    }
  }
  return `no order explains ${describe(order[furthest]!)}, nor what overlaps it`
}

function nextOf(order: readonly Operation[], { first, ahead, value }: Search): Search[] {
  const left: number[] = []
  let deadline = order[first]!.ended
  for (let i = first; i < order.length && order[i]!.began <= deadline; i++) {
    if (ahead.includes(i)) continue
    left.push(i)
    if (order[i]!.ended < deadline) deadline = order[i]!.ended
  }
  return left
    .filter((i) => order[i]!.began <= deadline && fits(order[i]!, value))
    .map((i) => taken({ first, ahead, value: after(order[i]!, value) }, i))
}

function taken({ first, ahead, value }: Search, place: number): Search {
  const rest = [...ahead, place].sort((a, b) => a - b)
  let next = first
  while (rest[0] === next) {
    rest.shift()
    next++
  }
  return { first: next, ahead: rest, value }
}

function fits(operation: Operation, value: Value): boolean {
  if (operation.kind === 'write') return true
  if (operation.kind === 'create') return operation.made === (value === undefined)
  return operation.found === value
}

function after(operation: Operation, value: Value): Value {
  if (operation.kind === 'read') return value
  if (operation.kind === 'create' && !operation.made) return value
  return operation.value
}

function describe(operation: Operation): string {
  const { kind, caller, by, register, began, ended } = operation
  const found = 'found' in operation ? `, found ${String(operation.found)}` : ''
  const written = 'value' in operation ? `, value ${String(operation.value)}` : ''
  return `${kind} by ${by} of ${register}${found}${written} (${caller}, ${began} to ${ended})`
}
