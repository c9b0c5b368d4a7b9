import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ERROR_CODES, InvalidTypeError, LedgerstoneError, kindOf } from '../../src/base/errors.js'
import { EXPECTED_CONSTANTS, addon, makeError } from '../../src/binding/addon.js'

const failed = (code: string, message: string, more: object = {}): LedgerstoneError =>
  makeError({ code, message, file: '', offset: -1, expected: '', found: '', errno: 0, ...more })

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
    const error = makeError({
      code: 'CORRUPTION',
      message: 'block checksum',
      file: '000012.sst',
      offset: 4096,
      expected: '1a2b',
      found: '0000',
      errno: 0,
    })
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
    const error = failed('NO_SPACE', 'write', { errno: 28 })
    expect(Object.keys(error).sort()).toEqual(['code', 'errno', 'name'])
    expect([error.message, error.errno]).toEqual(['write', 28])
  })

  it('carries the owner of a locked folder', () => {
    const other = failed('LOCKED', '/data is locked by process 4711')
    expect(other.pid).toBe(4711)
    const own = failed('LOCKED', '/data is already open in this process')
    expect(own.pid).toBe(process.pid)
    const unknown = failed('LOCKED', '/data is locked by another process')
    expect('pid' in unknown).toBe(false)
  })

  it('is an instance of its own class and of those above it only', () => {
    class Special extends LedgerstoneError {}
    const special = new Special('ABORTED', 'special')
    const plain = new LedgerstoneError('ABORTED', 'plain')
    expect(special instanceof Special && special instanceof LedgerstoneError).toBe(true)
    expect(plain instanceof Special).toBe(false)
    const others: unknown[] = [new Error('x'), new InvalidTypeError('x'), { code: 'ABORTED' }, null]
    for (const other of others) expect(other instanceof LedgerstoneError).toBe(false)
    expect(plain instanceof InvalidTypeError).toBe(false)
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
