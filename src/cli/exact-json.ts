// JSON.parse for texts whose values are stored: what would be held as something else is refused.
//
// 1. A whole number written in digits must be a double itself. Any other number must be what
//    JavaScript prints for its double, in whatever spelling: 0.1, 1e300 and 2.50 are, 1e400 and
//    0.12345678901234567890 are not. -0 would be stored as 0.
// 2. A surrogate alone has no UTF-8, and no object is stored with a field `__proto__`.
// 3. A text with nothing suspicious costs three searches more than JSON.parse.

import { refuseUnpairedSurrogates } from '../base/bytes.js'

// Many digits, an exponent or -0 where a number can begin.
const SUSPICIOUS_NUMBER = /(?:[:,[\s]|^)(?:-?[\d.]{16}|-?[\d.]+[eE]|-0(?:\.0*)?(?![.\d]))/

/** Throws a SyntaxError for what is no JSON, another error for what cannot be held as it is. */
export function exactJson(text: string): unknown {
  const isPlain = !text.includes('\\u') && !text.includes('__proto__')
  const value: unknown = isPlain ? JSON.parse(text) : JSON.parse(text, refuseUnfit)
  if (SUSPICIOUS_NUMBER.test(text)) requireExactNumbers(text)
  return value
}

function refuseUnfit(name: string, value: unknown): unknown {
  if (name === '__proto__') throw new RangeError("a field cannot be named '__proto__'")
  refuseUnpairedSurrogates(name)
  if (typeof value === 'string') refuseUnpairedSurrogates(value)
  return value
}

const QUOTE_OR_NUMBER = /"|-?\d[\d.eE+-]*/g

// `text` is JSON.
function requireExactNumbers(text: string): void {
  QUOTE_OR_NUMBER.lastIndex = 0
  for (;;) {
    const token = QUOTE_OR_NUMBER.exec(text)?.[0]
    if (token === undefined) return
    if (token === '"') QUOTE_OR_NUMBER.lastIndex = behindString(text, QUOTE_OR_NUMBER.lastIndex)
    else requireExact(token)
  }
}

// From behind the quote that opens it.
function behindString(text: string, start: number): number {
  let at = start
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

const SHOWN_CHARS = 40

function requireExact(token: string): void {
  const value = Number(token)
  if (isExact(token, value)) return
  const shown = token.length > SHOWN_CHARS ? `${token.slice(0, SHOWN_CHARS)}…` : token
  throw new RangeError(
    `the number ${shown} would become ${Object.is(value, -0) ? '0' : value}; write it as a string`,
  )
}

function isExact(token: string, value: number): boolean {
  if (!Number.isFinite(value) || Object.is(value, -0)) return false
  if (/^-?\d+$/.test(token)) return Number.isSafeInteger(value) || BigInt(token) === BigInt(value)
  return decimal(token) === decimal(String(value))
}

/** One spelling of a decimal number: '-25e-1' for -2.50 and -0.25e1. */
function decimal(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const digits = whole + fraction
  let start = 0
  while (digits[start] === '0') start++
  if (start === digits.length) return '0'
  let end = digits.length
  while (digits[end - 1] === '0') end--
  const power = Number(exponent) - fraction.length + (digits.length - end)
  return `${sign}${digits.slice(start, end)}e${power}`
}
