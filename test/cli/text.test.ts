import { describe, expect, test } from 'vitest'
import { formatKey, parseKey } from '../../src/cli/key-text.js'
import { jsonForm, plainForm, table } from '../../src/cli/output.js'
import { durationText, Progress, progressText } from '../../src/cli/progress.js'
import { closest, editsBetween } from '../../src/cli/suggest.js'

describe('A key as text', () => {
  const elements = [
    ...[null, true, false, 1.5, -0, NaN, Infinity, -Infinity, 12n, -(2n ** 70n)],
    ...[1e300, 2 ** 53, -(2 ** 53), Number('12345678901234567890'), 2 ** 53 - 1, 5e-324, 0.1 + 0.2],
    ...['a"é', ['x', [1n]]],
    ...[new Date('2026-01-31T00:00:00.000Z'), Buffer.from([0, 1, 255])],
  ]

  const cases = elements.map((element) => ({ element, text: formatKey('tuple', [element]) }))

  test.each(cases)('of a tuple reads back: $text', ({ element, text }) => {
    expect(parseKey('tuple', text)).toEqual([element])
  })

  test('reads back for the other codecs', () => {
    expect(parseKey('utf8', 'a b')).toBe('a b')
    expect(parseKey('binary', formatKey('binary', Buffer.from([0, 255])))).toEqual(
      Buffer.from([0, 255]),
    )
    expect(parseKey('u64', formatKey('u64', 2n ** 64n - 1n))).toBe(2n ** 64n - 1n)
    expect(parseKey('i64', formatKey('i64', -5n))).toBe(-5n)
    expect(parseKey('i128', formatKey('i128', -(2n ** 100n)))).toBe(-(2n ** 100n))
  })

  test.each([
    ['tuple', '"x"'],
    ['tuple', 'USD'],
    ['tuple', '[{"bigint":"1.5"}]'],
    ['tuple', '[{"bigint":"1","date":"2026"}]'],
    ['tuple', '[12345678901234567890]'],
    ['tuple', '[0.12345678901234567890]'],
    ['tuple', '[1e400]'],
    ['tuple', '[{"number":"12345678901234567890"}]'],
    ['tuple', '[{"number":"x"}]'],
    ['binary', 'abc'],
    ['u64', '-1'],
    ['i64', '1.5'],
    ['i128', ''],
    ['mine', 'x'],
  ])('of the codec %s is refused: %s', (codec, text) => {
    expect(() => parseKey(codec, text)).toThrow(expect.objectContaining({ code: 'BAD_KEY' }))
  })
})

describe('A value as text', () => {
  test('has a JSON form for what JSON lacks', () => {
    const value = { n: 2n ** 64n, b: Buffer.from('hi'), d: new Date(0), s: new Set([1n]), u: null }
    expect(jsonForm(value)).toEqual({
      n: '18446744073709551616',
      b: { base64: 'aGk=' },
      d: '1970-01-01T00:00:00.000Z',
      s: ['1'],
      u: null,
    })
  })

  test('is plain where it can be', () => {
    expect(plainForm('text')).toBe('text')
    expect(plainForm(Buffer.from([1, 255]))).toBe('01ff')
    expect(plainForm(-5n)).toBe('-5')
    expect(plainForm({ a: 1n })).toBe('{"a":"1"}')
  })
})

test('A table has columns as wide as their widest cell', () => {
  expect(table([['a', '1'], ['long', '22']], [1])).toBe('a      1\nlong  22')
})

describe('Progress', () => {
  const standing = {
    ...{ rows: 1500, rowsOfThisRun: 1000, bytes: 50, bytesTotal: 100, bytesAtStart: 0 },
    elapsedMs: 2000,
  }

  test('shows share, rows, rate and the time left', () => {
    expect(progressText(standing, false)).toBe('50%  1,500 rows  500 rows/s  about 2 s left')
    expect(progressText(standing, true)).toMatch(/^\[#{12}-{12}\] {3}50%/)
  })

  test('counts the rate and the time left from where this run began', () => {
    expect(progressText({ ...standing, bytesAtStart: 40 }, false)).toContain('about 10 s left')
  })

  test('is a line each five seconds where there is no terminal', () => {
    const lines: string[] = []
    let nowMs = 0
    const clock = { nowMs: () => nowMs }
    const progress = new Progress({ write: (text) => lines.push(text) }, clock)
    for (nowMs = 0; nowMs <= 11_000; nowMs += 500) progress.update(standing)
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/^50%.*\n$/)
  })

  test('is one line that is redrawn and cleared on a terminal', () => {
    let text = ''
    let nowMs = 0
    const stream = { isTTY: true, columns: 30, write: (more: string) => (text += more) }
    const progress = new Progress(stream, { nowMs: () => nowMs })
    nowMs = 200
    progress.update(standing)
    progress.clear()
    expect(text).not.toContain('\n')
    expect(text.split('\r')).toHaveLength(3)
    expect(text.endsWith('\r\u001b[K')).toBe(true)
  })

  test.each([
    [900, '1 s'],
    [61_000, '1 min 1 s'],
    [3_660_000, '1 h 1 min'],
  ])('calls %d ms %s', (ms, text) => {
    expect(durationText(ms)).toBe(text)
  })
})

describe('A suggestion', () => {
  test('is the word with the fewest edits', () => {
    expect(closest('laod', ['get', 'load', 'levels'])).toBe('load')
    expect(closest('zzzzz', ['get', 'load'])).toBeUndefined()
  })

  test.each([
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['same', 'same', 0],
  ])('counts the edits from %j to %j', (a, b, edits) => {
    expect(editsBetween(a, b)).toBe(edits)
  })
})
