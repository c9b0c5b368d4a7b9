import { describe, expect, it } from 'vitest'
import { compareBytes } from '../base/bytes.js'
import type { ValueCodec } from './codec.js'
import { binary, u64, utf8 } from './simple-codecs.js'
import { tupleCodec } from './tuple.js'

function encode<Out, In>(codec: ValueCodec<Out, In>, value: In): Buffer {
  const target = Buffer.alloc(4096)
  return target.subarray(0, codec.encodeInto(value, target, 0))
}

function roundTrip<Out, In>(codec: ValueCodec<Out, In>, value: In): Out {
  const bytes = encode(codec, value)
  return codec.decode(bytes, 0, bytes.length)
}

describe('the utf8 codec', () => {
  it.each(['', 'a', '\0', 'é', '😀', 'x'.repeat(300), 'é'.repeat(300), `${'x'.repeat(47)}é`])(
    'gives back %j',
    (text) => {
      expect(roundTrip(utf8, text)).toBe(text)
      expect(encode(utf8, text)).toEqual(Buffer.from(text, 'utf8'))
    },
  )

  it('answers -1 for every room that is too small', () => {
    for (const text of ['abc', 'éé😀', 'x'.repeat(60), 'é'.repeat(60)]) {
      for (let room = 0; room < Buffer.byteLength(text); room++) {
        expect(utf8.encodeInto(text, Buffer.alloc(room), 0)).toBe(-1)
      }
      expect(utf8.encodeInto(text, Buffer.alloc(1 + Buffer.byteLength(text)), 1)).toBe(
        1 + Buffer.byteLength(text),
      )
    }
  })

  it('refuses an unpaired surrogate and what is no string', () => {
    expect(() => encode(utf8, 'a\ud800')).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
    expect(() => encode(utf8, 1 as never)).toThrow(TypeError)
  })
})

describe('the binary codec', () => {
  it('takes any Uint8Array and gives back a Buffer of its own', () => {
    const bytes = encode(binary, Uint8Array.of(1, 2, 3))
    const read = binary.decode(bytes, 1, 3)
    bytes.fill(0)
    expect(read).toEqual(Buffer.of(2, 3))
  })

  it('answers -1 when there is no room, and refuses what is no Uint8Array', () => {
    expect(binary.encodeInto(Buffer.alloc(3), Buffer.alloc(4), 2)).toBe(-1)
    expect(() => encode(binary, 'text' as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_TYPE', name: 'InvalidTypeError' }),
    )
  })
})

it.each([
  ['binary', binary, (bytes: Uint8Array) => bytes],
  ['tuple', tupleCodec, (bytes: Uint8Array) => [bytes]],
])('the %s codec takes empty bytes and refuses those of a detached buffer', (_, codec, put) => {
  const bytes = Uint8Array.of(1, 2, 3)
  expect(() => encode(codec as never, put(new Uint8Array(0)) as never)).not.toThrow()
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  expect(() => encode(codec as never, put(bytes) as never)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  )
})

describe('the u64 codec', () => {
  it('takes bigints and safe integers, and sorts by value', () => {
    const values = [0, 1n, 255, 256n, 2 ** 32, 2n ** 32n + 1n, 2 ** 53 - 1, 2n ** 64n - 1n]
    const encoded = values.map((value) => encode(u64, value))
    expect(values.map((value) => roundTrip(u64, value))).toEqual(values.map(BigInt))
    expect([...encoded].reverse().sort(compareBytes)).toEqual(encoded)
  })

  it.each([-1, -1n, 1.5, 2 ** 53, NaN, 2n ** 64n])('refuses %s', (value) => {
    expect(() => encode(u64, value)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it('refuses to read anything but 8 bytes', () => {
    for (const size of [0, 1, 7, 9]) {
      expect(() => u64.decode(Buffer.alloc(16), 0, size)).toThrow(
        expect.objectContaining({ code: 'UNDECODABLE' }),
      )
    }
  })
})
