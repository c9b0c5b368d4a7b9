import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ERROR_CODES, LedgerstoneError, kindOf } from '../../src/base/errors.js'
import { EXPECTED_CONSTANTS, addon, makeError } from '../../src/binding/addon.js'

describe('the error codes', () => {
  it('are each explained once in docs/errors.md, and no other is', () => {
    const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
    const headings = [...page.matchAll(/^### `([A-Z_]+)`$/gm)].map(([, code]) => code)
    expect([...headings].sort()).toEqual([...ERROR_CODES].sort())
  })

  it('and the shared numbers are the same in the engine', () => {
    expect(addon().constants).toMatchObject(EXPECTED_CONSTANTS)
  })
})

describe('an error', () => {
  it('of the engine says where, what was expected and what was found', () => {
    const error = makeError('CORRUPTION', 'block checksum', '000012.sst', 4096, '1a2b', '0000', 0)
    expect(error).toMatchObject({
      name: 'LedgerstoneError',
      code: 'CORRUPTION',
      message: 'block checksum (000012.sst, offset 4096; expected 1a2b, found 0000)',
      file: '000012.sst',
      offset: 4096,
      expected: '1a2b',
      found: '0000',
    })
    expect(error).toBeInstanceOf(Error)
  })

  it('has no field that nothing is known of', () => {
    const error = makeError('NO_SPACE', 'write', '', -1, '', '', 28)
    expect(Object.keys(error).sort()).toEqual(['code', 'errno', 'name'])
    expect([error.message, error.errno]).toEqual(['write', 28])
  })

  it('carries the owner of a locked folder', () => {
    const other = makeError('LOCKED', '/data is locked by process 4711', 'LOCK', -1, '', '', 0)
    expect(other.pid).toBe(4711)
    const own = makeError('LOCKED', '/data is already open in this process', 'LOCK', -1, '', '', 0)
    expect(own.pid).toBe(process.pid)
    const unknown = makeError('LOCKED', '/data is locked by another process', 'LOCK', -1, '', '', 0)
    expect('pid' in unknown).toBe(false)
  })

  it('keeps its cause', () => {
    const cause = new Error('inner')
    expect(new LedgerstoneError('UNDECODABLE', 'outer', { cause }).cause).toBe(cause)
  })

  it('describes a value by its kind and never by its contents', () => {
    const kinds = [null, undefined, 1, 'secret', [1], { a: 1 }, new Date(), Object.create(null)]
    expect(kinds.map(kindOf)).toEqual([
      'null',
      'undefined',
      'a number',
      'a string',
      'an array',
      'an instance of Object',
      'an instance of Date',
      'an object',
    ])
  })
})
