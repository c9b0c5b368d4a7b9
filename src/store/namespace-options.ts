// The options of a namespace as the log has them; bytes in docs/format/manifest.md, "options".

import { LedgerstoneError } from '../base/errors.js'
import { encodeVarint } from '../base/varint.js'
import { MERGE_OPERATOR } from '../binding/constants.js'
import type { NativeNamespaceOptions } from '../binding/native-types.js'
import { ByteReader } from './byte-reader.js'

const PLAIN = 1
const WITH_MERGE = 2
const NOTHING = Buffer.alloc(0)

export function encodeNamespaceOptions(options: NativeNamespaceOptions): Buffer {
  const key = Buffer.from(options.keyCodec)
  const value = Buffer.from(options.valueCodec)
  const merges = options.merge !== MERGE_OPERATOR.none
  return Buffer.concat([
    Buffer.of(merges ? WITH_MERGE : PLAIN),
    encodeVarint(key.length),
    key,
    encodeVarint(value.length),
    value,
    Buffer.of(options.derived ? 1 : 0, options.compression, options.bottomCompression),
    encodeVarint(options.filterBitsPerKey),
    merges ? Buffer.of(options.merge) : NOTHING,
  ])
}

export function decodeNamespaceOptions(bytes: Buffer): NativeNamespaceOptions {
  const reader = new ByteReader(bytes, "A namespace's options")
  const format = reader.byte()
  if (format !== PLAIN && format !== WITH_MERGE) {
    throw new LedgerstoneError('NOT_SUPPORTED', `Options of a namespace in the format ${format}`)
  }
  return {
    keyCodec: reader.sized().toString(),
    valueCodec: reader.sized().toString(),
    derived: reader.byte() === 1,
    compression: reader.byte(),
    bottomCompression: reader.byte(),
    filterBitsPerKey: reader.varint(),
    merge: format === WITH_MERGE ? reader.byte() : MERGE_OPERATOR.none,
  }
}
