// Text on standard output, and how values look there.
//
//   JSON form   what JSON has as itself; bigint as a string of digits; bytes as {"base64": "…"};
//               a Date as ISO 8601; a Set as an array
//   plain form  a string as it is, bytes as hex, everything else in the JSON form

import { once } from 'node:events'

const WRITE_AT_CHARS = 64 * 1024

/** Lines gathered into few writes, which wait while the reader is slow. */
export class LineWriter {
  readonly #stream: NodeJS.WritableStream
  #text = ''

  constructor(stream: NodeJS.WritableStream = process.stdout) {
    this.#stream = stream
  }

  async line(text: string): Promise<void> {
    this.#text += `${text}\n`
    if (this.#text.length >= WRITE_AT_CHARS) await this.flush()
  }

  async flush(): Promise<void> {
    const text = this.#text
    this.#text = ''
    if (text !== '' && !this.#stream.write(text)) await once(this.#stream, 'drain')
  }
}

export function printText(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}

export function printJson(value: unknown): void {
  printText(JSON.stringify(jsonForm(value), undefined, 2))
}

export function jsonForm(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof Set) return [...value].map(jsonForm)
  if (Array.isArray(value)) return value.map(jsonForm)
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, jsonForm(held)]))
}

export function plainForm(value: unknown, indent?: number): string {
  if (typeof value === 'string' || typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return JSON.stringify(jsonForm(value), undefined, indent) ?? String(value)
}

export function grouped(count: number | bigint): string {
  return count.toLocaleString('en-US')
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

/** Rows of cells, each column as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[], rightAligned: readonly number[] = []) {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  }
  const aligned = (cell: string, i: number): string =>
    rightAligned.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)
  return rows.map((row) => row.map(aligned).join('  ').trimEnd()).join('\n')
}
