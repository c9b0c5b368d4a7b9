import { describe, expect, it } from 'vitest'
import type { ValueCodec } from './codec.js'
import { keyCodecOf, valueCodecOf } from './registry.js'
import { jsonCodec, msgpackCodec } from './structured-codecs.js'

// Between other bytes, as in a shared buffer.
function roundTrip(codec: ValueCodec<unknown>, value: unknown): unknown {
  const target = Buffer.alloc(8192, 0xee)
  const end = codec.encodeInto(value, target, 100)
  const read = codec.decode(target, 100, end)
  target.fill(0)
  return read
}

function expectRefused(value: unknown): void {
  expect(() => roundTrip(msgpackCodec, value)).toThrow(
    expect.objectContaining({ code: 'INVALID_TYPE' }),
  )
}

describe('the msgpack codec', () => {
  it.each([
    [null],
    [0],
    [-1.5],
    ['text'],
    [2n ** 63n],
    [-(2n ** 200n)],
    [[1, [2, { a: 'b' }]]],
    [{ bid: 7.1201, at: new Date(5), bytes: Buffer.from('abc'), empty: {} }],
    [new Set([1, 2])],
  ])('gives back %o', (value) => {
    expect(roundTrip(msgpackCodec, value)).toEqual(value)
  })

  it('copies bytes out of the shared buffer', () => {
    const read = roundTrip(msgpackCodec, { bytes: Uint8Array.of(1, 2, 3) }) as { bytes: Uint8Array }
    expect([...read.bytes]).toEqual([1, 2, 3])
  })

  it('answers -1 for every room that is too small', () => {
    const value = { a: [1, 2, 3], b: 'text' }
    const size = msgpackCodec.encodeInto(value, Buffer.alloc(100), 0)
    for (let room = 0; room < size; room++) {
      expect(msgpackCodec.encodeInto(value, Buffer.alloc(room), 0)).toBe(-1)
    }
    expect(msgpackCodec.encodeInto(value, Buffer.alloc(size), 0)).toBe(size)
  })

  it('refuses bytes that are cut short or go on', () => {
    const target = Buffer.alloc(200)
    const end = msgpackCodec.encodeInto({ name: 'text', list: [1, 2, 300] }, target, 0)
    for (let size = 0; size <= end + 1; size++) {
      if (size === end) continue
      expect(() => msgpackCodec.decode(target, 0, size)).toThrow(
        expect.objectContaining({ code: 'UNDECODABLE' }),
      )
    }
  })

  it.each([[undefined], [() => 1], [Symbol('s')]])('refuses %s', (value) => {
    expectRefused(value)
  })

  it('gives back a Map as an object of its keys', () => {
    const map = new Map<unknown, unknown>([['a', 1], [2, new Map([['b', null]])], [0.5, 'x']])
    expect(roundTrip(msgpackCodec, map)).toEqual({ a: 1, 2: { b: null }, 0.5: 'x' })
  })

  it.each<[string, unknown]>([
    ['an object for a key', new Map([[{}, 1]])],
    ['an array for a key', new Map([[[1], 1]])],
    ['a Date for a key', new Map([[new Date(0), 1]])],
    ['bytes for a key', new Map([[Buffer.from('k'), 1]])],
    ['a bigint for a key', new Map([[1n, 1]])],
    ['two keys that are one name', new Map<unknown, string>([[1, 'a'], ['1', 'b']])],
    ['the name __proto__', new Map([['__proto__', 1]])],
    ['a class of its own', new (class Rates extends Map<string, number> {})([['a', 1]])],
  ])('refuses a Map with %s, wherever it is', (_, map) => {
    const hidden = new (class Hidden {
      toJSON(): unknown {
        return [map]
      }
    })()
    const within = new (class Account {
      held = map
    })()
    for (const value of [map, [map], { deep: { map } }, new Set([map]), new Map([['m', map]])]) {
      expectRefused(value)
    }
    expectRefused(within)
    expectRefused(hidden)
  })

  it.each<[string, unknown]>([
    ['a field named __proto__', JSON.parse('{"a":{"__proto__":1}}')],
    ['a function in an object', { a: { b: () => 1 } }],
    ['a function in an array', [() => 1]],
    ['a method called constructor', { constructor: Array, a: 1 }],
    ['a class of bytes that it does not know', { a: new (class Bytes extends Uint8Array {})(2) }],
  ])('refuses %s', (_, value) => {
    expectRefused(value)
  })

  it('refuses a value that holds itself, and encodes the next one', () => {
    const circle: unknown[] = []
    circle.push(circle)
    expectRefused(circle)
    expect(roundTrip(msgpackCodec, [1])).toEqual([1])
  })

  it('writes -0 as 0', () => {
    expect(roundTrip(msgpackCodec, [-0])).toEqual([0])
  })
})

describe('the json codec', () => {
  it('gives back what JSON can hold', () => {
    const value = { a: [1, null, 'é\ud800'], b: { c: true } }
    expect(roundTrip(jsonCodec, value)).toEqual(value)
  })

  it('refuses what JSON cannot hold', () => {
    for (const value of [undefined, () => 1, 1n]) {
      expect(() => roundTrip(jsonCodec, value)).toThrow(
        expect.objectContaining({ code: 'INVALID_TYPE' }),
      )
    }
  })

  it('refuses bytes that are not JSON', () => {
    expect(() => jsonCodec.decode(Buffer.from('{"a":'), 0, 5)).toThrow(
      expect.objectContaining({ code: 'UNDECODABLE' }),
    )
  })
})

describe('the codec registry', () => {
  it('refuses a name it does not know and lists those it does', () => {
    expect(() => keyCodecOf('toString' as never)).toThrow(/there are tuple, utf8, binary, u64/)
  })

  it('refuses a custom codec under a built-in name', () => {
    expect(() => valueCodecOf({ ...msgpackCodec })).toThrow(/a name of its own/)
    expect(valueCodecOf(msgpackCodec)).toBe(msgpackCodec)
  })

  it('refuses what is no codec', () => {
    expect(() => valueCodecOf({} as never)).toThrow(TypeError)
    expect(() => valueCodecOf(null as never)).toThrow(TypeError)
  })
})
