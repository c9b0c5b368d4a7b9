// What the package `ledgerstone` gives.

export {
  type ErrorCode,
  type ErrorDetail,
  InvalidTypeError,
  LedgerstoneError,
} from './base/errors.js'
export type { KeyCodec, ValueCodec } from './codec/codec.js'
export { json, msgpack, tuple } from './codec/registry.js'
export type {
  KeyCodecName,
  KeyIn,
  KeyOption,
  KeyOut,
  ValueCodecName,
  ValueIn,
  ValueOption,
  ValueOut,
} from './codec/registry.js'
export type { Tuple, TupleElement } from './codec/tuple.js'
export type {
  Appended,
  EventLog,
  EventLogReport,
  LogAppendOptions,
  LogChain,
  LoggedEvent,
  LoggedEvents,
  LogReading,
  LogReadOptions,
  LogSegment,
  LogStats,
} from './log/event-log.js'
export { type EventLogOf, openEventLog, openMemoryEventLog } from './log/open.js'
export type { EventLogOptions, MemoryLogOptions } from './log/options.js'
export {
  type BackupChoice,
  listBackups,
  removeBackup,
  restore,
  verifyBackup,
} from './store/copies.js'
export type {
  Change,
  ChangeEntry,
  ChangePlace,
  Changes,
  ChangesOptions,
  KeyedChange,
  SnapshotOptions,
} from './store/change.js'
export { inspectFile, open, openMemory, verifyDirectory } from './store/open.js'
export { type Labels, prometheusText } from './store/prometheus.js'
export type {
  BackgroundErrorEvent,
  ClosedEvent,
  CompactedEvent,
  FailStopEvent,
  FlushedEvent,
  GenerationFullEvent,
  MovedEvent,
  OpenedEvent,
  ScrubbedEvent,
  StallBeganEvent,
  StallCause,
  StallEndedEvent,
  StoreEvent,
  TableDeletedEvent,
  TailCutEvent,
} from './store/events.js'
export type * from './binding/statistics-types.js'
export type {
  AdvancedOptions,
  ByteSize,
  MemoryOptions,
  OpenOptions,
  RetentionOptions,
} from './store/options.js'
export type { ScrubOptions } from './store/scrub.js'
export { type SalvageLoss, type SalvageReport, salvage } from './store/salvage.js'
export type {
  AnyNamespace,
  BackupInfo,
  BackupOptions,
  Batch,
  BatchOptions,
  Bounds,
  CheckpointReport,
  Compression,
  DelOptions,
  Durability,
  Entry,
  Expiry,
  Finding,
  Leading,
  Ingested,
  IngestOptions,
  Levels,
  MergeName,
  MergeOperand,
  Namespace,
  NamespaceInfo,
  NamespaceOf,
  NamespaceOptions,
  OpenReport,
  PutOptions,
  Range,
  RangeOptions,
  RangeView,
  ReadOptions,
  SalvagedNamespace,
  ServeOptions,
  Snapshot,
  Store,
  StatisticsServer,
  Trace,
  TraceOptions,
  TransactOptions,
  Transaction,
  TransactionRange,
  VerifyOptions,
  VerifyProgress,
  WriteOptions,
} from './store/store.js'
