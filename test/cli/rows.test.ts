import { describe, expect, test } from 'vitest'
import { CsvRows, NdjsonRows, type RowReader } from '../../src/cli/rows.js'

function rowsOf(reader: RowReader, text: string | Buffer) {
  return [...reader.push(Buffer.from(text)), ...reader.end()]
}

describe('CSV rows', () => {
  test('are objects named by the first row', () => {
    const rows = rowsOf(new CsvRows(',', ['a']), 'a,b\n1,2\n')
    expect(rows).toEqual([{ line: 2, bytes: 3, value: { a: '1', b: '2' } }])
  })

  test.each([
    ['', 'the file is empty'],
    ['a,a\n', "the column 'a' comes twice"],
    ['b,c\n', "there is no column 'a' for the key; there are b, c"],
    ['a,__proto__\n', "a column cannot be named '__proto__'"],
  ])('are refused under the first row %j', (text, reason) => {
    expect(() => rowsOf(new CsvRows(',', ['a']), text)).toThrow(reason)
  })
})

describe('NDJSON rows', () => {
  const text =
    '{"a":1}\r\n\n[2]\n{"a":\n{"n":12345678901234567890}\n{"n":0.1234567890123456789}\n"é"'

  test('are the values of the lines', () => {
    const rows = rowsOf(new NdjsonRows(), text)
    expect(rows.map((row) => ('value' in row ? row.value : row.reason.slice(0, 24)))).toEqual([
      { a: 1 },
      [2],
      expect.any(String),
      'the number 1234567890123',
      { n: 0.12345678901234568 },
      'é',
    ])
    expect(rows.map((row) => row.line)).toEqual([1, 3, 4, 5, 6, 7])
  })

  test('are the same when split at any place', () => {
    const bytes = Buffer.from(text)
    const whole = rowsOf(new NdjsonRows(), bytes)
    for (const cut of bytes.keys()) {
      const reader = new NdjsonRows()
      const first = reader.push(bytes.subarray(0, cut))
      const second = rowsOf(reader, bytes.subarray(cut))
      expect([...first, ...second], `cut at ${cut}`).toEqual(whole)
    }
  })

  test('are bad when they are not UTF-8', () => {
    const rows = rowsOf(new NdjsonRows(), Buffer.from('"\u00e1"\n1\n', 'latin1'))
    expect(rows).toMatchObject([{ reason: 'it is not UTF-8' }, { value: 1 }])
  })
})
