// The judge of the fault tests must notice each kind of lie that it is there for.

import { describe, expect, it } from 'vitest'
import { Judge, type Line } from './judge.js'
import type { Fault, Shape } from './preload.js'

const EIO: Shape = { name: 'EIO once', errno: 'EIO' }
const syncFails: Fault = { call: 'fdatasync', kind: 'wal', skip: 0, shape: EIO }
const isShort: Fault = {
  call: 'write',
  kind: 'wal',
  skip: 0,
  shape: { name: 'short', halve: true },
}

const issue = (n: number, fired = 0): Line => [fired, 'issue', n, [['a', 'k', `${n}`]], 'disk']
const told = (code: string, n: number): Line => [1, 'failed', 'commit', { code, errno: 5, n }]

function complaintsOf(fault: Fault, lines: readonly Line[], held?: string): readonly string[] {
  const judge = new Judge('store', 'disk', fault)
  for (const line of lines) judge.take(line)
  judge.settle({ a: held === undefined ? {} : { k: held } })
  judge.conclude(1)
  return judge.complaints
}

describe('the judge of the fault tests', () => {
  it('accepts a failure that is told, and a store that stops', () => {
    const lines = [issue(0), told('OUTCOME_UNKNOWN', 0), issue(1, 1), told('READ_ONLY', 1)]
    expect(complaintsOf(syncFails, lines)).toEqual([])
    expect(complaintsOf(syncFails, lines, '0')).toEqual([])
  })

  it.each<[string, Fault, Line[], string | undefined, RegExp]>([
    [
      'a write acknowledged though its sync failed',
      syncFails,
      [issue(0), [1, 'acknowledged', 0]],
      '0',
      /0 is acknowledged/,
    ],
    [
      'a write acknowledged after a failure',
      syncFails,
      [issue(0), told('OUTCOME_UNKNOWN', 0), issue(1, 1), [1, 'acknowledged', 1]],
      '1',
      /by a store that had failed/,
    ],
    ['a lost write', syncFails, [issue(0), [0, 'acknowledged', 0]], undefined, /no prefix/],
    [
      'a refused write that is there',
      syncFails,
      [issue(0), told('READ_ONLY', 0)],
      '0',
      /no prefix/,
    ],
    ['another code', syncFails, [issue(0), told('CORRUPTION', 0)], undefined, /CORRUPTION/],
    [
      'another errno',
      syncFails,
      [[1, 'failed', 'open', { code: 'IO_ERROR', errno: 28 }]],
      undefined,
      /open failed/,
    ],
    [
      'a short write that is told',
      isShort,
      [issue(0), told('OUTCOME_UNKNOWN', 0)],
      undefined,
      /commit failed/,
    ],
    [
      'a step done without its sync',
      syncFails,
      [
        [0, 'begin', 'flush'],
        [1, 'done', 'flush'],
      ],
      undefined,
      /flush is said/,
    ],
    ['a failure of which nobody was told', syncFails, [], undefined, /nobody was told/],
    ['a wrong read', syncFails, [[0, 'wrong', 'a k is 3']], undefined, /a read is wrong/],
  ])('refuses %s', (_, fault, lines, held, complaint) => {
    expect(complaintsOf(fault, lines, held).join('\n')).toMatch(complaint)
  })

  it('counts nothing that was acknowledged after the power went, until it is back', () => {
    const judge = new Judge('store', 'disk')
    judge.take(issue(0))
    judge.cut()
    judge.take([0, 'acknowledged', 0])
    judge.take([0, 'held', { a: {} }])
    judge.take(issue(1))
    judge.take([0, 'acknowledged', 1])
    judge.settle({ a: {} })
    expect(judge.complaints).toEqual([])
    judge.restore()
    judge.take(issue(2))
    judge.take([0, 'acknowledged', 2])
    judge.settle({ a: {} })
    expect(judge.complaints).toHaveLength(1)
  })
})
