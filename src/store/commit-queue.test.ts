import { availableParallelism } from 'node:os'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CommitQueue, deferred } from './commit-queue.js'

describe('the loop, while a write that need not wait for the disk is under way', () => {
  let nowMs = 0
  let turns: (() => void)[] = []

  beforeEach(() => {
    nowMs = 0
    turns = []
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
    vi.stubGlobal('setImmediate', (turn: () => void) => turns.push(turn))
  })
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
  })

  function turn(): void {
    nowMs += 0.01
    turns.shift()?.()
  }

  function lingering(): CommitQueue {
    const queue = new CommitQueue()
    queue.add(1, deferred())
    queue.linger()
    return queue
  }

  const several = availableParallelism() > 1

  it.runIf(several)('turns until the write is settled', () => {
    const queue = lingering()
    for (let n = 0; n < 5; n++) turn()
    expect(turns).toHaveLength(1)
    queue.onCommitted(1, undefined)
    turn()
    expect(turns).toHaveLength(0)
  })

  it.runIf(several)('sleeps after a moment, and turns again for the next write', () => {
    const queue = lingering()
    nowMs += 1
    turn()
    expect(turns).toHaveLength(0)
    queue.add(2, deferred())
    queue.linger()
    queue.linger()
    expect(turns).toHaveLength(1)
  })

  it.skipIf(several)('sleeps where there is one processor', () => {
    lingering()
    expect(turns).toHaveLength(0)
  })
})
