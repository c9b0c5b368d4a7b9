// Writes once more what an entry of a feed says, in a namespace of this store.

import { InvalidTypeError, LedgerstoneError, invalidArgument, kindOf } from '../base/errors.js'
import { binary } from '../codec/simple-codecs.js'
import type { ChangeEntry } from './change.js'
import type { NamespaceHandle } from './namespace-handle.js'
import type { EntryTarget, WriteBuffer } from './write-buffer.js'

const OPEN = new Uint8Array(0)

export function replay(buffer: WriteBuffer, target: NamespaceHandle, entry: ChangeEntry): void {
  if (typeof entry !== 'object' || (entry as unknown) === null) {
    throw new InvalidTypeError(`replay() takes an entry of changes(), not ${kindOf(entry)}`)
  }
  switch (entry.type) {
    case 'put':
      requireSameCodecs(target, entry.codecs)
      buffer.put(writable(target, entry.raw), entry.key, entry.value, entry.expiresAt)
      return
    case 'del':
      requireSameCodecs(target, entry.codecs)
      buffer.del(writable(target, entry.raw), entry.key)
      return
    case 'merge':
      requireSameCodecs(target, entry.codecs)
      target.requireMerge()
      buffer.merge(writable(target, entry.raw), entry.key, entry.value)
      return
    case 'deleteRange':
      requireSameCodecs(target, entry.codecs)
      buffer.deleteRange(target, { begin: entry.gte ?? OPEN, end: entry.lt ?? OPEN })
      return
    default:
      throw invalidArgument(`An entry of the type '${entry.type}' is of the store, not of a batch`)
  }
}

function writable(target: NamespaceHandle, raw: boolean): EntryTarget {
  const { id, mergeOperator } = target
  return raw ? { id, mergeOperator, keyCodec: binary, valueCodec: binary } : target
}

function requireSameCodecs(
  target: NamespaceHandle,
  codecs: { readonly key: string; readonly value: string } | undefined,
): void {
  const { key, value } = target.codecs
  if (codecs === undefined || (codecs.key === key && codecs.value === value)) return
  throw new LedgerstoneError(
    'MISMATCH',
    `The entry is of the codecs '${codecs.key}' and '${codecs.value}'; the namespace ` +
      `'${target.name}' has '${key}' and '${value}'`,
    { expected: `${key}, ${value}`, found: `${codecs.key}, ${codecs.value}` },
  )
}
