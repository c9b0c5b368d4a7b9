// What is known of a backup, as callers see it.

import { InvalidTypeError, invalidArgument, kindOf } from '../base/errors.js'
import type { NativeBackup } from '../binding/copies-types.js'
import { findingOf } from '../binding/finding.js'
import type { BackupInfo } from './store.js'

export function backupInfoOf(native: NativeBackup): BackupInfo {
  const { createdMillis, damage, ...info } = native
  return {
    ...info,
    created: new Date(createdMillis),
    ...(damage !== undefined && { damage: findingOf(damage) }),
  }
}

export function millisecondsOf(created: unknown): number {
  if (!(created instanceof Date)) {
    throw new InvalidTypeError(`created must be a Date, not ${kindOf(created)}`)
  }
  const ms = created.getTime()
  if (Number.isNaN(ms) || ms < 0) throw invalidArgument('created must be a moment from 1970 on')
  return ms
}
