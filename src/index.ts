// What the package `ledgerstone` gives.

export { InvalidTypeError, LedgerstoneError, type ErrorCode } from './base/errors.js'
export type { KeyCodec, ValueCodec } from './codec/codec.js'
export { json, msgpack, tuple } from './codec/registry.js'
export type { KeyCodecName, ValueCodecName } from './codec/registry.js'
export type { Tuple, TupleElement } from './codec/tuple.js'
export { inspectFile, open, openMemory, verifyDirectory } from './store/open.js'
export type { AdvancedOptions, ByteSize, OpenOptions } from './store/options.js'
export type {
  AnyNamespace,
  Batch,
  BatchOptions,
  Bounds,
  Compression,
  Durability,
  Finding,
  Levels,
  Namespace,
  NamespaceInfo,
  NamespaceLevels,
  NamespaceOptions,
  OpenReport,
  Range,
  RangeOptions,
  RangeView,
  ReadOptions,
  Snapshot,
  Store,
  StoreEvent,
  StoreStats,
  WriteOptions,
} from './store/store.js'
