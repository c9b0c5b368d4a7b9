// What every event log must do, whatever it is made of. Each implementation runs the whole suite.

import { afterEach, describe } from 'vitest'
import type { EventLog, EventLogOf, MemoryLogOptions } from '../../../src/index.js'
import type { ValueOption } from '../../../src/codec/registry.js'
import { appendContract } from './append-contract.js'
import { epochContract } from './epoch-contract.js'
import { lifecycleContract } from './lifecycle-contract.js'
import { liveContract } from './live-contract.js'
import { modelContract } from './model-contract.js'
import { placeContract } from './place-contract.js'
import { readContract } from './read-contract.js'

export interface LogFactory {
  /** Opens a new log. */
  <const C extends ValueOption | undefined = undefined>(
    options?: MemoryLogOptions<C>,
  ): Promise<EventLogOf<C>>
}

/** Opens a new log that is closed behind the test. */
export type OpenLog = LogFactory

export function eventLogContract(name: string, factory: LogFactory): void {
  describe(`the event log contract, ${name}`, () => {
    const opened: Pick<EventLog, 'close'>[] = []
    afterEach(async () => {
      for (const log of opened.splice(0)) await log.close()
    })
    const openLog: OpenLog = async (options) => {
      const log = await factory(options)
      opened.push(log)
      return log
    }
    appendContract(openLog)
    epochContract(openLog)
    readContract(openLog)
    liveContract(openLog)
    placeContract(openLog)
    lifecycleContract(openLog)
    modelContract(openLog)
  })
}

export const bytes = (text: string): Buffer => Buffer.from(text)

/** `count` events whose texts are the numbers from `from` on. */
export function numbered(from: number, count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => bytes(`${from + i}`))
}

export async function texts(log: EventLog, from?: number, to?: number): Promise<string[]> {
  return (await log.read({ from, to }).toArray()).map(({ data }) => data.toString())
}
