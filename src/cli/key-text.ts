// Keys as people type and read them. What formatKey gives, parseKey takes.
//
//   tuple   a JSON array; what JSON has no word for is an object with one field:
//           {"bigint":"12"}  {"date":"2026-01-31T00:00:00.000Z"}  {"base64":"AAE="}
//           {"number":"Infinity"} (also -Infinity, and whole numbers from 2^53 on)
//   utf8    the text itself
//   binary  hex
//   u64     digits; i64 and i128 also with a minus before them

import type { Tuple, TupleElement } from '../codec/tuple.js'
import { exactJson } from './exact-json.js'
import { CommandError } from './failure.js'

export function parseKey(codec: string, text: string): unknown {
  switch (codec) {
    case 'tuple':
      return parseTuple(text)
    case 'utf8':
      return text
    case 'binary':
      if (/^([0-9a-f]{2})+$/i.test(text)) return Buffer.from(text, 'hex')
      throw badKey(`A binary key is hex, two digits a byte; found '${text}'`)
    case 'u64':
      if (/^\d+$/.test(text)) return BigInt(text)
      throw badKey(`A u64 key is digits; found '${text}'`)
    case 'i64':
    case 'i128':
      if (/^-?\d+$/.test(text)) return BigInt(text)
      throw badKey(`An ${codec} key is a whole number; found '${text}'`)
    default:
      throw badKey(`Keys of the codec '${codec}' cannot be typed here`)
  }
}

export function formatKey(codec: string, key: unknown): string {
  return codec === 'tuple' ? JSON.stringify(keyJson(codec, key)) : String(keyJson(codec, key))
}

/** The key for JSON output: an array for a tuple, else a string. */
export function keyJson(codec: string, key: unknown): unknown {
  if (codec === 'tuple') return (key as Tuple).map(elementJson)
  return key instanceof Uint8Array ? Buffer.from(key).toString('hex') : String(key)
}

function badKey(message: string): CommandError {
  return new CommandError('BAD_KEY', message)
}

function parseTuple(text: string): Tuple {
  const parsed = parseJson(text)
  if (!Array.isArray(parsed)) throw noArray(text)
  return parsed.map(elementOf)
}

function parseJson(text: string): unknown {
  try {
    return exactJson(text)
  } catch (error) {
    if (error instanceof SyntaxError || !(error instanceof Error)) throw noArray(text)
    const others = 'a bigint is {"bigint":"…"}, a number as scan prints it {"number":"…"}'
    throw badKey(`In the key ${text}, ${error.message}; ${others}`)
  }
}

function noArray(text: string): CommandError {
  return badKey(`A tuple key is a JSON array like '["USD","CNY"]'; found '${text}'`)
}

function elementOf(json: unknown): TupleElement {
  if (Array.isArray(json)) return json.map(elementOf)
  if (typeof json === 'object' && json !== null) return markedElement(json)
  return json as TupleElement
}

function markedElement(marked: object): TupleElement {
  const [[mark, value] = [], ...rest] = Object.entries(marked) as [string?, unknown?][]
  if (rest.length === 0 && typeof value === 'string') {
    if (mark === 'bigint' && /^-?\d+$/.test(value)) return BigInt(value)
    if (mark === 'date' && !Number.isNaN(Date.parse(value))) return new Date(value)
    if (mark === 'base64') return Buffer.from(value, 'base64')
    if (mark === 'number' && numberText(Number(value)) === value) return Number(value)
  }
  throw badKey(
    `In a key, an object is {"bigint":"12"}, {"date":"2026-01-31"}, {"base64":"AAE="} or ` +
      `{"number":"1e+300"}; found ${JSON.stringify(marked)}`,
  )
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function numberJson(value: number): unknown {
  const isSpoken = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)
  return isSpoken && !Object.is(value, -0) ? value : { number: numberText(value) }
}

function elementJson(element: TupleElement): unknown {
  if (typeof element === 'bigint') return { bigint: element.toString() }
  if (typeof element === 'number') return numberJson(element)
  if (element instanceof Date) return { date: element.toISOString() }
  if (element instanceof Uint8Array) return { base64: Buffer.from(element).toString('base64') }
  if (Array.isArray(element)) return element.map((inner: TupleElement) => elementJson(inner))
  return element
}
