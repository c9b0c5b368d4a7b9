// Rows of a bank's file of transactions: semicolon-separated, double quotes, plain or gzip.
//
//   trans_id; account_id; date (YYMMDD); type; operation; amount; balance; k_symbol; bank; account
//
// Amounts have up to two decimals. They become bigint hellers (1/100 crown), digit by digit: money
// never passes through a floating-point number.

import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'

export interface Transaction {
  /** Which row of the file it is, from 1; the first row, of the names, is not counted. */
  row: number
  id: string
  account: number
  date: string
  type: string
  operation: string
  /** What the account gains, in hellers; below zero for a debit. */
  delta: bigint
  /** What the bank says the account held after it. */
  stated: bigint
}

/** A row that cannot be understood. */
export class BadRowError extends Error {
  constructor(line: number, reason: string) {
    super(`line ${line}: ${reason}`)
    this.name = 'BadRowError'
  }
}

export const COLUMNS = [
  ...['trans_id', 'account_id', 'date', 'type', 'operation', 'amount', 'balance'],
  ...['k_symbol', 'bank', 'account'],
]

const CREDITS = ['PRIJEM']
const DEBITS = ['VYDAJ', 'VYBER']

export function parseRow(text: string, line: number, row: number): Transaction {
  const fields = splitFields(text, line)
  if (fields.length !== COLUMNS.length) {
    throw new BadRowError(line, `${fields.length} fields, not ${COLUMNS.length}`)
  }
  const [id = '', account = '', date = '', type = '', operation = ''] = fields
  const [amount = '', balance = ''] = fields.slice(5)
  if (!/^\d{1,15}$/.test(account)) throw new BadRowError(line, `the account '${account}'`)
  if (!/^\d{6}$/.test(date)) throw new BadRowError(line, `the date '${date}'`)
  const isCredit = CREDITS.includes(type)
  if (!isCredit && !DEBITS.includes(type)) throw new BadRowError(line, `the type '${type}'`)
  const hellers = parseHellers(amount, line)
  if (hellers < 0n) throw new BadRowError(line, `the amount '${amount}' is below zero`)
  const delta = isCredit ? hellers : -hellers
  const stated = parseHellers(balance, line)
  return { row, id, account: Number(account), date, type, operation, delta, stated }
}

/** '1234.5' → 123450n */
export function parseHellers(text: string, line: number): bigint {
  const [, sign, crowns, decimals] = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(text) ?? []
  if (crowns === undefined) throw new BadRowError(line, `'${text}' is no amount of money`)
  const hellers = BigInt(crowns) * 100n + BigInt((decimals ?? '').padEnd(2, '0'))
  return sign === '-' ? -hellers : hellers
}

/** 123450n → '1,234.50' */
export function formatHellers(hellers: bigint): string {
  const digits = (hellers < 0n ? -hellers : hellers).toString().padStart(3, '0')
  const crowns = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${hellers < 0n ? '-' : ''}${crowns}.${digits.slice(-2)}`
}

function splitFields(text: string, line: number): string[] {
  return text.split(';').map((field) => {
    if (!field.includes('"')) return field
    if (field.length < 2 || !/^"[^"]*"$/.test(field)) {
      throw new BadRowError(line, `a stray quote in the field ${field}`)
    }
    return field.slice(1, -1)
  })
}

/** The rows of a file, in its order. */
export async function* rowsOfFile(path: string): AsyncGenerator<Transaction> {
  let line = 0
  let row = 0
  for await (const text of linesOf(path)) {
    line++
    if (line === 1) requireColumns(text)
    else if (text !== '') yield parseRow(text, line, ++row)
  }
  if (line === 0) throw new BadRowError(1, 'the file is empty')
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const packed = await isGzip(path)
  const file = createReadStream(path)
  const content = packed ? pipeline(file, createGunzip(), () => undefined) : file
  let rest = ''
  for await (const chunk of content.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split(/\r?\n/)
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return buffer.readUInt16BE(0) === 0x1f8b
  } finally {
    await file.close()
  }
}

function requireColumns(text: string): void {
  const found = splitFields(text, 1)
  if (found.join() === COLUMNS.join()) return
  throw new BadRowError(1, `the columns are ${found.join(', ')}; needed are ${COLUMNS.join(', ')}`)
}
