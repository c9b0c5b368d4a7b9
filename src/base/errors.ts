// Every error that Ledgerstone throws or rejects with carries one of the codes of this table.
//
// 1. NATIVE_CODES are the engine's status names by number; the add-on exports the same list and a
//    test compares the two, and both with docs/errors.md. Numbers are never reused.
// 2. A mistake in a value's JavaScript type is a TypeError (InvalidTypeError); everything else is a
//    LedgerstoneError. Both have `code`.
// 3. Fields that are not known are absent, never empty.
// 4. A process may hold these classes twice, by the ES module and the CommonJS build, over one
//    add-on that makes the errors of either. So `instanceof` goes by a mark that both share.

export const NATIVE_CODES = {
  1: 'CORRUPTION',
  2: 'IO_ERROR',
  3: 'NO_SPACE',
  4: 'INVALID_ARGUMENT',
  5: 'NOT_SUPPORTED',
  6: 'FORMAT_TOO_NEW',
  7: 'NOT_A_STORE',
  8: 'NOT_FOUND',
  9: 'LOCKED',
  10: 'READ_ONLY',
  11: 'OUTCOME_UNKNOWN',
  12: 'CLOSED',
  13: 'NO_MEMORY',
  14: 'MISMATCH',
  15: 'INCOMPLETE',
  16: 'ABORTED',
  17: 'MERGE_FAILED',
  18: 'CONFLICT',
  19: 'POSITION_MISMATCH',
  20: 'STALE_EPOCH',
  21: 'NOT_RETAINED',
} as const

export const TYPESCRIPT_CODES = ['INVALID_TYPE', 'UNDECODABLE', 'ADDON_MISSING'] as const

type NativeCode = (typeof NATIVE_CODES)[keyof typeof NATIVE_CODES]
export type ErrorCode = NativeCode | (typeof TYPESCRIPT_CODES)[number]

export const ERROR_CODES: readonly ErrorCode[] = [
  ...Object.values(NATIVE_CODES),
  ...TYPESCRIPT_CODES,
]

export interface ErrorDetail {
  cause?: unknown
  /** The file it happened in, by name. */
  file?: string | undefined
  /** Byte offset in that file. */
  offset?: number | undefined
  expected?: string | undefined
  found?: string | undefined
  /** The operating system's error number. */
  errno?: number | undefined
  /** LOCKED: the process that owns the directory. */
  pid?: number | undefined
  /** POSITION_MISMATCH: of the log's last event. INVALID_ARGUMENT of ingest(): of the entry. */
  position?: number | undefined
  /** STALE_EPOCH: the log's. */
  epoch?: number | undefined
  /** NOT_RETAINED: the earliest sequence that can be asked for. */
  earliest?: bigint | undefined
}

// Lets `instanceof` hold for instances of the class of this name from any build.
function recognize(errorClass: new (...args: never[]) => Error, name: string): void {
  const mark = Symbol.for(`ledgerstone.${name}`)
  Object.defineProperty(errorClass.prototype, mark, { value: true })
  Object.defineProperty(errorClass, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this === errorClass) return typeof value === 'object' && value !== null && mark in value
      return Function.prototype[Symbol.hasInstance].call(this as typeof errorClass, value)
    },
  })
}

export class LedgerstoneError extends Error {
  override readonly name = 'LedgerstoneError'
  readonly code: ErrorCode
  declare readonly file?: string
  declare readonly offset?: number
  declare readonly expected?: string
  declare readonly found?: string
  declare readonly errno?: number
  declare readonly pid?: number
  declare readonly position?: number
  declare readonly epoch?: number
  declare readonly earliest?: bigint

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    const { cause, ...known } = detail
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    for (const [field, value] of Object.entries(known)) {
      if (value !== undefined) Object.assign(this, { [field]: value })
    }
  }
}
recognize(LedgerstoneError, 'LedgerstoneError')

/** A value of a JavaScript type that the call or the codec does not take. */
export class InvalidTypeError extends TypeError {
  override readonly name = 'InvalidTypeError'
  readonly code = 'INVALID_TYPE' as const satisfies ErrorCode
}
recognize(InvalidTypeError, 'InvalidTypeError')

export function invalidArgument(message: string): LedgerstoneError {
  return new LedgerstoneError('INVALID_ARGUMENT', message)
}

export function conflict(message: string): LedgerstoneError {
  return new LedgerstoneError('CONFLICT', message)
}

export function notRetained(asked: bigint, earliest: bigint): LedgerstoneError {
  return new LedgerstoneError(
    'NOT_RETAINED',
    `Sequence ${asked} is no longer kept; the earliest that can be asked for is ${earliest}`,
    { earliest },
  )
}

export function closed(what: string): LedgerstoneError {
  return new LedgerstoneError('CLOSED', `${what} is closed`)
}

/** A promise that fails with `error`. */
export async function rejected(error: unknown): Promise<never> {
  throw error
}

/** What a value is, in a few words, for an error message: never the value itself. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (value === undefined) return 'undefined'
  if (typeof value !== 'object') return `a ${typeof value}`
  const name = (value as { constructor?: { name?: unknown } }).constructor?.name
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an object'
}
