// Opening: the engine on a folder, the engine in memory, and the checks that need no open store.

import { addon } from '../binding/addon.js'
import { INSPECT_KIND, type InspectKind } from '../binding/constants.js'
import { findingOf } from '../binding/finding.js'
import { CommitQueue } from './commit-queue.js'
import { eventOf } from './events.js'
import { MemoryEngine } from './memory-engine.js'
import {
  type MemoryOptions,
  type OpenOptions,
  checkedOptions,
  choice,
  flag,
  nativeOpenOptions,
  retentionOf,
  scrubOf,
  storePath,
} from './options.js'
import type { Finding, Store } from './store.js'
import { StoreHandle } from './store-handle.js'
import { type VerifyOptions, rateOf } from './verification.js'

const INSPECT_OPTIONS = ['entries']
const VERIFY_OPTIONS = ['bytesPerSecond']

/** Opens the store in the folder `path`, and makes it when it is absent. */
export async function open(path: string, options?: OpenOptions): Promise<Store> {
  const folder = storePath(path)
  const nativeOptions = nativeOpenOptions(options)
  const scrub = scrubOf(options?.scrub)
  const onEvent = options?.onEvent
  const queue = new CommitQueue()
  const native = await addon().open(
    folder,
    nativeOptions,
    queue.onCommitted,
    onEvent === undefined
      ? undefined
      : (event) => {
          onEvent(eventOf(event))
        },
  )
  const store = new StoreHandle(folder, native, queue, nativeOptions.readOnly)
  if (scrub !== undefined) store.beginScrub(scrub, (event) => onEvent?.(event))
  return store
}

/** A store of the same interface that keeps everything in memory, for tests. */
export async function openMemory(options?: MemoryOptions): Promise<Store> {
  const { retention } = checkedOptions('openMemory', options, ['retention'])
  const queue = new CommitQueue()
  const engine = new MemoryEngine(queue.onCommitted, { retention: retentionOf(retention) })
  return new StoreHandle(':memory:', engine, queue, false)
}

/** Reads every byte of a store that nobody has open, and changes nothing. */
export async function verifyDirectory(
  path: string,
  options?: Pick<VerifyOptions, 'bytesPerSecond'>,
): Promise<Finding[]> {
  const folder = storePath(path)
  const { bytesPerSecond } = checkedOptions('verifyDirectory', options, VERIFY_OPTIONS)
  return (await addon().verifyDirectory(folder, rateOf(bytesPerSecond))).map(findingOf)
}

/** The contents of one of a store's files as text. */
export async function inspectFile(
  kind: InspectKind,
  path: string,
  options?: { entries?: boolean },
): Promise<string> {
  const given = checkedOptions('inspectFile', options, INSPECT_OPTIONS)
  return addon().inspect(choice('kind', kind, INSPECT_KIND), storePath(path), {
    entries: flag('entries', given.entries, false),
  })
}
