// An open event log over an engine: the native one, or the one in memory.

import { LedgerstoneError, closed, invalidArgument, rejected } from '../base/errors.js'
import { checkedOptions, count, flag, folderPath, signalOf } from '../base/options.js'
import { findingOf } from '../binding/finding.js'
import type { NativeEventLog, NativeSegment } from '../binding/log-types.js'
import type { AnyValueCodec } from '../codec/registry.js'
import { Appender, type Tickets } from './appender.js'
import type {
  Appended,
  EventLog,
  EventLogReport,
  Finding,
  LogAppendOptions,
  LogChain,
  LogReading,
  LogReadOptions,
  LogSegment,
  LogStats,
} from './event-log.js'
import { microsecondsOf, millisecondsOf, optionalPosition, requiredPosition } from './places.js'
import { type LogSource, PlannedReading } from './reading.js'

const APPEND_OPTIONS = ['expected', 'epoch']
const READ_OPTIONS = ['from', 'to', 'limit', 'batch', 'live', 'signal']
const ARCHIVE_OPTIONS = ['through']
const COUNT_MAX = Number.MAX_SAFE_INTEGER

export class EventLogHandle<Out, In> implements EventLog<Out, In>, LogSource {
  readonly path: string
  readonly id: string
  readonly report: EventLogReport
  readonly native: NativeEventLog
  readonly codec: AnyValueCodec
  readonly tickets: Tickets
  readonly #appender: Appender
  readonly #readOnly: boolean
  #closing: Promise<void> | undefined

  constructor(
    path: string,
    native: NativeEventLog,
    tickets: Tickets,
    codec: AnyValueCodec,
    readOnly: boolean,
  ) {
    this.path = path
    this.native = native
    this.id = native.logId()
    this.report = native.openReport()
    this.codec = codec
    this.tickets = tickets
    this.#appender = new Appender(native, tickets, codec)
    this.#readOnly = readOnly
  }

  get closed(): boolean {
    return this.#closing !== undefined
  }

  get firstPosition(): number {
    return this.#engine().firstPosition()
  }

  get durablePosition(): number {
    return this.#engine().durablePosition()
  }

  get epoch(): number {
    return this.#engine().epoch()
  }

  requireOpen(): void {
    if (this.#closing !== undefined) throw closed('The event log')
  }

  append(events: In | readonly In[], options?: LogAppendOptions): Promise<Appended> {
    try {
      this.#writable()
      const { expected, epoch } = checkedOptions('append', options, APPEND_OPTIONS)
      return this.#appender.append(events, expected, epoch)
    } catch (error) {
      return rejected(error)
    }
  }

  read(options?: LogReadOptions): LogReading<Out> {
    this.requireOpen()
    const given = checkedOptions('read', options, READ_OPTIONS)
    const live = flag('live', given.live, false)
    if (live && this.#readOnly) {
      throw invalidArgument('A log opened with readOnly gets no new events: read it without live')
    }
    return new PlannedReading<Out>(this, {
      from: optionalPosition('from', given.from) ?? 1,
      to: optionalPosition('to', given.to) ?? Infinity,
      limit: given.limit === undefined ? Infinity : count('limit', given.limit, 0, COUNT_MAX),
      batch: batchOf(given.batch),
      live,
      signal: signalOf(given.signal),
    })
  }

  async positionAt(time: Date | number): Promise<number> {
    this.requireOpen()
    return this.native.seekTime(microsecondsOf(time))
  }

  async fence(epoch: number): Promise<void> {
    const native = this.#writable()
    await this.tickets.add(native.fence(requiredPosition('epoch', epoch)))
  }

  async chain(position: number): Promise<LogChain> {
    this.requireOpen()
    const { chain, last } = await this.native.chain(requiredPosition('position', position))
    return { chain: hex32(chain), last }
  }

  segments(): LogSegment[] {
    return this.#engine().segments().map(segmentOf)
  }

  async roll(): Promise<void> {
    const native = this.#writable()
    await this.tickets.add(native.roll())
  }

  async archive(folder: string, options?: { through?: number | undefined }): Promise<number> {
    const native = this.#writable()
    const given = checkedOptions('archive', options, ARCHIVE_OPTIONS)
    const through = optionalPosition('through', given.through) ?? native.durablePosition()
    return native.archive(folderPath('An archive', folder), through)
  }

  async verify(): Promise<Finding[]> {
    return (await this.#engine().verify()).map(findingOf)
  }

  stats(): LogStats {
    this.requireOpen()
    return this.#appender.stats()
  }

  close(): Promise<void> {
    this.#closing ??= this.#ended()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  // Settled appends are told before the engine's close() fulfils.
  async #ended(): Promise<void> {
    try {
      await this.native.close()
    } finally {
      this.tickets.wake()
    }
  }

  #engine(): NativeEventLog {
    this.requireOpen()
    return this.native
  }

  #writable(): NativeEventLog {
    this.requireOpen()
    if (this.#readOnly) {
      throw new LedgerstoneError('READ_ONLY', 'The event log was opened with readOnly')
    }
    return this.native
  }
}

function batchOf(batch: unknown): number {
  if (batch === undefined) return Infinity
  const events = count('batch', batch, 0, COUNT_MAX)
  if (events === 0) throw invalidArgument('batch must be at least 1')
  return events
}

function segmentOf(native: NativeSegment): LogSegment {
  const { number, first, last, bytes, finished, directory, digest } = native
  return {
    ...{ number, first, last },
    ...(last > 0 && {
      firstTime: millisecondsOf(native.firstMicros),
      lastTime: millisecondsOf(native.lastMicros),
    }),
    ...{ bytes, finished, chain: hex32(native.chain) },
    ...(native.archived && { archive: directory }),
    ...(digest !== '' && { digest }),
  }
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, '0')
}
