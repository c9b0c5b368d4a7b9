// What the adapter takes and what it tells Keyv about itself. The shapes are those of Keyv's own
// types; they are written here so that either version of Keyv, or none, may be installed.

import { InvalidTypeError, invalidArgument, kindOf } from '../base/errors.js'
import type { OpenOptions } from '../store/options.js'
import type { Durability } from '../store/store.js'

export interface KeyvLedgerstoneOptions {
  /** Keyv's namespace. Keyv sets it to its own when it has one. */
  namespace?: string | undefined
  /** The store's namespace that holds the entries of all of Keyv's. Default: 'keyv'. */
  name?: string | undefined
  /** How safe a write is when its promise fulfils. Default: 'disk'. */
  durability?: Durability | undefined
  /** The Keyv that will use the adapter: 6 gives times of expiry, 5 gives lifetimes. Default: 6. */
  keyv?: 5 | 6 | undefined
  /** How to open the store; for an adapter that is given a path. */
  open?: OpenOptions | undefined
}

export interface KeyvEntry {
  key: string
  value: unknown
  /** Keyv 6: when it expires, in milliseconds since 1970. */
  expires?: number | undefined
  /** Keyv 5: how long it lives, in milliseconds. */
  ttl?: number | undefined
}

interface Method {
  exists: boolean
  methodType: 'async' | 'sync'
}

const ASYNC: Method = { exists: true, methodType: 'async' }

// Keyv calls an async generator function sync.
const METHODS = {
  get: ASYNC,
  getMany: ASYNC,
  has: ASYNC,
  hasMany: ASYNC,
  set: ASYNC,
  setMany: ASYNC,
  delete: ASYNC,
  deleteMany: ASYNC,
  clear: ASYNC,
  disconnect: ASYNC,
  iterator: { exists: true, methodType: 'sync' } as Method,
}

export interface KeyvCapabilities {
  compatible: boolean
  store: 'keyvStorage'
  methods: typeof METHODS
  /** Whether set() takes a time of expiry. */
  expires: boolean
}

export function capabilitiesFor(keyv: 5 | 6): KeyvCapabilities {
  return { compatible: true, store: 'keyvStorage', methods: METHODS, expires: keyv === 6 }
}

export function keyvVersion(version: unknown): 5 | 6 {
  if (version === undefined) return 6
  if (version === 5 || version === 6) return version
  throw invalidArgument(`keyv must be 5 or 6, the version of Keyv`)
}

/** Keyv passes anything on: a number key would be another entry than its text. */
export function requireKey(key: unknown): string {
  if (typeof key === 'string') return key
  throw new InvalidTypeError(`A key must be a string, not ${kindOf(key)}`)
}
