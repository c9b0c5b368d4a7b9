import { describe, expect, it } from 'vitest'
import { RANGE } from '../binding/constants.js'
import { binary, u64, utf8 } from '../codec/simple-codecs.js'
import { type ByteBounds, afterPrefix, boundsFrom, byteBounds } from './bounds.js'
import type { Bounds } from './store.js'

function describeBounds(bounds: Bounds<string> | undefined): string {
  return describeBytes(byteBounds(utf8, bounds))
}

function describeBytes({ lower, upper, flags, empty }: ByteBounds): string {
  if (empty) return 'nothing'
  expect((flags & RANGE.hasLower) !== 0).toBe(lower !== undefined)
  expect((flags & RANGE.hasUpper) !== 0).toBe(upper !== undefined)
  const open = (flags & RANGE.lowerExclusive) !== 0 ? '(' : '['
  const close = (flags & RANGE.upperExclusive) !== 0 ? ')' : ']'
  const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString()
  return `${open}${text(lower)},${text(upper)}${close}`
}

describe('byteBounds', () => {
  it.each<[string, Bounds<string> | undefined]>([
    ['[,]', undefined],
    ['[,]', {}],
    ['[b,]', { gte: 'b' }],
    ['(b,]', { gt: 'b' }],
    ['[,b]', { lte: 'b' }],
    ['[,b)', { lt: 'b' }],
    ['[b,c)', { prefix: 'b' }],
    ['[,]', { prefix: '' }],
    ['(b,c)', { prefix: 'b', gt: 'b' }],
    ['[bb,c)', { prefix: 'b', gte: 'bb', lte: 'd' }],
    ['[b,bb]', { prefix: 'b', gte: 'a', lte: 'bb' }],
    ['[b,c)', { prefix: 'b', lte: 'c' }],
    ['[,]', { gte: '' }],
    ['[,]', { gt: '' }],
    ['nothing', { lt: '' }],
    ['nothing', { lte: '' }],
    ['nothing', { gte: 'b', lt: 'b' }],
    ['nothing', { gt: 'b', lte: 'b' }],
    ['[b,b]', { gte: 'b', lte: 'b' }],
    ['nothing', { gte: 'c', lte: 'b' }],
    ['nothing', { prefix: 'b', gte: 'c' }],
    ['nothing', { prefix: 'b', lt: 'b' }],
  ])('is %s for %o', (expected, bounds) => {
    expect(describeBounds(bounds)).toBe(expected)
  })

  it('keeps each edge apart from the others', () => {
    const { lower, upper } = byteBounds(u64, { gte: 1, lt: 2n })
    const [one, two] = [Buffer.alloc(8).fill(1, 7), Buffer.alloc(8).fill(2, 7)]
    expect([lower, upper]).toEqual([one, two])
  })

  it('refuses a bound longer than any key', () => {
    expect(() => byteBounds(binary, { gte: Buffer.alloc(65_536) })).toThrow(/at most 65535 bytes/)
  })
})

describe('afterPrefix', () => {
  it.each([
    ['00', '01'],
    ['61ff', '62'],
    ['61fffe', '61ffff'],
    ['ffff', undefined],
    ['', undefined],
  ])('of %s is %s', (prefix, after) => {
    const found = afterPrefix(Buffer.from(prefix, 'hex'))
    expect(found === undefined ? undefined : Buffer.from(found).toString('hex')).toBe(after)
  })
})

describe('boundsFrom', () => {
  it.each<[string, Bounds<string>, string, boolean]>([
    ['[b,]', {}, 'b', false],
    ['[,b]', {}, 'b', true],
    ['[b,c)', { gt: 'a', lt: 'c' }, 'b', false],
    ['(a,b]', { gt: 'a', lt: 'c' }, 'b', true],
    ['[a,c]', { gte: 'a', lte: 'c' }, 'a', false],
    ['[c,c]', { gte: 'a', lte: 'c' }, 'c', false],
    ['[a,a]', { gte: 'a', lte: 'c' }, 'a', true],
    ['outside', { gt: 'a' }, 'a', false],
    ['outside', { gte: 'b' }, 'a', false],
    ['outside', { lt: 'c' }, 'c', true],
    ['outside', { lte: 'c' }, 'd', true],
    ['outside', { gt: 'c', lt: 'a' }, 'b', false],
  ])('is %s for %o from %s, reverse %s', (expected, bounds, key, reverse) => {
    const found = boundsFrom(byteBounds(utf8, bounds), utf8, key, reverse)
    expect(found === undefined ? 'outside' : describeBytes(found)).toBe(expected)
  })
})
