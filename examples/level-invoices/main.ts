// Invoices with an index by due date, on the Level interface: two sublevels, written in one atomic
// batch, so that the index is never without its invoice nor an invoice without its place in it.
//
//   node scripts/start.mjs --program examples/level-invoices/main
//   node scripts/start.mjs --program examples/level-invoices/main --until 2026-02-28

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LedgerstoneLevel } from 'ledgerstone/level'

interface Invoice {
  customer: string
  due: string
  cents: number
}

const SAMPLE: [string, Invoice][] = [
  ['2026-001', { customer: 'Aurora', due: '2026-02-28', cents: 125_000 }],
  ['2026-002', { customer: 'Borealis', due: '2026-01-31', cents: 9_900 }],
  ['2026-003', { customer: 'Aurora', due: '2026-03-15', cents: 48_050 }],
  ['2026-004', { customer: 'Cygnus', due: '2026-01-31', cents: 310_000 }],
]

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: join(tmpdir(), 'ledgerstone-invoices') },
    until: { type: 'string', default: '2026-12-31' },
    pay: { type: 'string' },
  },
})

const db = new LedgerstoneLevel(values.store)
const invoices = db.sublevel<string, Invoice>('invoices', { valueEncoding: 'json' })
const byDue = db.sublevel('due', { valueEncoding: 'utf8' })

async function enter(given: [string, Invoice][]): Promise<void> {
  await db.batch<string, Invoice | string>(
    given.flatMap(([number, invoice]) => [
      { type: 'put', key: number, value: invoice, sublevel: invoices },
      { type: 'put', key: `${invoice.due} ${number}`, value: number, sublevel: byDue },
    ]),
    { sync: true },
  )
}

async function pay(number: string): Promise<void> {
  const invoice = await invoices.get(number)
  if (invoice === undefined) throw new Error(`there is no open invoice ${number}`)
  await db.batch([
    { type: 'del', key: number, sublevel: invoices },
    { type: 'del', key: `${invoice.due} ${number}`, sublevel: byDue },
  ])
  console.log(`${number} is paid`)
}

async function printUntil(day: string): Promise<void> {
  const numbers = await byDue.values({ lt: `${day}!` }).all()
  let total = 0
  for (const [i, invoice] of (await invoices.getMany(numbers)).entries()) {
    if (invoice === undefined) throw new Error(`the index names ${numbers[i]}, which is not there`)
    const amount = (invoice.cents / 100).toFixed(2).padStart(10)
    console.log(`${invoice.due}  ${numbers[i]}  ${invoice.customer.padEnd(10)}${amount}`)
    total += invoice.cents
  }
  console.log(`Due until ${day}: ${(total / 100).toFixed(2)}`)
}

try {
  if ((await db.keys({ limit: 1 }).all()).length === 0) await enter(SAMPLE)
  if (values.pay !== undefined) await pay(values.pay)
  await printUntil(values.until)
} catch (error) {
  console.error(`level-invoices: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  await db.close()
}
