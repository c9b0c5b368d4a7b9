// The add-on, loaded on first use and once per environment (main thread or worker).
//
// 1. No function of the add-on is called before `initialize`.
// 2. An add-on whose status codes, limits or numbers are not this package's is refused at load.

import { type ErrorCode, LedgerstoneError, NATIVE_CODES, notRetained } from '../base/errors.js'
import * as constants from './constants.js'
import { loadAddon } from './load-addon.cjs'
import type { Addon, NativeConstants, NativeFailure } from './native-types.js'

let loaded: Addon | undefined

export function addon(): Addon {
  loaded ??= load()
  return loaded
}

function load(): Addon {
  let found: Addon
  try {
    found = loadAddon() as Addon
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new LedgerstoneError('ADDON_MISSING', message, { cause })
  }
  requireSameConstants(found.constants)
  found.initialize({ makeError })
  return found
}

/** What this package expects the add-on to export. */
export const EXPECTED_CONSTANTS: NativeConstants = {
  statusCodes: { 0: 'OK', ...NATIVE_CODES },
  durability: constants.DURABILITY,
  entryKinds: constants.ENTRY_KIND,
  logKinds: constants.LOG_KIND,
  mergeOperators: constants.MERGE_OPERATOR,
  compression: constants.COMPRESSION,
  inspectKinds: constants.INSPECT_KIND,
  get: constants.GET,
  getMany: constants.MANY,
  range: constants.RANGE,
  keyBytesMax: constants.KEY_BYTES_MAX,
  valueBytesMax: constants.VALUE_BYTES_MAX,
  namespaceNameBytesMax: constants.NAMESPACE_NAME_BYTES_MAX,
  levelCount: constants.LEVEL_COUNT,
}

function requireSameConstants(found: NativeConstants): void {
  for (const [name, expected] of Object.entries(EXPECTED_CONSTANTS)) {
    const actual = found[name as keyof NativeConstants]
    if (canonical(actual) === canonical(expected)) continue
    throw new LedgerstoneError('MISMATCH', `The binary is of another version: ${name} differs`, {
      expected: canonical(expected),
      found: canonical(actual),
    })
  }
}

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const OWNER = /\bprocess (\d+)/

export function makeError(failure: NativeFailure): LedgerstoneError {
  const { code, message, file, offset, expected, found, errno } = failure
  if (code === 'NOT_RETAINED') return notRetained(BigInt(found), BigInt(expected))
  const detail = {
    file: file === '' ? undefined : file,
    offset: offset < 0 ? undefined : offset,
    expected: expected === '' ? undefined : expected,
    found: found === '' ? undefined : found,
    errno: errno === 0 ? undefined : errno,
    pid: code === 'LOCKED' ? ownerOf(message) : undefined,
  }
  return new LedgerstoneError(code as ErrorCode, withPlace(message, detail), detail)
}

// The engine names the owner in the message, or says that it is this process.
function ownerOf(message: string): number | undefined {
  const named = OWNER.exec(message)?.[1]
  if (named !== undefined) return Number(named)
  return message.includes('in this process') ? process.pid : undefined
}

interface Place {
  file: string | undefined
  offset: number | undefined
  expected: string | undefined
  found: string | undefined
}

function withPlace(message: string, place: Place): string {
  const { file, offset, expected, found } = place
  const where = [file, offset === undefined ? undefined : `offset ${offset}`]
  const what = [
    expected === undefined ? undefined : `expected ${expected}`,
    found === undefined ? undefined : `found ${found}`,
  ]
  const parts = [where, what]
    .map((words) => words.filter((word) => word !== undefined).join(', '))
    .filter((part) => part !== '')
  return parts.length === 0 ? message : `${message} (${parts.join('; ')})`
}
