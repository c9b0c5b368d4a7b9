// Metered usage: what each customer used on each day, counted without reading, and each request
// once. Old days go by one range delete.
//
//   node scripts/start.mjs --program examples/counters/main
//   … record 2026-03-02 acme storage 1048576 request-17
//   … bill 2026-03
//   … forget 2026-03-01          every day before it

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Store, open, tuple } from 'ledgerstone'

const DAY_MS = 86_400_000
const SAMPLE = [
  'record 2026-02-28 acme calls 1 request-1',
  'record 2026-03-01 acme calls 1 request-2',
  'record 2026-03-01 acme calls 1 request-3',
  'record 2026-03-01 acme calls 1 request-3',
  'record 2026-03-02 acme storage 9007199254740993 request-4',
  'record 2026-03-02 zeta calls 20 request-5',
  'bill 2026-03',
  'forget 2026-03-02',
  'bill',
]

class Meters {
  readonly #store: Store
  readonly #usage
  readonly #counted

  constructor(store: Store) {
    this.#store = store
    this.#usage = store.namespace('usage', {
      key: tuple<[day: string, customer: string, meter: string]>(),
      value: 'i128',
      merge: 'add',
    })
    // A request is repeated within a day or not at all.
    this.#counted = store.namespace('counted', { key: 'utf8', value: 'utf8', ttl: DAY_MS })
  }

  /** False when the request was counted before. Requests are recorded one after the other. */
  async record(day: string, customer: string, meter: string, amount: bigint, request: string) {
    if (await this.#counted.has(request)) return false
    await this.#store.write((batch) => {
      batch.merge(this.#usage, [day, customer, meter], amount)
      batch.put(this.#counted, request, day)
    })
    return true
  }

  /** Sums by customer and meter over the days that begin with `period`. */
  async bill(period: string): Promise<Map<string, bigint>> {
    const sums = new Map<string, bigint>()
    const days = this.#usage.range({ gte: [period], lt: [`${period}\uffff`] })
    for await (const [[, customer, meter], amount] of days) {
      const line = `${customer} ${meter}`
      sums.set(line, (sums.get(line) ?? 0n) + amount)
    }
    return sums
  }

  async forget(before: string): Promise<void> {
    await this.#usage.deleteRange({ lt: [before] })
  }
}

async function obey(meters: Meters, command: readonly string[]): Promise<void> {
  const [name, ...given] = command
  const [day = '', customer, meter, amount, request] = given
  if (name === 'record' && customer && meter && amount && request) {
    const isNew = await meters.record(day, customer, meter, BigInt(amount), request)
    console.log(`${request}: ${isNew ? 'counted' : 'counted before'}`)
  } else if (name === 'bill') {
    console.log(day === '' ? 'all days' : day)
    for (const [line, sum] of await meters.bill(day)) console.log(`  ${line} ${sum}`)
  } else if (name === 'forget' && day !== '') {
    await meters.forget(day)
    console.log(`forgot the days before ${day}`)
  } else {
    throw new Error(`cannot ${command.join(' ')}; there are record, bill and forget`)
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { store: { type: 'string', default: join(tmpdir(), 'ledgerstone-counters') } },
})
const store = await open(values.store)
try {
  const meters = new Meters(store)
  const commands = positionals.length > 0 ? [positionals] : SAMPLE.map((line) => line.split(' '))
  for (const command of commands) await obey(meters, command)
} catch (error) {
  console.error(`counters: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  await store.close()
}
