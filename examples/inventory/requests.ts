// Made-up requests: request n of a seed is always the same, so whoever was not answered can make it
// again.

import type { Command } from './rules.js'

const ITEMS = ['bolt', 'nut', 'washer', 'screw', 'nail', 'hinge', 'spring', 'gear']

/** Whole numbers from a seed and a count (splitmix, 32 bits). */
function numbers(seed: number): (bound: number) => number {
  let state = seed >>> 0
  return (bound) => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return ((mixed ^ (mixed >>> 16)) >>> 0) % bound
  }
}

export function requestAt(seed: number, request: number): Command {
  const below = numbers(seed * 1_000_003 + request)
  const item = ITEMS[below(ITEMS.length)]!
  const order = `order-${1 + below(request + 1)}`
  const chance = below(20)
  if (chance < 4) return { request, kind: 'receive', item, count: 10 + below(90) }
  if (chance < 12) return { request, kind: 'reserve', item, order, count: 1 + below(30) }
  if (chance < 18) return { request, kind: 'ship', order }
  return { request, kind: 'adjust', item, by: below(21) - 10 }
}
