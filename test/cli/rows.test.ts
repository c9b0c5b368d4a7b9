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
      'the number 0.12345678901',
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

describe('What NDJSON cannot be stored as', () => {
  const read = (text: string) => {
    const [row] = rowsOf(new NdjsonRows(), `{"v":${text}}`)
    return row !== undefined && 'value' in row ? (row.value as { v: unknown }).v : row?.reason
  }

  test.each([
    ['12345678901234567890', 12345678901234567000],
    ['9007199254740993', 9007199254740992],
    ['1e400', 'Infinity'],
    ['-1e400', '-Infinity'],
    ['1e-400', 0],
    ['-0', 0],
    ['-0.0', 0],
    ['-0e3', 0],
    ['0.12345678901234567890', 0.12345678901234568],
    ['1.00000000000000000000001', 1],
    ['123456789012345678e-2', 1234567890123456.8],
  ])('the number %s is refused', (text, become) => {
    const reason = `the number ${text} would become ${become}; write it as a string`
    expect(read(text)).toBe(reason)
    expect(read(`[1,{"a":"\\"${text}","b": ${text} }]`)).toBe(reason)
  })

  test.each([
    ...['0', '-1', '0.1', '2.50', '-0.05', '1e3', '1E+3', '25e-1', '0e5', '1e300', '5e-324'],
    ...['9007199254740991', '9007199254740992', '100000000000000000000', '0.30000000000000004'],
    ...['1.7976931348623157e308', '0.00000000000000000000000001', '1.000000000000000000000'],
  ])('the number %s is taken', (text) => {
    expect(read(text)).toBe(Number(text))
    expect(read(`"${text}, -0, 12345678901234567890"`)).toMatch(/7890$/)
  })

  test('a surrogate alone is refused, and a pair is taken', () => {
    expect(read('"\\ud83d"')).toContain('unpaired surrogate')
    expect(read('{"\\ude00":1}')).toContain('unpaired surrogate')
    expect(read('"\\ud83d\\ude00"')).toBe('😀')
  })

  test('a field named __proto__ is refused, in any spelling', () => {
    expect(read('{"__proto__":1}')).toBe("a field cannot be named '__proto__'")
    expect(read('{"\\u005f_proto__":1}')).toBe("a field cannot be named '__proto__'")
    expect(read('"__proto__"')).toBe('__proto__')
  })
})
