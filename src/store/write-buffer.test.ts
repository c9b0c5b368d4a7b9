import { describe, expect, it } from 'vitest'
import { Random, seedFromEnvironment } from '../base/random.js'
import type { AnyKeyCodec, AnyValueCodec } from '../codec/registry.js'
import { binary } from '../codec/simple-codecs.js'
import { type BatchEntry, parseBatch } from './memory-batch.js'
import { WriteBuffer } from './write-buffer.js'

const target = (id: number, codec: unknown = binary) => ({
  id,
  keyCodec: codec as AnyKeyCodec,
  valueCodec: codec as AnyValueCodec,
})

function contents(buffer: WriteBuffer): BatchEntry[] {
  return parseBatch(buffer.bytes.subarray(0, buffer.length), buffer.entryCount)
}

function sameEntry(a: BatchEntry, b: BatchEntry): boolean {
  if (a.namespaceId !== b.namespaceId || !a.key.equals(b.key)) return false
  return a.value === undefined ? b.value === undefined : a.value.equals(b.value!)
}

describe('the write buffer', () => {
  it('keeps the bytes of the batch format', () => {
    const buffer = new WriteBuffer()
    buffer.put(target(1), Buffer.from('k'), Buffer.from('value'))
    buffer.del(target(300), Buffer.from('kk'))
    buffer.put(target(2), Buffer.from('k'), Buffer.alloc(0))
    expect(buffer.bytes.subarray(0, buffer.length).toString('hex')).toBe(
      '0101016b0576616c7565' + '00ac02026b6b' + '0102016b00',
    )
    expect(buffer.entryCount).toBe(3)
  })

  const seed = seedFromEnvironment()
  it(`reads back as it was written, at every size (LEDGERSTONE_SEED=${seed})`, () => {
    const random = new Random(seed)
    const buffer = new WriteBuffer()
    const written: BatchEntry[] = []
    const size = (): number => random.below(2 ** random.below(19))
    for (let i = 0; i < 400; i++) {
      const namespaceId = 1 + size()
      const key = Buffer.alloc(1 + random.below(2 ** random.below(16)), i)
      const value = random.oneIn(4) ? undefined : Buffer.alloc(size(), i)
      if (value === undefined) buffer.del(target(namespaceId), key)
      else buffer.put(target(namespaceId), key, value)
      written.push({ namespaceId, key, value })
    }
    expect(contents(buffer).every((entry, i) => sameEntry(entry, written[i]!))).toBe(true)
    expect(buffer.entryCount).toBe(written.length)
  })

  it('leaves no trace of an entry that fails', () => {
    const buffer = new WriteBuffer()
    buffer.put(target(1), Buffer.from('a'), Buffer.from('1'))
    const length = buffer.length
    expect(() => {
      buffer.put(target(1), Buffer.from('b'), 'text')
    }).toThrow(TypeError)
    expect(() => {
      buffer.put(target(1), Buffer.alloc(65_536), Buffer.alloc(1))
    }).toThrow(/A key holds at most 65535 bytes/)
    expect([buffer.length, buffer.entryCount]).toEqual([length, 1])
  })

  it('forgets the entries after a cut', () => {
    const buffer = new WriteBuffer()
    buffer.del(target(1), Buffer.from('a'))
    const { length, entryCount } = buffer
    buffer.put(target(1), Buffer.from('b'), Buffer.alloc(100_000))
    buffer.cutTo(length, entryCount)
    expect(contents(buffer)).toEqual([{ namespaceId: 1, key: Buffer.from('a'), value: undefined }])
  })

  it('gives a large buffer back when it is cleared', () => {
    const buffer = new WriteBuffer()
    const before = buffer.bytes
    buffer.put(target(1), Buffer.from('a'), Buffer.alloc(20_000_000))
    expect(buffer.bytes).not.toBe(before)
    buffer.clear()
    expect(buffer.bytes).toBe(before)
  })

  it('refuses a codec that writes outside of its room', () => {
    const wild = { name: 'wild', encodeInto: () => 10_000_000, decode: () => undefined }
    const backward = { name: 'backward', encodeInto: () => 0, decode: () => undefined }
    for (const codec of [wild, backward]) {
      expect(() => {
        new WriteBuffer().put(target(1, codec), 'k', 'v')
      }).toThrow(/wrote outside of its room/)
    }
  })

  it('refuses a value of more than 256 MiB', () => {
    const huge = { ...binary, encodeInto: () => -1 }
    const put = (): void => {
      new WriteBuffer().put({ ...target(1), valueCodec: huge }, Buffer.of(1), Buffer.of(1))
    }
    expect(put).toThrow(/at most 268435456 bytes/)
  })
})

describe('parseBatch', () => {
  it('refuses a batch cut at any place but between entries', () => {
    const buffer = new WriteBuffer()
    buffer.put(target(1), Buffer.from('key'), Buffer.from('value'))
    for (let size = 1; size < buffer.length; size++) {
      expect(() => parseBatch(buffer.bytes.subarray(0, size), 1)).toThrow(/cut short/)
    }
    expect(() => parseBatch(Buffer.of(9), 1)).toThrow(/unknown kind 9/)
    const whole = buffer.bytes.subarray(0, buffer.length)
    expect(() => parseBatch(whole, 2)).toThrow(/2 entries holds 1/)
  })
})
