import { describe, expect, it } from 'vitest'
import { type OpenOptions, nativeOpenOptions, storePath } from './options.js'

describe('the options of open', () => {
  it('have these defaults, where 0 and undefined mean the engine chooses', () => {
    expect(nativeOpenOptions(undefined)).toEqual({
      createIfMissing: true,
      errorIfExists: false,
      readOnly: false,
      memoryBudget: 0,
      generationBytes: 0,
      blockBytes: 0,
      tableBytes: 0,
      levelBaseBytes: 0,
      levelFanout: 0,
      l0CompactionTrigger: 0,
      levelCount: 0,
      retentionBytes: 0,
      retentionAge: 0,
      useBlockCache: undefined,
      compactInBackground: undefined,
    })
  })

  it('take sizes as numbers and as text', () => {
    const options = { memoryBudget: '256MB', advanced: { blockBytes: 512, tableBytes: '8KiB' } }
    expect(nativeOpenOptions(options)).toMatchObject({
      memoryBudget: 256_000_000,
      blockBytes: 512,
      tableBytes: 8192,
    })
  })

  it('take retention by size, by age or by both', () => {
    const of = (retention: object): unknown => nativeOpenOptions({ retention })
    expect(of({ bytes: '1MiB' })).toMatchObject({ retentionBytes: 2 ** 20, retentionAge: 0 })
    expect(of({ age: 5000 })).toMatchObject({ retentionBytes: 0, retentionAge: 5000 })
    expect(of({ bytes: 1, age: 2 })).toMatchObject({ retentionBytes: 1, retentionAge: 2 })
  })

  it.each<[string, object]>([
    ['an unknown name', { memoryBudgets: 1 }],
    ['an unknown advanced name', { advanced: { block: 1 } }],
    ['a size of nothing', { memoryBudget: 0 }],
    ['too many levels', { advanced: { levelCount: 8 } }],
    ['retention of nothing', { retention: {} }],
    ['an age of nothing', { retention: { age: 0 } }],
    ['an unknown limit', { retention: { segments: 3 } }],
  ])('refuse %s', (_, options) => {
    expect(() => nativeOpenOptions(options)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })

  it.each<[string, unknown]>([
    ['no object', 'fast'],
    ['a flag that is no boolean', { readOnly: 1 }],
    ['a listener that is no function', { onEvent: true }],
    ['advanced options that are no object', { advanced: [] }],
  ])('refuse %s as a TypeError', (_, options) => {
    expect(() => nativeOpenOptions(options as OpenOptions)).toThrow(TypeError)
  })

  it('make the path absolute, and refuse what is none', () => {
    expect(storePath('data')).toBe(`${process.cwd()}/data`)
    expect(() => storePath('')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(() => storePath(undefined)).toThrow(TypeError)
  })
})
