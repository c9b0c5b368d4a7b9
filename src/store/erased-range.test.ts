import { describe, expect, it } from 'vitest'
import { compareBytes } from '../base/bytes.js'
import { Random, seedFromEnvironment } from '../base/random.js'
import { KEY_BYTES_MAX, RANGE } from '../binding/constants.js'
import { binary, u64, utf8 } from '../codec/simple-codecs.js'
import { byteBounds } from './bounds.js'
import { erasedRange } from './erased-range.js'
import type { Bounds } from './store.js'

function described(bounds: Bounds<string> | undefined): string {
  const range = erasedRange(byteBounds(utf8, bounds))
  if (range === undefined) return 'nothing'
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString().replaceAll('\0', '0')
  return `[${text(range.begin)},${text(range.end)})`
}

const longest = (last: number): Buffer =>
  Buffer.alloc(KEY_BYTES_MAX, 'k').fill(last, KEY_BYTES_MAX - 1)

describe('what a range delete erases', () => {
  it.each<[string, Bounds<string> | undefined]>([
    ['[,)', undefined],
    ['[,)', {}],
    ['[,)', { prefix: '' }],
    ['[b,)', { gte: 'b' }],
    ['[b0,)', { gt: 'b' }],
    ['[,b0)', { lte: 'b' }],
    ['[,b)', { lt: 'b' }],
    ['[b,b0)', { gte: 'b', lte: 'b' }],
    ['[b,c)', { prefix: 'b' }],
    ['[b0,c)', { prefix: 'b', gt: 'b' }],
    ['nothing', { lt: '' }],
    ['nothing', { gte: 'b', lt: 'b' }],
    ['nothing', { gt: 'b', lte: 'b' }],
    ['nothing', { gt: 'b', lt: 'b' }],
    ['nothing', { gt: 'b', lt: 'b\0' }],
  ])('is %s for %o', (expected, bounds) => {
    expect(described(bounds)).toBe(expected)
  })

  it.each<Bounds<string>>([
    { gte: 'c', lte: 'b' },
    { gt: 'c', lt: 'b' },
    { gte: 'b', lt: '' },
    { prefix: 'b', lt: 'a' },
    { prefix: 'b', gt: 'd' },
  ])('is an error for the crossed bounds %o', (bounds) => {
    expect(() => described(bounds)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it('begins and ends behind a key of the largest size', () => {
    const key = longest(0x40)
    const after = Buffer.concat([key.subarray(0, -1), Buffer.of(0x41)])
    const at = { gte: key, lte: key }
    expect(erasedRange(byteBounds(binary, at))).toEqual({ begin: key, end: after })
    const behind = erasedRange(byteBounds(binary, { gt: key }))
    expect(behind).toEqual({ begin: after, end: new Uint8Array(0) })
    const highest = Buffer.alloc(KEY_BYTES_MAX, 0xff)
    expect(erasedRange(byteBounds(binary, { gt: highest }))).toBeUndefined()
    const upTo = erasedRange(byteBounds(binary, { gte: Buffer.of(1), lte: highest }))
    expect(upTo).toEqual({ begin: Buffer.of(1), end: new Uint8Array(0) })
  })

  it('ends behind the last number there is', () => {
    const all = erasedRange(byteBounds(u64, { gt: 2n ** 64n - 2n, lte: 2n ** 64n - 1n }))
    const [next, end] = ['fffffffffffffffe00', 'ffffffffffffffff00']
    expect(all).toEqual({ begin: Buffer.from(next, 'hex'), end: Buffer.from(end, 'hex') })
  })

  const seed = seedFromEnvironment()
  it(`is what a range of the same bounds holds (LEDGERSTONE_SEED=${seed})`, () => {
    const random = new Random(seed)
    const key = (): Buffer =>
      Buffer.from(Array.from({ length: 1 + random.below(3) }, () => random.pick([0, 1, 254, 255])))
    let compared = 0
    for (let i = 0; i < 2000; i++) {
      const bounds = {
        [random.pick(['gt', 'gte'])]: random.oneIn(3) ? undefined : key(),
        [random.pick(['lt', 'lte'])]: random.oneIn(3) ? undefined : key(),
        prefix: random.oneIn(3) ? key() : undefined,
      }
      const bytes = byteBounds(binary, bounds)
      const { lower, upper, flags } = bytes
      if (lower !== undefined && upper !== undefined && compareBytes(lower, upper) > 0) continue
      const erased = erasedRange(bytes)
      const probe = key()
      const least = (flags & RANGE.lowerExclusive) === 0 ? 0 : 1
      const most = (flags & RANGE.upperExclusive) === 0 ? 0 : -1
      const isWithin =
        (lower === undefined || compareBytes(probe, lower) >= least) &&
        (upper === undefined || compareBytes(probe, upper) <= most)
      const isErased =
        erased !== undefined &&
        compareBytes(probe, erased.begin) >= 0 &&
        (erased.end.length === 0 || compareBytes(probe, erased.end) < 0)
      expect(isErased).toBe(isWithin)
      compared++
    }
    expect(compared).toBeGreaterThan(500)
  })
})
