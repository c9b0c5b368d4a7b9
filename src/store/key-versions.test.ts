import { describe, expect, it } from 'vitest'
import { ENTRY_KIND, MERGE_OPERATOR } from '../binding/constants.js'
import type { KeyCodec, ValueCodec } from '../codec/codec.js'
import { i128, i64 } from '../codec/signed-codecs.js'
import { type KeyVersions, valueOf, versionsAfter } from './key-versions.js'

const NOW = 1000

function entry(kind: number, value: Buffer) {
  return { kind, namespaceId: 1, key: Buffer.of(1), value }
}

const put = (text: string) => entry(ENTRY_KIND.put, Buffer.from(text))
const merge = (text: string) => entry(ENTRY_KIND.merge, Buffer.from(text))
const del = () => entry(ENTRY_KIND.delete, Buffer.alloc(0))

function putExpiring(text: string, expiresAt: number) {
  const moment = Buffer.alloc(8)
  moment.writeBigUInt64LE(BigInt(expiresAt))
  return entry(ENTRY_KIND.putExpiring, Buffer.concat([moment, Buffer.from(text)]))
}

type Entry = ReturnType<typeof entry>

function after(entries: readonly Entry[]): KeyVersions | undefined {
  let versions: KeyVersions | undefined
  for (const next of entries) versions = versionsAfter(versions, next)
  return versions
}

function read(entries: readonly Entry[], operator: number, nowMs = NOW): string | undefined {
  const versions = after(entries)
  return versions && valueOf(versions, operator, nowMs)?.toString()
}

const { append, max, min, jsonMergePatch, addI64, addI128 } = MERGE_OPERATOR

describe('the versions of a key', () => {
  it.each<[string | undefined, Entry[]]>([
    ['a', [put('a')]],
    ['b', [put('a'), put('b')]],
    [undefined, [put('a'), del()]],
    ['a', [merge('a')]],
    ['abc', [put('a'), merge('b'), merge('c')]],
    ['c', [put('a'), merge('b'), put('c')]],
    ['bc', [put('a'), del(), merge('b'), merge('c')]],
    [undefined, [put('a'), merge('b'), del()]],
    ['a', [putExpiring('a', NOW + 1)]],
    [undefined, [putExpiring('a', NOW)]],
    ['ab', [putExpiring('a', NOW + 1), merge('b')]],
    ['bc', [putExpiring('a', NOW), merge('b'), merge('c')]],
    ['bc', [put('x'), putExpiring('a', 0), merge('b'), merge('c')]],
    ['c', [putExpiring('a', NOW), put('c')]],
  ])('come to %j: %#', (expected, entries) => {
    expect(read(entries, append)).toBe(expected)
  })

  it('are read as of the moment: a base goes, its operands stay', () => {
    const entries = [putExpiring('a', NOW), merge('b')]
    expect(read(entries, append, NOW - 1)).toBe('ab')
    expect(read(entries, append, NOW)).toBe('b')
    expect(read(entries, append, NOW - 1)).toBe('ab')
  })

  it('take the greater or the smaller bytes', () => {
    expect(read([put('b'), merge('ab'), merge('bb')], max)).toBe('bb')
    expect(read([put('b'), merge('ab'), merge('bb')], min)).toBe('ab')
    expect(read([merge('ab'), merge('a')], max)).toBe('ab')
    expect(read([merge('ab'), merge('a')], min)).toBe('a')
  })

  it.each<[number, KeyCodec<bigint>, bigint]>([
    [addI64, i64, 2n ** 63n - 1n],
    [addI128, i128, 2n ** 127n - 1n],
  ])('add up to the ends of their codec and no further: %#', (operator, codec, most) => {
    const sum = (...numbers: bigint[]): bigint => {
      const operands = numbers.map((number) => entry(ENTRY_KIND.merge, bytesOf(codec, number)))
      const value = valueOf(after(operands)!, operator, NOW)!
      return codec.decode(value, 0, value.length)
    }
    expect(sum(1n, 2n, -5n)).toBe(-2n)
    expect(sum(most - 1n, 1n)).toBe(most)
    expect(sum(-most, -1n)).toBe(-most - 1n)
    const failed = expect.objectContaining({ code: 'MERGE_FAILED' }) as Error
    expect(() => sum(most, 1n)).toThrow(failed)
    expect(() => sum(-most, -2n)).toThrow(failed)
  })

  it('patch JSON, and say where there is none', () => {
    const patch = (...texts: string[]) => texts.map((text) => merge(text))
    expect(read([put('{"a":1,"b":2}'), ...patch('{"b":null,"c":3}')], jsonMergePatch)).toBe(
      '{"a":1,"c":3}',
    )
    expect(read(patch('{"a":{"b":null,"c":1}}'), jsonMergePatch)).toBe('{"a":{"c":1}}')
    expect(read([put('{"a":1}'), ...patch('{"__proto__":{"a":2}}')], jsonMergePatch)).toBe(
      '{"a":1,"__proto__":{"a":2}}',
    )
    const failed = expect.objectContaining({ code: 'MERGE_FAILED' }) as Error
    expect(() => read([put('text'), ...patch('{}')], jsonMergePatch)).toThrow(failed)
    const deep = put('['.repeat(300) + ']'.repeat(300))
    expect(() => read([deep, ...patch('{}')], jsonMergePatch)).toThrow(failed)
  })

  it('cannot be folded without an operator', () => {
    const failed = expect.objectContaining({ code: 'MERGE_FAILED' }) as Error
    expect(() => read([put('a'), merge('b')], MERGE_OPERATOR.none)).toThrow(failed)
  })
})

function bytesOf<T>(codec: ValueCodec<T>, value: T): Buffer {
  const target = Buffer.alloc(16)
  return target.subarray(0, codec.encodeInto(value, target, 0))
}
