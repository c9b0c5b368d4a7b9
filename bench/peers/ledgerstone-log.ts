// An event log with its own defaults, and what any log is to the workload.

import { openEventLog } from 'ledgerstone'

export interface EventSink {
  /** Fulfils when the events are on the disk. */
  append(events: readonly Buffer[]): Promise<unknown>
  /** Each event in order, as a Buffer that stays valid. */
  readAll(visit: (event: Buffer) => void): Promise<void>
  /** The event of this number, from 0 on. */
  readOne(number: number): Promise<Buffer>
  close(): Promise<void>
}

export async function openLedgerstoneLog(path: string): Promise<EventSink> {
  const log = await openEventLog(path)
  return {
    append: (events) => log.append(events),
    readAll: async (visit) => {
      for await (const { events } of log.read().batches()) for (const event of events) visit(event)
    },
    readOne: async (number) => {
      const [event] = await log.read({ from: number + 1, to: number + 1 }).toArray()
      return event?.data ?? Buffer.alloc(0)
    },
    close: () => log.close(),
  }
}
