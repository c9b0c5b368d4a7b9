import { describe, expect, test } from 'vitest'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import { CsvParser, type ParsedRecord, RECORD_BYTES_MAX } from '../../src/cli/csv.js'

function parse(bytes: Buffer | string, cuts: readonly number[] = [], delimiter = ',') {
  const all = Buffer.from(bytes)
  const parser = new CsvParser(delimiter)
  const records: ParsedRecord[] = []
  let from = 0
  for (const to of [...cuts, all.length]) {
    records.push(...parser.push(all.subarray(from, to)))
    from = to
  }
  return [...records, ...parser.end()]
}

const fieldsOf = (records: readonly ParsedRecord[]) =>
  records.map((record) => ('fields' in record ? record.fields : `bad: ${record.reason}`))

const TRICKY = Buffer.from(
  '\ufeffname,note,amount\r\n' +
    '"Smith, J.","said ""no""",1.50\n' +
    '\n' +
    'Novák,"two\nlines\r\nand a third",\r\n' +
    '"","""",""\n' +
    'bad"quote,x,1\n' +
    '"closed"early,x,1\n' +
    '"r"\r,x,1\n' +
    'one,two\n' +
    '\r\n' +
    'last,🏦,"no line end"',
)

describe('A CSV parser', () => {
  test('reads quotes, doubled quotes, line ends in quotes and either line end', () => {
    expect(fieldsOf(parse(TRICKY))).toEqual([
      ['name', 'note', 'amount'],
      ['Smith, J.', 'said "no"', '1.50'],
      ['Novák', 'two\nlines\r\nand a third', ''],
      ['', '"', ''],
      'bad: a quote inside a field that does not begin with one',
      'bad: text behind the closing quote of a field',
      'bad: text behind the closing quote of a field',
      'bad: it has 2 fields and the first row has 3',
      ['last', '🏦', 'no line end'],
    ])
  })

  test('names the line on which a record begins', () => {
    expect(parse(TRICKY).map((record) => record.line)).toEqual([1, 2, 4, 7, 8, 9, 10, 11, 13])
  })

  test('gives the text of a bad record as it stands in the file', () => {
    const bad = parse(TRICKY).filter((record) => 'text' in record)
    expect(bad.map((record) => record.text)).toEqual([
      'bad"quote,x,1',
      '"closed"early,x,1',
      '"r"\r,x,1',
      'one,two',
    ])
  })

  test('reads the same byte by byte', () => {
    const cuts = Array.from(TRICKY.keys())
    expect(parse(TRICKY, cuts)).toEqual(parse(TRICKY))
  })

  test('reads the same when split in two at any place', () => {
    const whole = parse(TRICKY)
    for (const cut of TRICKY.keys()) expect(parse(TRICKY, [cut]), `cut at ${cut}`).toEqual(whole)
  })

  test('reads random bytes the same however they are cut', () => {
    const random = new Random(seedFromEnvironment())
    const symbols = ['"', '"', ',', '\n', '\r', 'a', 'é'] as const
    for (let round = 0; round < 500; round++) {
      const text = Array.from({ length: random.below(40) }, () => random.pick(symbols)).join('')
      const bytes = Buffer.from(text)
      const cuts = [random.below(bytes.length + 1), random.below(bytes.length + 1)]
      cuts.sort((a, b) => a - b)
      const what = `${JSON.stringify(text)} cut at ${cuts.join()}`
      const message = `LEDGERSTONE_SEED=${random.seed} ${what}`
      expect(parse(bytes, cuts), message).toEqual(parse(bytes))
    }
  })

  test('reads back random fields that were quoted by the rules', () => {
    const random = new Random(seedFromEnvironment())
    const symbols = ['"', ';', '\n', '\r\n', 'a', ' ', 'ž'] as const
    for (let round = 0; round < 200; round++) {
      const symbol = () => random.pick(symbols)
      const field = () => Array.from({ length: random.below(6) }, symbol).join('')
      const rows = Array.from({ length: 5 }, () => [field(), field(), field()])
      const quoted = rows.map((row) => row.map((f) => `"${f.replaceAll('"', '""')}"`).join(';'))
      const records = parse(quoted.join('\n'), [], ';')
      expect(fieldsOf(records), `LEDGERSTONE_SEED=${random.seed}`).toEqual(rows)
    }
  })

  test('calls a record bad whose quote is never closed, and one that is not UTF-8', () => {
    expect(fieldsOf(parse('a,b\n1,"2\n3'))[1]).toBe('bad: a quote is opened and never closed')
    const latin1 = Buffer.from('a,b\nNov\u00e1k,1\nx,2\n', 'latin1')
    expect(fieldsOf(parse(latin1))).toEqual([['a', 'b'], 'bad: it is not UTF-8', ['x', '2']])
  })

  test('gives up a record that is too long, and goes on behind its line', () => {
    const long = Buffer.alloc(RECORD_BYTES_MAX + 10, 'x')
    const bytes = Buffer.concat([Buffer.from('a,b\n"'), long, Buffer.from('\n1,2\n')])
    const records = parse(bytes, [RECORD_BYTES_MAX + 8])
    expect(records[1]).toMatchObject({ line: 2 })
    expect(fieldsOf(records).at(-1)).toEqual(['1', '2'])
  })

  test('finds nothing in an empty file', () => {
    expect(parse('')).toEqual([])
    expect(parse('\ufeff')).toEqual([])
  })

  test.each(['', ',,', '"', '\n', 'é'])('refuses the delimiter %j', (delimiter) => {
    expect(() => new CsvParser(delimiter)).toThrow(RangeError)
  })
})
