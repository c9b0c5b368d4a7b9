// Numbers that TypeScript and the engine share. The add-on exports its own; a test compares them,
// and addon.ts refuses an add-on whose numbers differ.

export const DURABILITY = { memory: 0, os: 1, disk: 2 } as const
export const ENTRY_KIND = { delete: 0, put: 1, merge: 2, deleteRange: 3, putExpiring: 4 } as const
/** Kinds that only the log, or what is handed to it, holds. */
export const LOG_KIND = { createNamespace: 16, dropNamespace: 17, batchBoundary: 18 } as const
export const MERGE_OPERATOR = {
  none: 0,
  addI64: 1,
  addI128: 2,
  append: 3,
  max: 4,
  min: 5,
  jsonMergePatch: 6,
} as const
export const COMPRESSION = { none: 0, lz4: 1, zstd: 2 } as const
export const INSPECT_KIND = {
  log: 0,
  table: 1,
  manifest: 2,
  current: 3,
  events: 4,
  index: 5,
  catalog: 6,
} as const

export const KEY_BYTES_MAX = 65_535
export const VALUE_BYTES_MAX = 268_435_456
export const NAMESPACE_NAME_BYTES_MAX = 255
export const LEVEL_COUNT = 7
export const SUBMIT_BYTES_MAX = 2 ** 30

// Results of get and has besides a length; a value that is there is `present` to has.
export const GET = { present: 0, absent: -1, tooLarge: -2, needsDisk: -3 } as const

// Results of the iterator's fill functions besides a count of entries.
export const FILL = { end: 0, tooSmall: -1, needsDisk: -3 } as const

// Sizes in the answer of getMany that mean something else.
export const MANY = { absent: 0xffff_ffff, needsDisk: 0xffff_fffe } as const

export const RANGE = {
  reverse: 1,
  omitKeys: 2,
  omitValues: 4,
  hasLower: 8,
  lowerExclusive: 16,
  hasUpper: 32,
  upperExclusive: 64,
  endsAtMax: 128,
} as const

export type Durability = keyof typeof DURABILITY
export type Compression = keyof typeof COMPRESSION
export type InspectKind = keyof typeof INSPECT_KIND
