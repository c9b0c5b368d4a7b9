import { afterAll, describe, expect, it } from 'vitest'
import { compareBytes } from '../base/bytes.js'
import { Random, seedFromEnvironment } from '../base/random.js'
import { type Tuple, type TupleElement, tupleCodec } from './tuple.js'

const room = Buffer.alloc(16 * 1024)

function encode(key: Tuple): Buffer {
  return Buffer.from(room.subarray(0, tupleCodec.encodeInto(key, room, 0)))
}

function decode(bytes: Buffer): Tuple {
  return tupleCodec.decode(bytes, 0, bytes.length)
}

const RANKS: ((element: TupleElement) => boolean)[] = [
  (element) => element === null,
  (element) => element === false,
  (element) => element === true,
  (element) => typeof element === 'number',
  (element) => typeof element === 'bigint',
  (element) => element instanceof Date,
  (element) => typeof element === 'string',
  (element) => element instanceof Uint8Array,
  (element) => Array.isArray(element),
]

// The order that the codec promises, written from its description alone.
function compareElements(a: TupleElement, b: TupleElement): number {
  const rankA = RANKS.findIndex((is) => is(a))
  const rankB = RANKS.findIndex((is) => is(b))
  if (rankA !== rankB) return rankA - rankB
  if (typeof a === 'number') return Number(a > (b as number)) - Number(a < (b as number))
  if (typeof a === 'bigint') return Number(a > (b as bigint)) - Number(a < (b as bigint))
  if (a instanceof Date) return a.getTime() - (b as Date).getTime()
  if (typeof a === 'string') return compareLists(codePoints(a), codePoints(b as string))
  if (a instanceof Uint8Array) return compareLists([...a], [...(b as Uint8Array)])
  if (Array.isArray(a)) return compareLists(a as Tuple, b as Tuple)
  return 0
}

function codePoints(text: string): number[] {
  return [...text].map((character) => character.codePointAt(0)!)
}

function compareLists(a: Tuple, b: Tuple): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareElements(a[i]!, b[i]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}

const NUMBERS: [number, ...number[]] = [
  0, 1, -1, 0.5, -0.5, 255, 256, 2 ** 31, -(2 ** 31), 2 ** 53, Infinity, -Infinity, 5e-324, -5e-324,
]
const CHARACTERS: [string, ...string[]] = [
  '', 'a', 'b', 'ab', '\u0000', '\u0001', '\u0002', '\u007f', '\u0080', 'é', '\uffff', '\u{10000}',
]

function randomElement(random: Random, depth: number): TupleElement {
  switch (random.below(depth > 2 ? 8 : 9)) {
    case 0:
      return null
    case 1:
      return random.oneIn(2)
    case 2:
      if (random.oneIn(2)) return random.pick(NUMBERS)
      return (random.fraction() - 0.5) * 2 ** random.below(80)
    case 3:
      return BigInt(random.below(5) - 2)
    case 4: {
      const magnitude = BigInt(`0x${random.bytes(1 + random.below(20)).toString('hex')}`)
      return random.oneIn(2) ? magnitude : -magnitude
    }
    case 5:
      return new Date(random.below(2 ** 45) - 2 ** 44)
    case 6:
      return Array.from({ length: random.below(4) }, () => random.pick(CHARACTERS)).join('')
    case 7:
      return Buffer.from(Array.from({ length: random.below(4) }, () => random.pick([0, 1, 2, 255])))
    default:
      return randomTuple(random, depth + 1)
  }
}

function randomTuple(random: Random, depth = 0): Tuple {
  return Array.from({ length: random.below(4) }, () => randomElement(random, depth))
}

const seed = seedFromEnvironment()

describe(`the tuple codec (LEDGERSTONE_SEED=${seed})`, () => {
  const random = new Random(seed)
  const tuples = Array.from({ length: 1500 }, () => randomTuple(random))

  it('gives back every random tuple', () => {
    for (const tuple of tuples) expect(decode(encode(tuple))).toEqual(tuple)
  })

  it('sorts bytes as an independent comparison sorts the tuples', () => {
    for (let i = 0; i < 40_000; i++) {
      const a = tuples[random.below(tuples.length)]!
      const b = tuples[random.below(tuples.length)]!
      const order = Math.sign(compareBytes(encode(a), encode(b)))
      if (order !== Math.sign(compareLists(a, b))) expect.fail(`${show(a)} ${order} ${show(b)}`)
    }
    expect(tuples.length).toBe(1500)
  })

  it('refuses bytes cut inside an element, and reads a shorter tuple at its boundary', () => {
    for (const tuple of tuples.slice(0, 400)) {
      const bytes = encode(tuple)
      const boundaries = tuple.map((_, index) => encode(tuple.slice(0, index)).length)
      for (let size = 0; size < bytes.length; size++) {
        const cut = bytes.subarray(0, size)
        const elements = boundaries.indexOf(size)
        if (elements < 0) expectUndecodable(cut)
        else expect(decode(cut)).toEqual(tuple.slice(0, elements))
      }
    }
  })

  it('reads a flipped byte as an error or as what encodes to those very bytes', () => {
    for (const tuple of tuples.slice(0, 300)) {
      const bytes = encode(tuple)
      for (let at = 0; at < bytes.length; at++) {
        const flipped = Buffer.from(bytes)
        flipped[at]! ^= 1 << random.below(8)
        let read: Tuple
        try {
          read = decode(flipped)
        } catch (error) {
          expect(error).toMatchObject({ code: 'UNDECODABLE' })
          continue
        }
        expect(encode(read)).toEqual(flipped)
      }
    }
  })

  it('answers -1 for every room that is too small, and writes nothing outside of it', () => {
    for (const tuple of tuples.slice(0, 300)) {
      const bytes = encode(tuple)
      for (let room = 0; room < bytes.length; room++) {
        const target = Buffer.alloc(bytes.length + 8, 0xee)
        expect(tupleCodec.encodeInto(tuple, target.subarray(0, room), 0)).toBe(-1)
        expect(target.subarray(room).every((byte) => byte === 0xee)).toBe(true)
      }
    }
  })

  it('begins the bytes of a longer tuple with those of its prefix', () => {
    for (const tuple of tuples.slice(0, 300)) {
      const bytes = encode([...tuple, 'more'])
      expect(bytes.subarray(0, encode(tuple).length)).toEqual(encode(tuple))
    }
  })
})

const rounds = Number(process.env.LEDGERSTONE_ROUNDS ?? 1)

const atLength = { timeout: rounds * 30_000 }

describe(`the tuple codec at length (LEDGERSTONE_SEED=${seed})`, atLength, () => {
  const random = new Random(seed + 1)
  let inputs = 0
  afterAll(() => process.stdout.write(`counted ${inputs} key codec inputs\n`))

  it('gives back tuples, and sorts each as its neighbours sort', () => {
    for (let i = 0; i < rounds * 10_000; i++, inputs++) {
      const tuple = wildTuple(random)
      const bytes = encode(tuple)
      const back = decode(bytes)
      if (!encode(back).equals(bytes)) expect.fail(`${show(tuple)} came back as ${show(back)}`)
      if (compareLists(tuple, back) !== 0) expect.fail(`${show(tuple)} came back as another`)
      const near = neighbour(tuple, random)
      const order = Math.sign(compareBytes(bytes, encode(near)))
      const expected = Math.sign(compareLists(tuple, near))
      if (order !== expected) expect.fail(`${show(tuple)} ${order} ${show(near)}, not ${expected}`)
    }
    expect(inputs).toBeGreaterThan(0)
  })

  it('reads any bytes as an error or as what encodes to those very bytes', () => {
    let read = 0
    for (let i = 0; i < rounds * 20_000; i++, inputs++) {
      const sound = encode(wildTuple(random))
      const bytes = random.oneIn(3) ? likelyBytes(random) : changed(sound, random)
      let tuple: Tuple
      try {
        tuple = decode(bytes)
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'UNDECODABLE') throw error
        continue
      }
      read++
      if (!encode(tuple).equals(bytes)) expect.fail(`${bytes.toString('hex')} ${show(tuple)}`)
    }
    expect(read).toBeGreaterThan(rounds * 100)
  })
})

const WILD_DEPTH = 5

// Elements of every size and value, where randomElement draws from few.
function wildElement(random: Random, depth: number): TupleElement {
  switch (random.below(6)) {
    case 0: {
      const value = random.bytes(8).readDoubleBE(0)
      return Number.isNaN(value) ? 0 : value === 0 ? 0 : value
    }
    case 1: {
      const size = random.oneIn(8) ? 1 + random.below(255) : 1 + random.below(9)
      const magnitude = BigInt(`0x${random.bytes(size).toString('hex')}`)
      return random.oneIn(2) ? magnitude : -magnitude
    }
    case 2:
      return Array.from({ length: random.below(90) }, () => wildCharacter(random)).join('')
    case 3:
      return random.bytes(random.below(40))
    case 4:
      return depth < WILD_DEPTH ? wildTuple(random, depth + 1) : null
    default:
      return randomElement(random, depth)
  }
}

function wildCharacter(random: Random): string {
  const point = random.below([0x20, 0x80, 0x800, 0x10000, 0x110000][random.below(5)]!)
  return String.fromCodePoint(point >= 0xd800 && point < 0xe000 ? 0xfffd : point)
}

function wildTuple(random: Random, depth = 0): Tuple {
  return Array.from({ length: random.below(4) }, () => wildElement(random, depth))
}

// A tuple that differs in one place, at the end, or not at all.
function neighbour(tuple: Tuple, random: Random): Tuple {
  if (tuple.length === 0 || random.oneIn(4)) return [...tuple, wildElement(random, 0)]
  const at = random.below(tuple.length)
  const element = tuple[at]!
  const near = [...tuple]
  near[at] = neighbourOf(element, random)
  return near
}

function neighbourOf(element: TupleElement, random: Random): TupleElement {
  if (typeof element === 'bigint') return element + BigInt(random.below(3) - 1)
  if (typeof element === 'string') return element + wildCharacter(random)
  if (element instanceof Uint8Array) return changed(Buffer.from(element), random)
  if (Array.isArray(element)) return neighbour(element as Tuple, random)
  return wildElement(random, WILD_DEPTH)
}

function changed(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes)
  const at = random.below(copy.length + 1)
  if (at === copy.length || random.oneIn(4)) {
    return Buffer.concat([copy.subarray(0, at), random.bytes(random.below(4))])
  }
  copy[at] = random.below(256)
  return copy
}

const LIKELY: [number, ...number[]] = [0, 1, 2, 4, 5, 8, 12, 13, 14, 16, 20, 24, 28, 127, 128, 255]

function likelyBytes(random: Random): Buffer {
  return Buffer.from(Array.from({ length: random.below(24) }, () => random.pick(LIKELY)))
}

describe('the tuple codec', () => {
  it('keeps the bytes it has always written', () => {
    const simple = [null, false, true, -1.5, 0, -300n, 0n, 300n, new Date(1)]
    expect(encode([...simple, 'a\0é', Buffer.of(1), ['x', []]]).toString('hex')).toBe(
      '02' +
        '04' +
        '05' +
        '084007ffffffffffff' +
        '088000000000000000' +
        '0cfdfed3' +
        '0d' +
        '0e02012c' +
        '10bff0000000000000' +
        '14610101c3a900' +
        '18010200' +
        '1c1478001c0000',
    )
  })

  it('takes bigints of 255 bytes, and none larger', () => {
    const largest = 2n ** 2040n - 1n
    expect(decode(encode([largest, -largest]))).toEqual([largest, -largest])
    expect(() => encode([largest + 1n])).toThrow(/at most 255 bytes/)
  })

  it('writes -0 as 0', () => {
    expect(encode([-0])).toEqual(encode([0]))
  })

  it('handles strings long enough to leave the short path', () => {
    const long = ['x'.repeat(5000), 'é'.repeat(3000), `${'y'.repeat(500)}\0`]
    expect(decode(encode(long.slice(0, 2)))).toEqual(long.slice(0, 2))
    expect(decode(encode(long.slice(2)))).toEqual(long.slice(2))
  })

  it.each<[string, unknown, string]>([
    ['NaN', [NaN], 'INVALID_ARGUMENT'],
    ['an invalid date', [new Date(NaN)], 'INVALID_ARGUMENT'],
    ['an unpaired surrogate', ['\ud800'], 'INVALID_ARGUMENT'],
    ['an unpaired surrogate beside a NUL', ['\0\udc00'], 'INVALID_ARGUMENT'],
    ['arrays nested too deep', [nest(33)], 'INVALID_ARGUMENT'],
    ['undefined', [undefined], 'INVALID_TYPE'],
    ['a plain object', [{}], 'INVALID_TYPE'],
    ['a function', [() => 1], 'INVALID_TYPE'],
    ['a bare string', 'text', 'INVALID_TYPE'],
  ])('refuses %s', (_, key, code) => {
    expect(() => encode(key as Tuple)).toThrow(expect.objectContaining({ code }))
  })

  it.each([
    ['an unknown tag', '03'],
    ['the end tag at the top', '00'],
    ['minus zero', '087fffffffffffffff'],
    ['a NaN', '08fff8000000000000'],
    ['a bigint with a leading zero', '0e020001'],
    ['a bigint of no bytes', '0e00'],
    ['an unknown escape', '14010300'],
    ['a string that is not UTF-8', '148000'],
    ['a date that is not whole', '10bfe0000000000000'],
  ])('refuses %s when it reads', (_, hex) => {
    expectUndecodable(Buffer.from(hex, 'hex'))
  })
})

function nest(depth: number): TupleElement {
  return depth === 0 ? null : [nest(depth - 1)]
}

function show(tuple: Tuple): string {
  return encode(tuple).toString('hex')
}

function expectUndecodable(bytes: Buffer): void {
  expect(() => decode(bytes)).toThrow(expect.objectContaining({ code: 'UNDECODABLE' }))
}
