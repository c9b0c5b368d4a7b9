// What a check found wrong, as callers see it: fields that are not known are absent.

import type { ErrorCode } from '../base/errors.js'
import type { NativeFailure } from './native-types.js'

export interface Finding {
  code: ErrorCode
  message: string
  file: string
  offset?: number
  expected?: string
  found?: string
}

export function findingOf(native: NativeFailure): Finding {
  const { file, offset, message, expected, found } = native
  return {
    code: native.code as ErrorCode,
    message,
    file,
    ...(offset >= 0 && { offset }),
    ...(expected !== '' && { expected }),
    ...(found !== '' && { found }),
  }
}
