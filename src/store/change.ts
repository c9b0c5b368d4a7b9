// What store.changes() gives: committed batches, as published types.

import type { AnyNamespace, NamespaceInfo } from './store.js'

/** Where an entry of a batch belongs. */
export interface ChangePlace {
  /** Undefined where it was dropped since, and made before what is kept of the log. */
  readonly namespace: string | undefined
  /** Never given twice, also not to a namespace of the same name. */
  readonly namespaceId: number
}

/** What the entries of one key have in common. */
export interface KeyedChange extends ChangePlace {
  /** Whether `key` and `value` are bytes: asked for, or of codecs that are not known here. */
  readonly raw: boolean
  /** Names of the namespace's codecs, where they are known. */
  readonly codecs: { readonly key: string; readonly value: string } | undefined
  readonly key: unknown
}

/** One entry of a batch. The n-th entry has the sequence `first + n`. */
export type ChangeEntry =
  | (KeyedChange & {
      readonly type: 'put'
      readonly value: unknown
      /** Milliseconds since 1970 from which on readers find nothing. */
      readonly expiresAt?: number
    })
  | (KeyedChange & { readonly type: 'del' })
  /** `value` is the operand. */
  | (KeyedChange & { readonly type: 'merge'; readonly value: unknown })
  /** Bytes of keys, also where other keys are decoded; an absent bound is open. */
  | (ChangePlace & {
      readonly type: 'deleteRange'
      readonly codecs: KeyedChange['codecs']
      readonly gte?: Uint8Array
      readonly lt?: Uint8Array
    })
  | (ChangePlace & { readonly type: 'create'; readonly options: NamespaceInfo })
  | (ChangePlace & { readonly type: 'drop' })

/** A batch that was committed whole: one write() or transact(), or one put, del, merge … */
export interface Change {
  /** Of its last entry: what to give `after` to go on behind it. */
  readonly sequence: bigint
  /** Of its first entry. */
  readonly first: bigint
  readonly entries: readonly ChangeEntry[]
}

export interface ChangesOptions {
  /** Batches behind this sequence. Default: the newest one, so that only what comes is given. */
  after?: bigint | undefined
  /** Ends once every batch up to this sequence was given. Default: never. */
  until?: bigint | undefined
  /** Only entries of these, by name; batches without any are left out. Default: all. */
  namespaces?: readonly (string | AnyNamespace)[] | undefined
  /** Only batches that are synced: no power cut takes them back. Default: false, all visible. */
  durable?: boolean | undefined
  /** Keys and values as bytes. Default: false. */
  raw?: boolean | undefined
  /** Ends the iteration by its reason. */
  signal?: AbortSignal | undefined
}

/**
 * One walk along the log: first what is there, then what comes. It is read as it is asked for, and
 * holds nothing back: NOT_RETAINED when retention passes it. Waiting keeps no process alive, and
 * ends with the store: done without `until`, else CLOSED.
 */
export interface Changes extends AsyncIterableIterator<Change> {
  /** Every batch up to here was given, or left out by `namespaces`: where another can go on. */
  readonly position: bigint
  /** The same walk in arrays of at least one change, which is several times as fast. */
  batches(): AsyncIterableIterator<Change[]>
  [Symbol.asyncDispose](): Promise<void>
}

export interface SnapshotOptions {
  /** The state right after the batch that this sequence is in. */
  at: bigint
}
