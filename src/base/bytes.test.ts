import { describe, expect, it } from 'vitest'
import { compareBytes, copyBytes, parseByteSize, readUtf8 } from './bytes.js'
import { Random } from './random.js'

describe('parseByteSize', () => {
  it.each([
    [65_536, 65_536],
    ['512', 512],
    ['512B', 512],
    ['64KiB', 65_536],
    ['64kb', 64_000],
    ['256MB', 256_000_000],
    [' 1.5 GiB ', 1_610_612_736],
  ])('reads %j as %i', (size, bytes) => {
    expect(parseByteSize('memoryBudget', size)).toBe(bytes)
  })

  it.each([0, -1, 1.5, NaN, Infinity, '', 'MB', '1TB', '-1MB', '0.3B', '1 2MB'])(
    'refuses %j and names the option',
    (size) => {
      expect(() => parseByteSize('memoryBudget', size)).toThrow(/^memoryBudget must be/)
    },
  )

  it('refuses other types', () => {
    expect(() => parseByteSize('memoryBudget', 1n)).toThrow(TypeError)
  })
})

describe('bytes', () => {
  it('compare as unsigned bytes, the shorter first', () => {
    const order = ['', '00', '00ff', '7f', '80', 'ff', 'ff00'].map((hex) => Buffer.from(hex, 'hex'))
    expect([...order].reverse().sort(compareBytes)).toEqual(order)
  })

  it('are copied and read at an offset', () => {
    const source = Buffer.from('xhéx')
    const copy = copyBytes(source, 1, 4)
    expect(readUtf8(source, 1, 4)).toBe('hé')
    source.fill(0)
    expect(copy.toString()).toBe('hé')
    expect(readUtf8(source, 2, 2)).toBe('')
  })

  it('are copied from the beginnings of buffers, of one length after another', () => {
    const sources = [1, 2].map((byte) => Buffer.alloc(8192, byte))
    const copies = [100, 100, 33, 32, 4096, 5000].flatMap((size) =>
      sources.map((source) => copyBytes(source, 0, size)),
    )
    for (const source of sources) source.fill(0)
    const found = copies.map((copy) => [copy.length, new Set(copy)])
    const expected = [100, 100, 33, 32, 4096, 5000].flatMap((size) =>
      [1, 2].map((byte) => [size, new Set([byte])]),
    )
    expect(found).toEqual(expected)
  })
})

describe('Random', () => {
  it('gives the same numbers for the same seed, on every platform', () => {
    const random = new Random(1)
    const numbers = Array.from({ length: 5 }, () => random.below(1000))
    const again = new Random(1)
    expect(Array.from({ length: 5 }, () => again.below(1000))).toEqual(numbers)
    expect(new Random(2).bits()).not.toBe(new Random(1).bits())
  })

  it('spreads over its range', () => {
    const random = new Random(7)
    const seen = new Set(Array.from({ length: 400 }, () => random.below(20)))
    expect(seen.size).toBe(20)
    const fractions = Array.from({ length: 1000 }, () => random.fraction())
    expect(fractions.every((fraction) => fraction >= 0 && fraction < 1)).toBe(true)
    const mean = fractions.reduce((sum, fraction) => sum + fraction) / fractions.length
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.05)
  })
})
