// Two rules that only a transaction can keep while many customers book at once: a seat is sold
// once, and nobody has more than two. Sixty customers fight for the seats of one small room.
//
//   node scripts/start.mjs --program examples/seat-booking/main
//   node scripts/start.mjs --program examples/seat-booking/main --seats 12 --customers 40

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LedgerstoneError, open, tuple } from 'ledgerstone'

const SEATS_EACH_MAX = 2

const { values } = parseArgs({
  options: {
    seats: { type: 'string', default: '30' },
    customers: { type: 'string', default: '60' },
  },
})

const folder = mkdtempSync(join(tmpdir(), 'ledgerstone-seats-'))
const store = await open(folder)
const seats = store.namespace('seats', { key: 'u64', value: 'utf8' })
const bookings = store.namespace('bookings', { key: tuple<[string, number]>(), value: 'json' })

/** Books the first free seat. Gives its number, or why there is none. */
function book(customer: string): Promise<number | 'sold out' | 'enough'> {
  return store.transact(
    async (tx) => {
      // A range counts as read, so a booking of the same customer that comes between is a conflict.
      if ((await tx.range(bookings, { prefix: [customer] }).count()) >= SEATS_EACH_MAX) {
        return 'enough'
      }
      for await (const [seat, holder] of tx.range(seats)) {
        if (holder !== '') continue
        tx.put(seats, seat, customer)
        tx.put(bookings, [customer, Number(seat)], true)
        return Number(seat)
      }
      return 'sold out'
    },
    { retries: 1000 },
  )
}

/** Gives a seat back, unless it was sold on since it was looked at. */
async function giveBack(seat: number): Promise<boolean> {
  const entry = seats.getEntrySync(seat)
  if (entry === undefined) return false
  try {
    await seats.put(seat, '', { ifVersion: entry.version })
    return true
  } catch (error) {
    if (error instanceof LedgerstoneError && error.code === 'CONFLICT') return false
    throw error
  }
}

try {
  for (let seat = 1; seat <= Number(values.seats); seat++) {
    await seats.put(seat, '', { ifAbsent: true })
  }
  const names = Array.from({ length: Number(values.customers) }, (_, i) => `customer ${i + 1}`)
  const attempts = names.flatMap((name) => [name, name, name])
  const outcomes = await Promise.all(attempts.map(book))
  const sold = outcomes.filter((outcome) => typeof outcome === 'number')
  const twice = new Set(sold).size !== sold.length
  console.log(`${sold.length} of ${values.seats} seats sold, ${twice ? 'some' : 'none'} twice`)
  const most = names.map((name) => bookings.range({ prefix: [name] }).countSync())
  console.log(`nobody has more than ${Math.max(...most)} seats`)
  const back = await Promise.all([giveBack(1), giveBack(1)])
  console.log(`seat 1 was given back ${back.filter(Boolean).length} time`)
} finally {
  await store.close()
  rmSync(folder, { recursive: true })
}
