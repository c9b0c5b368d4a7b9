// Options of opening and reading an event log.

import { type ByteSize, parseByteSize } from '../base/bytes.js'
import { checkedOptions, flag, folderPath } from '../base/options.js'
import type { NativeLogOptions } from '../binding/log-types.js'
import type { ValueOption } from '../codec/registry.js'

export interface MemoryLogOptions<C extends ValueOption | undefined = undefined> {
  /** Of the events; not recorded. Default: 'binary'. */
  codec?: C
  /** A segment is finished when it has grown to this. Default: '64MiB'. */
  segmentBytes?: ByteSize | undefined
}

export interface EventLogOptions<C extends ValueOption | undefined = undefined>
  extends MemoryLogOptions<C> {
  /** Default: true. */
  createIfMissing?: boolean
  /** Default: false. */
  errorIfExists?: boolean
  /** Takes no lock and changes nothing; shows what was there when it was opened. Default: false. */
  readOnly?: boolean
  /** Where an archived segment is looked for that is not where it was put. Default: nowhere. */
  archiveFolder?: string | undefined
}

const MEMORY_OPTIONS = ['codec', 'segmentBytes']
const OPEN_OPTIONS = [
  ...MEMORY_OPTIONS,
  'createIfMissing',
  'errorIfExists',
  'readOnly',
  'archiveFolder',
]

const optionalBytes = (name: string, size: unknown): number =>
  size === undefined ? 0 : parseByteSize(name, size)

export function nativeLogOptions(options: object | undefined): NativeLogOptions {
  const given = checkedOptions<EventLogOptions>('openEventLog', options, OPEN_OPTIONS)
  const { archiveFolder } = given
  return {
    createIfMissing: flag('createIfMissing', given.createIfMissing, true),
    errorIfExists: flag('errorIfExists', given.errorIfExists, false),
    readOnly: flag('readOnly', given.readOnly, false),
    segmentBytes: optionalBytes('segmentBytes', given.segmentBytes),
    archiveDirectory: archiveFolder === undefined ? '' : folderPath('An archive', archiveFolder),
  }
}

/** 0: the default. */
export function memorySegmentBytes(options: object | undefined): number {
  const given = checkedOptions<MemoryLogOptions>('openMemoryEventLog', options, MEMORY_OPTIONS)
  return optionalBytes('segmentBytes', given.segmentBytes)
}
