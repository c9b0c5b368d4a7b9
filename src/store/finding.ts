// What a check found wrong, as callers see it: fields that are not known are absent.

import type { ErrorCode } from '../base/errors.js'
import type { NativeFailure } from '../binding/native-types.js'
import type { Finding } from './store.js'

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
