import { describe, expect, it } from 'vitest'
import type { KeyCodec } from '../../src/index.js'
import type { CurrentStore } from './contract.js'
import { expectError, expectThrow } from './expect-error.js'

const reversed: KeyCodec<string> = {
  name: 'reversed',
  encodeInto(key, target, offset) {
    const bytes = Buffer.from(key, 'latin1').reverse()
    if (bytes.length > target.length - offset) return -1
    target.set(bytes, offset)
    return offset + bytes.length
  },
  decode: (source, start, end) =>
    Buffer.from(source.subarray(start, end)).reverse().toString('latin1'),
}

export function namespaceContract(store: CurrentStore): void {
  describe('namespaces', () => {
    it('are the same object when asked for again with the same options', () => {
      const rates = store().namespace('rates', { key: 'tuple', value: 'json' })
      expect(store().namespace('rates', { key: 'tuple', value: 'json' })).toBe(rates)
      expect(store().namespace('rates', {})).toBe(rates)
      expect(store().namespace('rates')).toBe(rates)
    })

    it('use tuple and msgpack when nothing is said and nothing recorded', () => {
      expect(store().namespace('plain').codecs).toEqual({ key: 'tuple', value: 'msgpack' })
    })

    it('refuse another codec, and name both', () => {
      store().namespace('rates', { key: 'tuple', value: 'json' })
      expectThrow('MISMATCH', () => store().namespace('rates', { key: 'utf8' }))
      expect(() => store().namespace('rates', { value: 'msgpack' })).toThrow(
        /'rates' has the value codec 'json', not 'msgpack'/,
      )
    })

    it('refuse another kind', () => {
      store().namespace('rates', { derived: true })
      expectThrow('MISMATCH', () => store().namespace('rates', { derived: false }))
    })

    it('refuse unknown options, codecs and bad names', () => {
      expectThrow('INVALID_ARGUMENT', () => store().namespace('a', { keys: 'tuple' } as never))
      expectThrow('INVALID_ARGUMENT', () => store().namespace('a', { key: 'tupel' as never }))
      expectThrow('INVALID_ARGUMENT', () => store().namespace('a', { compression: 'zip' as never }))
      expectThrow('INVALID_ARGUMENT', () => store().namespace('a', { filterBitsPerKey: -1 }))
      expectThrow('INVALID_ARGUMENT', () => store().namespace(''))
      expectThrow('INVALID_ARGUMENT', () => store().namespace('é'.repeat(128)))
      expectThrow('INVALID_TYPE', () => store().namespace(1 as never))
      expectThrow('INVALID_TYPE', () => store().namespace('a', { derived: 1 as never }))
      expect(store().namespaces()).toEqual([])
    })

    it('are listed with what was recorded', () => {
      store().namespace('a', { key: 'u64', value: 'binary', compression: 'none' })
      store().namespace('b', { derived: true, bottomCompression: 'lz4', filterBitsPerKey: 4 })
      expect(store().namespaces()).toEqual([
        {
          name: 'a',
          key: 'u64',
          value: 'binary',
          derived: false,
          compression: 'none',
          bottomCompression: 'zstd',
          filterBitsPerKey: 10,
        },
        {
          name: 'b',
          key: 'tuple',
          value: 'msgpack',
          derived: true,
          compression: 'lz4',
          bottomCompression: 'lz4',
          filterBitsPerKey: 4,
        },
      ])
    })

    it('take a custom key codec, which has no prefixes unless it says so', async () => {
      const words = store().namespace('words', { key: reversed, value: 'utf8' })
      await Promise.all([words.put('ab', '1'), words.put('ca', '2'), words.put('b', '3')])
      expect([...words.range().keys()]).toEqual(['ca', 'b', 'ab'])
      expectThrow('INVALID_ARGUMENT', () => words.range({ prefix: 'a' }))
      expectThrow('MISMATCH', () => store().namespace('words', { key: { ...reversed } }))
    })

    it('hold keys apart from each other', async () => {
      const a = store().namespace('a', { key: 'utf8', value: 'utf8' })
      const b = store().namespace('b', { key: 'utf8', value: 'utf8' })
      await Promise.all([a.put('k', 'in a'), b.put('k', 'in b')])
      await a.del('k')
      expect(a.getSync('k')).toBeUndefined()
      expect(b.getSync('k')).toBe('in b')
    })

    it('are gone when dropped, with their handle, and can be made anew', async () => {
      const old = store().namespace('a', { key: 'utf8', value: 'utf8' })
      await old.put('k', 'v')
      const range = old.range()
      await old.drop()
      expectThrow('CLOSED', () => old.getSync('k'))
      await expectError('CLOSED', () => old.put('k', 'v'))
      await expectError('CLOSED', () => store().write((batch) => batch.put(old, 'k', 'v')))
      expectThrow('CLOSED', () => [...range])
      expect(store().namespaces()).toEqual([])
      const anew = store().namespace('a', { key: 'binary', value: 'json' })
      expect(anew).not.toBe(old)
      expect([...anew.range()]).toEqual([])
    })
  })
}
