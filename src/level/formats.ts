// The formats that a Level's keys and values come in, as codecs over one namespace of bytes.
//
//   stored key := key            when it is not empty and does not begin with 00
//               | 00, key        otherwise
//
// 1. A Level may hold the empty key, the engine may not; hence the 00. It keeps the order of the
//    bytes, and costs nothing for the keys that have none in front.
// 2. The namespace is recorded with the codec `binary` for keys and values, whatever formats are
//    in use: they are views of the same bytes.

import type { KeyCodec, ValueCodec } from '../codec/codec.js'
import type { AnyKeyCodec, AnyValueCodec } from '../codec/registry.js'
import { binary, utf8 } from '../codec/simple-codecs.js'
import { NamespaceHandle } from '../store/namespace-handle.js'
import type { LevelFormat } from './options.js'

const ESCAPE = 0x00

function levelKey<T>(inner: KeyCodec<T>, isEscaped: (key: T) => boolean): KeyCodec<T> {
  return {
    name: 'binary',
    encodeInto(key, target, offset) {
      if (!isEscaped(key)) return inner.encodeInto(key, target, offset)
      if (offset === target.length) return -1
      target[offset] = ESCAPE
      return inner.encodeInto(key, target, offset + 1)
    },
    decode(source, start, end) {
      return inner.decode(source, source[start] === ESCAPE ? start + 1 : start, end)
    },
  }
}

const view: ValueCodec<Uint8Array> = {
  name: 'binary',
  encodeInto: binary.encodeInto,
  decode(source, start, end) {
    const copy = new Uint8Array(end - start)
    copy.set(source.subarray(start, end))
    return copy
  },
}

const isEscapedText = (key: string): boolean => key === '' || key.charCodeAt(0) === ESCAPE
const isEscapedBytes = (key: Uint8Array): boolean => key.length === 0 || key[0] === ESCAPE

const keyCodecs: Readonly<Record<LevelFormat, AnyKeyCodec>> = {
  utf8: levelKey(utf8, isEscapedText),
  buffer: levelKey<Uint8Array>(binary, isEscapedBytes),
  view: levelKey(view, isEscapedBytes),
}

const valueCodecs: Readonly<Record<LevelFormat, AnyValueCodec>> = { utf8, buffer: binary, view }

// Reads whether there is a value, and not the value.
const presence: ValueCodec<true> = {
  name: 'binary',
  encodeInto: () => -1,
  decode: () => true,
}

type ByFormat<T> = Readonly<Record<LevelFormat, T>>

function byFormat<T>(make: (format: LevelFormat) => T): ByFormat<T> {
  return { utf8: make('utf8'), buffer: make('buffer'), view: make('view') }
}

/** The namespace of an open Level, for each pair of formats. */
export class Formats {
  /** By the format of keys, then by that of values. */
  readonly entries: ByFormat<ByFormat<NamespaceHandle>>
  /** By the format of keys; their values say no more than that they are there. */
  readonly presence: ByFormat<NamespaceHandle>
  /** Stored keys and values as they are. */
  readonly stored: NamespaceHandle

  constructor(namespace: NamespaceHandle) {
    const seenAs = (keyCodec: AnyKeyCodec, valueCodec: AnyValueCodec): NamespaceHandle =>
      new NamespaceHandle(namespace.store, {
        id: namespace.id,
        name: namespace.name,
        keyCodec,
        valueCodec,
        derived: false,
        merge: namespace.mergeOperator,
      })
    this.stored = namespace
    this.entries = byFormat((key) =>
      byFormat((value) => seenAs(keyCodecs[key], valueCodecs[value])),
    )
    this.presence = byFormat((key) => seenAs(keyCodecs[key], presence))
  }
}
