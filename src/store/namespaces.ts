// The namespaces of an open store: from a name and options to the one handle for it.
//
// 1. A name has one handle while the store is open, until it is dropped.
// 2. Codecs and a merge operator that are not given are the recorded ones, else the defaults.
//    Recorded custom codecs cannot be guessed: they must be given.

import { InvalidTypeError, LedgerstoneError, invalidArgument, kindOf } from '../base/errors.js'
import { COMPRESSION, MERGE_OPERATOR, NAMESPACE_NAME_BYTES_MAX } from '../binding/constants.js'
import type { NativeNamespaceInfo } from '../binding/native-types.js'
import {
  type AnyKeyCodec,
  type AnyValueCodec,
  DEFAULT_KEY_CODEC,
  DEFAULT_VALUE_CODEC,
  type KeyOption,
  type ValueOption,
  keyCodecOf,
  valueCodecOf,
} from '../codec/registry.js'
import { ttlOf } from './expiry.js'
import { mergeName, mergeNumber } from './merge-operators.js'
import { NamespaceHandle, type StoreParts } from './namespace-handle.js'
import { checkedOptions, compressionOf, count, flag } from './options.js'
import type { Compression, MergeName, NamespaceInfo, NamespaceOptions } from './store.js'

type AnyOptions = NamespaceOptions<KeyOption | undefined, ValueOption | undefined>

const OPTIONS = [
  'key',
  'value',
  'derived',
  'merge',
  'ttl',
  'compression',
  'bottomCompression',
  'filterBitsPerKey',
]
const FILTER_BITS_DEFAULT = 10
const FILTER_BITS_MAX = 64

export class Namespaces {
  readonly #store: StoreParts
  readonly #open = new Map<string, NamespaceHandle>()

  constructor(store: StoreParts) {
    this.#store = store
  }

  get(name: string, options: AnyOptions | undefined): NamespaceHandle {
    requireName(name)
    const given = checkedOptions('namespace', options, OPTIONS)
    const open = this.#open.get(name)
    if (open !== undefined && !open.dropped) return requireSame(open, given)
    const recorded = this.#recorded(name)
    const keyCodec = keyCodecOf(given.key ?? keyOption(recorded))
    const valueCodec = valueCodecOf(given.value ?? valueOption(recorded))
    requireCodec(name, 'key', keyCodec.name, recorded?.keyCodec)
    requireCodec(name, 'value', valueCodec.name, recorded?.valueCodec)
    const derived = flag('derived', given.derived, recorded?.derived ?? false)
    requireKind(name, derived, recorded?.derived)
    const merge = mergeOf(name, given.merge, valueCodec.name, recorded?.merge)
    const ttl = given.ttl === undefined ? undefined : ttlOf(given.ttl)
    const id = this.#store.native.namespace(name, {
      keyCodec: keyCodec.name,
      valueCodec: valueCodec.name,
      derived,
      merge,
      ...storageOptions(given, recorded),
    })
    const identity = { id, name, keyCodec, valueCodec, derived, merge, ttl }
    const handle = new NamespaceHandle(this.#store, identity)
    this.#open.set(name, handle)
    return handle
  }

  list(): NamespaceInfo[] {
    return this.#store.native.namespaces().map(infoOf)
  }

  /** The handle of the namespace with this id, if it was opened. */
  openById(id: number): NamespaceHandle | undefined {
    for (const handle of this.#open.values()) if (handle.id === id) return handle
    return undefined
  }

  #recorded(name: string): NativeNamespaceInfo | undefined {
    return this.#store.native.namespaces().find((info) => info.name === name)
  }
}

export function infoOf(info: NativeNamespaceInfo): NamespaceInfo {
  const merge = mergeName(info.merge)
  return {
    name: info.name,
    key: info.keyCodec,
    value: info.valueCodec,
    derived: info.derived,
    ...(merge !== undefined && { merge }),
    compression: compressionName(info.compression),
    bottomCompression: compressionName(info.bottomCompression),
    filterBitsPerKey: info.filterBitsPerKey,
  }
}

function storageOptions(given: AnyOptions, recorded: NativeNamespaceInfo | undefined) {
  return {
    compression: compressionOf(
      'compression',
      given.compression,
      recorded?.compression ?? COMPRESSION.lz4,
    ),
    bottomCompression: compressionOf(
      'bottomCompression',
      given.bottomCompression,
      recorded?.bottomCompression ?? COMPRESSION.zstd,
    ),
    filterBitsPerKey: count(
      'filterBitsPerKey',
      given.filterBitsPerKey,
      recorded?.filterBitsPerKey ?? FILTER_BITS_DEFAULT,
      FILTER_BITS_MAX,
    ),
  }
}

// A recorded name that is not built in is refused by the registry, which lists those that are.
function keyOption(recorded: NativeNamespaceInfo | undefined): KeyOption {
  return (recorded?.keyCodec as KeyOption | undefined) ?? DEFAULT_KEY_CODEC
}

function valueOption(recorded: NativeNamespaceInfo | undefined): ValueOption {
  return (recorded?.valueCodec as ValueOption | undefined) ?? DEFAULT_VALUE_CODEC
}

function requireCodec(
  namespace: string,
  side: string,
  asked: string,
  recorded: string | undefined,
): void {
  if (recorded === undefined || asked === recorded) return
  throw new LedgerstoneError(
    'MISMATCH',
    `The namespace '${namespace}' has the ${side} codec '${recorded}', not '${asked}'`,
    { expected: recorded, found: asked },
  )
}

function requireKind(namespace: string, asked: boolean, recorded: boolean | undefined): void {
  if (recorded === undefined || asked === recorded) return
  const kind = (derived: boolean): string => (derived ? 'derived' : 'ordinary')
  throw new LedgerstoneError(
    'MISMATCH',
    `The namespace '${namespace}' is ${kind(recorded)}, not ${kind(asked)}`,
    { expected: kind(recorded), found: kind(asked) },
  )
}

function mergeOf(
  namespace: string,
  asked: MergeName | undefined,
  valueCodec: string,
  recorded: number | undefined,
): number {
  if (asked === undefined) return recorded ?? MERGE_OPERATOR.none
  const merge = mergeNumber(asked, valueCodec)
  if (recorded === undefined || merge === recorded) return merge
  const had = mergeName(recorded) ?? 'none'
  throw new LedgerstoneError(
    'MISMATCH',
    `The namespace '${namespace}' has the merge operator '${had}', not '${asked}'`,
    { expected: had, found: asked },
  )
}

function requireSame(open: NamespaceHandle, given: AnyOptions): NamespaceHandle {
  const check = (side: string, had: AnyKeyCodec | AnyValueCodec, asked: AnyValueCodec): void => {
    requireCodec(open.name, side, asked.name, had.name)
    if (had === asked) return
    throw new LedgerstoneError(
      'MISMATCH',
      `The namespace '${open.name}' is open with another ${side} codec of the name '${had.name}'`,
    )
  }
  if (given.key !== undefined) check('key', open.keyCodec, keyCodecOf(given.key))
  if (given.value !== undefined) check('value', open.valueCodec, valueCodecOf(given.value))
  requireKind(open.name, flag('derived', given.derived, open.derived), open.derived)
  mergeOf(open.name, given.merge, open.valueCodec.name, open.mergeOperator)
  requireTtl(open, given.ttl)
  storageOptions(given, undefined)
  return open
}

function requireTtl(open: NamespaceHandle, asked: number | undefined): void {
  if (asked === undefined || ttlOf(asked) === open.ttl) return
  throw new LedgerstoneError(
    'MISMATCH',
    `The namespace '${open.name}' is open with the ttl ${open.ttl ?? Infinity}, not ${asked}`,
  )
}

function requireName(name: unknown): void {
  if (typeof name !== 'string') {
    throw new InvalidTypeError(`A namespace's name must be a string, not ${kindOf(name)}`)
  }
  const bytes = Buffer.byteLength(name)
  if (bytes === 0 || bytes > NAMESPACE_NAME_BYTES_MAX) {
    throw invalidArgument(
      `A namespace's name has 1 … ${NAMESPACE_NAME_BYTES_MAX} bytes of UTF-8; found ${bytes}`,
    )
  }
}

function compressionName(number: number): Compression {
  for (const [name, value] of Object.entries(COMPRESSION)) {
    if (value === number) return name as Compression
  }
  throw new LedgerstoneError('NOT_SUPPORTED', `Unknown compression ${number}`)
}
