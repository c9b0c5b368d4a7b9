import { describe, expect, it } from 'vitest'
import { Random, seedFromEnvironment } from '../base/random.js'
import { ENTRY_KIND, MERGE_OPERATOR } from '../binding/constants.js'
import type { AnyKeyCodec, AnyValueCodec } from '../codec/registry.js'
import { binary } from '../codec/simple-codecs.js'
import { jsonCodec } from '../codec/structured-codecs.js'
import { type BatchEntry, parseBatches } from './memory-batch.js'
import { WriteBuffer } from './write-buffer.js'

const target = (id: number, codec: unknown = binary) => ({
  id,
  keyCodec: codec as AnyKeyCodec,
  valueCodec: codec as AnyValueCodec,
  mergeOperator: MERGE_OPERATOR.none as number,
})

function contents(buffer: WriteBuffer): BatchEntry[] {
  return parseBatches(buffer.bytes.subarray(0, buffer.length), buffer.entryCount).flatMap(
    (batch) => batch.entries,
  )
}

function sameEntry(a: BatchEntry, b: BatchEntry): boolean {
  if (a.kind !== b.kind || a.namespaceId !== b.namespaceId) return false
  return a.key.equals(b.key) && a.value.equals(b.value)
}

function writeEntry(
  buffer: WriteBuffer,
  kind: number,
  namespaceId: number,
  key: Buffer,
  value: Buffer,
): BatchEntry {
  const to = target(namespaceId)
  const entry = { kind, namespaceId, key, value }
  switch (kind) {
    case ENTRY_KIND.put:
      buffer.put(to, key, value)
      return entry
    case ENTRY_KIND.merge:
      buffer.merge(to, key, value)
      return entry
    case ENTRY_KIND.putExpiring: {
      buffer.put(to, key, value, namespaceId)
      const moment = Buffer.alloc(8)
      moment.writeBigUInt64LE(BigInt(namespaceId))
      return { ...entry, value: Buffer.concat([moment, value]) }
    }
    case ENTRY_KIND.deleteRange: {
      const end = value.subarray(0, 65_535)
      buffer.deleteRange(to, { begin: key, end })
      return { ...entry, value: end }
    }
    default:
      buffer.del(to, key)
      return { ...entry, kind: ENTRY_KIND.delete, value: Buffer.alloc(0) }
  }
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

  it('keeps the bytes of operands, range deletes and expiring puts', () => {
    const buffer = new WriteBuffer()
    buffer.merge(target(1), Buffer.from('k'), Buffer.from('more'))
    buffer.deleteRange(target(300), { begin: Buffer.from('a'), end: Buffer.from('bb') })
    buffer.deleteRange(target(2), { begin: Buffer.alloc(0), end: Buffer.alloc(0) })
    buffer.put(target(1), Buffer.from('k'), Buffer.from('v'), 0x1_0203_0405_06)
    expect(buffer.bytes.subarray(0, buffer.length).toString('hex')).toBe(
      '0201016b046d6f7265' + '03ac020161026262' + '03020000' + '0401016b09060504030201000076',
    )
    expect(buffer.entryCount).toBe(4)
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
      const value = Buffer.alloc(size(), i)
      written.push(writeEntry(buffer, random.below(5), namespaceId, key, value))
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
    const kept = { kind: 0, namespaceId: 1, key: Buffer.from('a'), value: Buffer.alloc(0) }
    expect(contents(buffer)).toEqual([kept])
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

  it('refuses a JSON merge patch that is nested too deep', () => {
    const buffer = new WriteBuffer()
    const to = { ...target(1, jsonCodec), keyCodec: binary as AnyKeyCodec }
    const patched = { ...to, mergeOperator: MERGE_OPERATOR.jsonMergePatch }
    const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
    buffer.merge(patched, Buffer.of(1), nested(256))
    buffer.merge(patched, Buffer.of(1), { text: `"\\${'['.repeat(300)}` })
    buffer.put(patched, Buffer.of(1), nested(300))
    const { length } = buffer
    expect(() => {
      buffer.merge(patched, Buffer.of(1), nested(257))
    }).toThrow(/at most 256 deep/)
    expect([buffer.length, buffer.entryCount]).toEqual([length, 3])
  })
})

describe('parseBatches', () => {
  it('refuses a batch cut at any place but between entries', () => {
    const buffer = new WriteBuffer()
    buffer.put(target(1), Buffer.from('key'), Buffer.from('value'))
    for (let size = 1; size < buffer.length; size++) {
      expect(() => parseBatches(buffer.bytes.subarray(0, size), 1)).toThrow(/cut short/)
    }
    expect(() => parseBatches(Buffer.of(9), 1)).toThrow(/unknown kind 9/)
    const whole = buffer.bytes.subarray(0, buffer.length)
    expect(() => parseBatches(whole, 2)).toThrow(/2 entries holds 1/)
  })
})
