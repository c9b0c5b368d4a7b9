// Opening: the event log in a folder, and the one in memory.

import { folderPath } from '../base/options.js'
import { addon } from '../binding/addon.js'
import { type ValueIn, type ValueOption, type ValueOut, valueCodecOf } from '../codec/registry.js'
import { Tickets } from './appender.js'
import type { EventLog } from './event-log.js'
import { EventLogHandle } from './event-log-handle.js'
import { MemoryEventLog } from './memory-event-log.js'
import {
  type EventLogOptions,
  type MemoryLogOptions,
  memorySegmentBytes,
  nativeLogOptions,
} from './options.js'

const DEFAULT_CODEC = 'binary'

type CodecOr<C, D> = C extends undefined ? D : C

/** The log whose events are encoded as the option `codec` says. */
export type EventLogOf<C> = EventLog<
  ValueOut<CodecOr<C, typeof DEFAULT_CODEC>>,
  ValueIn<CodecOr<C, typeof DEFAULT_CODEC>>
>

/** Opens the event log in the folder `path`, and makes it when it is absent. */
export async function openEventLog<const C extends ValueOption | undefined = undefined>(
  path: string,
  options?: EventLogOptions<C>,
): Promise<EventLogOf<C>> {
  const folder = folderPath('An event log', path)
  const nativeOptions = nativeLogOptions(options)
  const codec = valueCodecOf(options?.codec ?? DEFAULT_CODEC)
  const tickets = new Tickets()
  const native = await addon().openEventLog(folder, nativeOptions, tickets.onSettled)
  return new EventLogHandle(folder, native, tickets, codec, nativeOptions.readOnly)
}

/** A log of the same interface that keeps everything in memory, for tests. */
export async function openMemoryEventLog<const C extends ValueOption | undefined = undefined>(
  options?: MemoryLogOptions<C>,
): Promise<EventLogOf<C>> {
  const segmentBytes = memorySegmentBytes(options)
  const codec = valueCodecOf(options?.codec ?? DEFAULT_CODEC)
  const tickets = new Tickets()
  const native = new MemoryEventLog(tickets.onSettled, segmentBytes)
  return new EventLogHandle(':memory:', native, tickets, codec, false)
}
