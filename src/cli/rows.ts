// Rows of a CSV or NDJSON file, chunk by chunk: an object each, or why it is none.
//
// 1. CSV: the first record names the columns; all values are strings.
// 2. NDJSON: one JSON value a line; empty lines are skipped. What would be stored as something else
//    makes the row bad (exact-json.ts).

import { isUtf8 } from 'node:buffer'
import {
  type BadRecord,
  CsvParser,
  type CsvRecord,
  type ParsedRecord,
  RECORD_BYTES_MAX,
} from './csv.js'
import { exactJson } from './exact-json.js'
import { CommandError } from './failure.js'

export interface Row {
  readonly line: number
  /** Its size in the file. */
  readonly bytes: number
  readonly value: unknown
}

export type BadRow = BadRecord
export type ParsedRow = Row | BadRow

export interface RowReader {
  push(chunk: Uint8Array): ParsedRow[]
  end(): ParsedRow[]
}

export function isBad(row: ParsedRow): row is BadRow {
  return 'reason' in row
}

export class CsvRows implements RowReader {
  readonly #parser: CsvParser
  readonly #needed: readonly string[]
  #columns: readonly string[] | undefined

  /** `needed` are columns that the header must name. */
  constructor(delimiter: string, needed: readonly string[]) {
    this.#parser = new CsvParser(delimiter)
    this.#needed = needed
  }

  push(chunk: Uint8Array): ParsedRow[] {
    return this.#rows(this.#parser.push(chunk))
  }

  end(): ParsedRow[] {
    const rows = this.#rows(this.#parser.end())
    if (this.#columns === undefined) throw badHeader('the file is empty')
    return rows
  }

  #rows(records: readonly ParsedRecord[]): ParsedRow[] {
    const rows: ParsedRow[] = []
    for (const record of records) {
      if (this.#columns === undefined) this.#columns = this.#header(record)
      else if ('reason' in record) rows.push(record)
      else rows.push(csvRow(this.#columns, record))
    }
    return rows
  }

  #header(record: ParsedRecord): readonly string[] {
    if ('reason' in record) throw badHeader(record.reason)
    const columns = record.fields
    const repeated = columns.find((name, i) => columns.indexOf(name) !== i)
    if (repeated !== undefined) throw badHeader(`the column '${repeated}' comes twice`)
    if (columns.includes('__proto__')) throw badHeader("a column cannot be named '__proto__'")
    const missing = this.#needed.find((name) => !columns.includes(name))
    if (missing === undefined) return columns
    throw badHeader(`there is no column '${missing}' for the key; there are ${columns.join(', ')}`)
  }
}

function badHeader(reason: string): CommandError {
  const message = `The first row must name the columns, but ${reason}`
  return new CommandError('BAD_HEADER', message)
}

function csvRow(columns: readonly string[], { line, bytes, fields }: CsvRecord): Row {
  const value: Record<string, string> = {}
  for (let i = 0; i < columns.length; i++) value[columns[i]!] = fields[i]!
  return { line, bytes, value }
}

const LF = 0x0a

export class NdjsonRows implements RowReader {
  #rest: Buffer = Buffer.alloc(0)
  #line = 1

  push(chunk: Uint8Array): ParsedRow[] {
    const bytes = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk])
    const rows: ParsedRow[] = []
    let start = 0
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
      this.#take(bytes.subarray(start, end), rows)
      this.#line++
      start = end + 1
    }
    this.#rest = bytes.subarray(start)
    if (this.#rest.length > RECORD_BYTES_MAX) {
      const message = `Line ${this.#line} is longer than ${RECORD_BYTES_MAX} bytes`
      throw new CommandError('BAD_ROW', message)
    }
    return rows
  }

  end(): ParsedRow[] {
    const rows: ParsedRow[] = []
    this.#take(this.#rest, rows)
    this.#rest = Buffer.alloc(0)
    return rows
  }

  #take(content: Buffer, rows: ParsedRow[]): void {
    const text = content.toString('utf8').trim()
    if (text === '') return
    const line = this.#line
    const bytes = content.length
    if (!isUtf8(content)) {
      rows.push({ line, bytes, reason: 'it is not UTF-8', text })
      return
    }
    try {
      rows.push({ line, bytes, value: exactJson(text) })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      rows.push({ line, bytes, reason, text })
    }
  }
}
