// When the event loop has to turn: work that always finds its answer in memory awaits nothing but
// microtasks, and timers and sockets wait for all of it.
//
// 1. A turn counts from the first question in it, whoever asks: many short ranges are as long as
//    one long range.
// 2. A question costs a look at the clock, and the first one of a turn one `setImmediate`.

import { systemClock } from '../base/clock.js'

const TURN_MS_MAX = 5

let isUnderWay = false
let startedMs = 0

function end(): void {
  isUnderWay = false
}

/** A promise of the next turn when this one has been long, else undefined: go on at once. */
export function dueTurn(): Promise<void> | undefined {
  const nowMs = systemClock.nowMs()
  if (!isUnderWay) {
    isUnderWay = true
    startedMs = nowMs
    setImmediate(end)
    return undefined
  }
  if (nowMs - startedMs < TURN_MS_MAX) return undefined
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
