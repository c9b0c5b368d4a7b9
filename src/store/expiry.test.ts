import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { expiryOf, ttlOf } from './expiry.js'

const NOW = 1_700_000_000_000

describe('the moment a put expires', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is never when nothing is said', () => {
    expect(expiryOf({}, undefined)).toBeUndefined()
    expect(expiryOf({ ttl: undefined, expiresAt: undefined }, undefined)).toBeUndefined()
  })

  it('is what is said, before what holds for the namespace', () => {
    expect(expiryOf({}, 500)).toBe(NOW + 500)
    expect(expiryOf({ ttl: 7 }, 500)).toBe(NOW + 7)
    expect(expiryOf({ expiresAt: NOW - 1 }, 500)).toBe(NOW - 1)
    expect(expiryOf({ expiresAt: new Date(12) }, 500)).toBe(12)
    expect(expiryOf({ expiresAt: new Date(-12) }, 500)).toBe(0)
  })

  it('is never for Infinity', () => {
    expect(expiryOf({ ttl: Infinity }, 500)).toBeUndefined()
    expect(expiryOf({ expiresAt: Infinity }, 500)).toBeUndefined()
    expect(ttlOf(Infinity)).toBeUndefined()
  })

  it('is the last there is when the ttl reaches beyond it', () => {
    expect(expiryOf({ ttl: Number.MAX_SAFE_INTEGER }, undefined)).toBe(Number.MAX_SAFE_INTEGER)
  })

  it.each([0, -1, 1.5, NaN, -Infinity, 2 ** 53])('cannot be told by a ttl of %s', (ttl) => {
    const call = (): unknown => expiryOf({ ttl }, undefined)
    expect(call).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it.each([NaN, 1.5, -Infinity, 2 ** 53, new Date(NaN)])('cannot be %s', (expiresAt) => {
    const call = (): unknown => expiryOf({ expiresAt }, undefined)
    expect(call).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it('cannot be of another type, or be told twice', () => {
    for (const wrong of ['60s', null, 5n, {}, true]) {
      expect(() => expiryOf({ ttl: wrong as never }, undefined)).toThrow(TypeError)
      expect(() => expiryOf({ expiresAt: wrong as never }, undefined)).toThrow(TypeError)
    }
    expect(() => expiryOf({ ttl: 1, expiresAt: 1 }, undefined)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })
})
