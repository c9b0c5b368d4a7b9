// A streaming CSV parser (RFC 4180, and what is met in practice).
//
//   file    := [UTF-8 byte order mark] record*
//   record  := field (delimiter field)* (LF | CR LF | end of file)
//   field   := '"' (byte but '"' | '""')* '"'  |  bytes without delimiter, '"' and line end
//
// 1. The records are the same however the bytes are cut into chunks.
// 2. All structure is ASCII, so bytes are scanned and only whole fields are decoded.
// 3. Every record has as many fields as the first. Empty lines are skipped.
// 4. A bad record ends at the next line end behind the fault; parsing goes on there.

import { isUtf8 } from 'node:buffer'

export interface CsvRecord {
  readonly line: number
  /** Its size in the file. */
  readonly bytes: number
  readonly fields: string[]
}

export interface BadRecord {
  /** The line it begins on, from 1. */
  readonly line: number
  readonly bytes: number
  readonly reason: string
  readonly text: string
}

export type ParsedRecord = CsvRecord | BadRecord

const LF = 0x0a
const CR = 0x0d
const QUOTE = 0x22
const ASCII_MAX = 0x7f
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])
export const RECORD_BYTES_MAX = 16 * 1024 * 1024

const BEHIND_QUOTE = 'text behind the closing quote of a field'

const enum State {
  fieldStart,
  unquoted,
  quoted,
  quoteInQuoted,
  carriageReturnAfterQuote,
  bad,
}

export function isDelimiter(text: string): boolean {
  const byte = text.charCodeAt(0)
  return text.length === 1 && byte <= ASCII_MAX && ![LF, CR, QUOTE].includes(byte)
}

export class CsvParser {
  readonly #delimiter: number
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #line = 1
  #atFileStart = true
  #columns = -1
  #state = State.fieldStart
  #recordStart = 0
  #recordLine = 1
  #fieldStart = 0
  #fields: string[] = []
  #hasQuotes = false
  #isAscii = true
  #reason = ''

  constructor(delimiter = ',') {
    if (!isDelimiter(delimiter)) {
      throw new RangeError('A delimiter is one ASCII character, no quote or line end')
    }
    this.#delimiter = delimiter.charCodeAt(0)
  }

  push(chunk: Uint8Array): ParsedRecord[] {
    this.#append(chunk)
    if (this.#atFileStart && !this.#passByteOrderMark(false)) return []
    return this.#scan()
  }

  end(): ParsedRecord[] {
    if (this.#atFileStart) this.#passByteOrderMark(true)
    const records = this.#scan()
    if (this.#recordStart === this.#bytes.length) return records
    if (this.#state === State.quoted) this.#fault('a quote is opened and never closed')
    this.#endRecord(records)
    return records
  }

  #append(chunk: Uint8Array): void {
    const rest = this.#bytes.subarray(this.#recordStart)
    this.#bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    this.#at -= this.#recordStart
    this.#fieldStart -= this.#recordStart
    this.#recordStart = 0
  }

  // False while it cannot be told yet whether there is one.
  #passByteOrderMark(isWhole: boolean): boolean {
    const { length } = BYTE_ORDER_MARK
    const head = this.#bytes.subarray(0, length)
    const begins = BYTE_ORDER_MARK.subarray(0, head.length).equals(head)
    if (begins && head.length < length && !isWhole) return false
    this.#atFileStart = false
    if (begins && head.length === length) {
      this.#at = this.#recordStart = this.#fieldStart = length
    }
    return true
  }

  #scan(): ParsedRecord[] {
    const records: ParsedRecord[] = []
    const bytes = this.#bytes
    for (; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at]!
      if (byte > ASCII_MAX) this.#isAscii = false
      if (byte === LF) {
        this.#line++
        if (this.#state !== State.quoted) this.#endRecord(records)
      } else if (byte === QUOTE) {
        this.#quote()
      } else if (this.#state !== State.quoted && this.#state !== State.bad) {
        this.#plain(byte)
      }
    }
    if (bytes.length - this.#recordStart > RECORD_BYTES_MAX) this.#giveUpRecord(records)
    return records
  }

  #quote(): void {
    if (this.#state === State.fieldStart) {
      this.#state = State.quoted
      this.#hasQuotes = true
    } else if (this.#state === State.quoted) {
      this.#state = State.quoteInQuoted
    } else if (this.#state === State.quoteInQuoted) {
      this.#state = State.quoted
    } else if (this.#state === State.unquoted) {
      this.#fault('a quote inside a field that does not begin with one')
    } else if (this.#state === State.carriageReturnAfterQuote) {
      this.#fault(BEHIND_QUOTE)
    }
  }

  #plain(byte: number): void {
    if (this.#state === State.carriageReturnAfterQuote) {
      this.#fault(BEHIND_QUOTE)
    } else if (byte === this.#delimiter) {
      this.#endField(this.#at)
    } else if (this.#state === State.fieldStart) {
      this.#state = State.unquoted
    } else if (this.#state === State.quoteInQuoted) {
      if (byte === CR) this.#state = State.carriageReturnAfterQuote
      else this.#fault(BEHIND_QUOTE)
    }
  }

  #fault(reason: string): void {
    this.#state = State.bad
    this.#reason = reason
  }

  #endField(end: number): void {
    const start = this.#fieldStart
    this.#fields.push(
      this.#hasQuotes
        ? this.#bytes.toString('utf8', start + 1, end - 1).replaceAll('""', '"')
        : this.#bytes.toString('utf8', start, end),
    )
    this.#fieldStart = end + 1
    this.#hasQuotes = false
    this.#state = State.fieldStart
  }

  // At #at stands the LF, or the end of the file.
  #endRecord(records: ParsedRecord[]): void {
    const hasCr = this.#at > this.#recordStart && this.#bytes[this.#at - 1] === CR
    const end = hasCr ? this.#at - 1 : this.#at
    const whole = this.#bytes.subarray(this.#recordStart, end)
    if (whole.length > 0) {
      if (this.#state !== State.bad) this.#endField(end)
      if (!this.#isAscii && !isUtf8(whole)) this.#fault('it is not UTF-8')
      records.push(this.#record(whole))
    }
    this.#beginRecord(this.#at + 1)
  }

  #record(whole: Buffer): ParsedRecord {
    const line = this.#recordLine
    const bytes = whole.length
    const fields = this.#fields
    if (this.#state !== State.bad) {
      if (this.#columns < 0) this.#columns = fields.length
      if (fields.length === this.#columns) return { line, bytes, fields }
      this.#fault(`it has ${fields.length} fields and the first row has ${this.#columns}`)
    }
    return { line, bytes, reason: this.#reason, text: whole.toString('utf8') }
  }

  #beginRecord(start: number): void {
    this.#recordStart = this.#fieldStart = Math.min(start, this.#bytes.length)
    this.#recordLine = this.#line
    this.#fields = []
    this.#hasQuotes = false
    this.#isAscii = true
    this.#state = State.fieldStart
  }

  // The rest of the record's line is dropped as it comes.
  #giveUpRecord(records: ParsedRecord[]): void {
    const begun = this.#bytes.toString('utf8', this.#recordStart, this.#recordStart + 1000)
    const reason = `it is longer than ${RECORD_BYTES_MAX} bytes; is a quote never closed?`
    records.push({ line: this.#recordLine, bytes: begun.length, reason, text: begun })
    this.#beginRecord(this.#bytes.length)
    this.#fault('it is the rest of a row that is too long')
  }
}
