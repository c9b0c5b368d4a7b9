// A made-up bank: the same rows in every run, in the columns of the real file.
//
// 1,000 accounts that begin with a deposit, then credits and debits until there are 100,000 rows.
// No account goes below zero. Now and then the bank states a balance that is off by 0.10, as real
// banks did; finding those rows is a job of the report.

import type { Transaction } from './rows.js'

export const SAMPLE_ACCOUNTS = 1000
export const SAMPLE_ROWS = 100_000
const SEED = 20_260_131
const ROUNDED_ONE_IN = 5000
const DAYS = 450

export function* sampleRows(rows = SAMPLE_ROWS): Generator<Transaction> {
  const accounts = SAMPLE_ACCOUNTS
  const below = generator(SEED)
  const balances = new Map<number, bigint>()
  for (let row = 1; row <= rows; row++) {
    const account = row <= accounts ? row : 1 + below(accounts)
    const before = balances.get(account) ?? 0n
    const isDebit = row > accounts && below(100) < 55
    const wanted = BigInt(100 + below(isDebit ? 400_000 : 500_000))
    const amount = isDebit && wanted > before ? before : wanted
    const after = isDebit ? before - amount : before + amount
    balances.set(account, after)
    yield {
      row,
      id: String(row),
      account,
      date: dateText(Math.floor(((row - 1) * DAYS) / rows)),
      type: isDebit ? 'VYDAJ' : 'PRIJEM',
      operation: isDebit ? 'VYBER' : 'VKLAD',
      delta: isDebit ? -amount : amount,
      stated: below(ROUNDED_ONE_IN) === 0 ? after + 10n : after,
    }
  }
}

/** Whole numbers in 0 … bound - 1, the same ones for the same seed (mulberry32). */
function generator(seed: number): (bound: number) => number {
  let state = seed
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
}

function dateText(day: number): string {
  return new Date(Date.UTC(1993, 0, 1 + day)).toISOString().slice(2, 10).replaceAll('-', '')
}
