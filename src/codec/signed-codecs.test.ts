import { describe, expect, it } from 'vitest'
import { compareBytes } from '../base/bytes.js'
import { Random, seedFromEnvironment } from '../base/random.js'
import { i128, i64 } from './signed-codecs.js'

const codecs = [
  { codec: i64, bits: 64n, size: 8 },
  { codec: i128, bits: 128n, size: 16 },
]

function encode(codec: typeof i64, value: bigint | number): Buffer {
  const target = Buffer.alloc(16)
  return target.subarray(0, codec.encodeInto(value, target, 0))
}

const seed = seedFromEnvironment()

describe.each(codecs)('the $codec.name codec', ({ codec, bits, size }) => {
  const least = -(2n ** (bits - 1n))
  const most = -least - 1n

  it('writes twos complement with the sign bit flipped', () => {
    const hex = (value: bigint | number): string => encode(codec, value).toString('hex')
    const digits = size * 2
    expect(hex(least)).toBe('0'.repeat(digits))
    expect(hex(-1)).toBe('7' + 'f'.repeat(digits - 1))
    expect(hex(0)).toBe('8' + '0'.repeat(digits - 1))
    expect(hex(258)).toBe('8' + '102'.padStart(digits - 1, '0'))
    expect(hex(most)).toBe('f'.repeat(digits))
  })

  it(`gives back what it took, and sorts by value (LEDGERSTONE_SEED=${seed})`, () => {
    const random = new Random(seed)
    const numbers = [least, least + 1n, -1n, 0n, 1n, most - 1n, most]
    numbers.push(BigInt(Number.MIN_SAFE_INTEGER), BigInt(Number.MAX_SAFE_INTEGER))
    for (let i = 0; i < 300; i++) {
      const words = Array.from({ length: 4 }, () => BigInt(random.below(2 ** 32)))
      const wide = words.reduce((sum, word) => (sum << 32n) | word, 0n)
      numbers.push(BigInt.asIntN(1 + random.below(Number(bits)), wide))
    }
    for (const number of numbers) {
      const bytes = encode(codec, number)
      expect(codec.decode(bytes, 0, bytes.length)).toBe(number)
      if (Number.isSafeInteger(Number(number))) {
        expect(encode(codec, Number(number))).toEqual(bytes)
      }
    }
    const byBytes = [...numbers].sort((a, b) => compareBytes(encode(codec, a), encode(codec, b)))
    expect(byBytes).toEqual([...numbers].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
  })

  it.each([least - 1n, most + 1n, 1.5, 2 ** 53, -(2 ** 53), NaN, Infinity])(
    'refuses %s',
    (value) => {
      expect(() => encode(codec, value)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      )
    },
  )

  it('refuses what is no number', () => {
    for (const value of ['1', null, undefined, true, {}]) {
      expect(() => encode(codec, value as never)).toThrow(TypeError)
    }
  })

  it('answers -1 where there is too little room, and writes only its bytes', () => {
    for (let room = 0; room < size; room++) {
      expect(codec.encodeInto(1n, Buffer.alloc(room), 0)).toBe(-1)
      expect(codec.encodeInto(1n, Buffer.alloc(30), 30 - room)).toBe(-1)
    }
    const target = Buffer.alloc(size + 2, 7)
    expect(codec.encodeInto(-1n, target, 1)).toBe(1 + size)
    expect([target[0], target[size + 1]]).toEqual([7, 7])
  })

  it(`refuses to read anything but ${size} bytes`, () => {
    for (const other of [0, 1, size - 1, size + 1, 8 + 16 - size]) {
      expect(() => codec.decode(Buffer.alloc(32), 0, other)).toThrow(
        expect.objectContaining({ code: 'UNDECODABLE' }),
      )
    }
  })
})
