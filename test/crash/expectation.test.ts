// The judge of the crash tests must notice each kind of damage that it is there for.

import { beforeEach, describe, expect, it } from 'vitest'
import { Expectation } from './expectation.js'

describe('the expectation of the crash tests', () => {
  let expectation: Expectation
  beforeEach(() => {
    expectation = new Expectation()
    expectation.issue(0, [['a', 'k', '0']])
    expectation.issue(1, [
      ['a', 'k', '1'],
      ['b', 'k', '1'],
    ])
    expectation.issue(2, [['a', 'l', '2']])
    expectation.issue(3, [['a', 'k', null]])
    expectation.acknowledge(1)
    expectation.acknowledge(0)
  })

  it.each([
    ['what was acknowledged', { a: { k: '1' }, b: { k: '1' } }],
    ['one commit more', { a: { k: '1', l: '2' }, b: { k: '1' } }],
    ['all of them', { a: { l: '2' }, b: { k: '1' } }],
  ])('accepts %s', (_, contents) => {
    expect(expectation.settle(contents)).toBeUndefined()
  })

  it.each([
    ['a lost acknowledged write', { a: { k: '0' } }],
    ['an empty store', {}],
    ['a torn batch', { a: { k: '1' } }],
    ['a hole', { b: { k: '1' }, a: {} }],
    ['a value that was never written', { a: { k: '7' }, b: { k: '1' } }],
    ['a key that was never written', { a: { k: '1', z: '1' }, b: { k: '1' } }],
  ])('refuses %s', (_, contents) => {
    expect(expectation.settle(contents)).toMatch(/no prefix of the commits fits/)
  })

  it('refuses a prefix other than the one the store names', () => {
    const contents = { a: { k: '1', l: '2' }, b: { k: '1' } }
    expect(expectation.settle(contents, 1)).toMatch(/the store says 1/)
    expect(expectation.settle(contents, 2)).toBeUndefined()
  })

  it('refuses a write that comes back after it was gone', () => {
    expect(expectation.settle({ a: { k: '1' }, b: { k: '1' } })).toBeUndefined()
    expect(expectation.settle({ a: { k: '1', l: '2' }, b: { k: '1' } })).toMatch(/l is 2/)
  })

  it('refuses what was told to be not written', () => {
    expectation.refuse(2)
    expect(expectation.settle({ a: { k: '1', l: '2' }, b: { k: '1' } })).toMatch(/l is 2/)
    expect(expectation.settle({ a: {}, b: { k: '1' } })).toBeUndefined()
  })

  it('folds the drop of a namespace', () => {
    expectation.issue(4, [['b']])
    expectation.acknowledge(4)
    expect(expectation.settle({ a: { l: '2' }, b: { k: '1' } })).toMatch(/b k is 1/)
    expect(expectation.settle({ a: { l: '2' }, b: {} })).toBeUndefined()
  })
})
