// Reads a finished ledger back from the store and checks it entry by entry.

import type { Account, Balance, Entry, Ledger } from './ledger.js'
import { COUNTER_ACCOUNT } from './ledger.js'

export interface Audit {
  accounts: { account: number; balance: bigint; entries: number }[]
  outside: Balance
  /** Of all accounts and the counter-account. */
  total: bigint
  /** Entries that the accounts hold, without the counter-account's. */
  entries: number
  /** Places where an entry does not follow from the one before it. */
  breaks: string[]
  /** Entries whose running balance is not what the bank states. */
  disagreeing: { account: Account; entry: Entry }[]
}

export function audit(ledger: Ledger): Audit {
  const result: Audit = {
    accounts: [],
    outside: { balance: 0n, entries: 0 },
    total: 0n,
    entries: 0,
    breaks: [],
    disagreeing: [],
  }
  const last = walkHistory(ledger, result)
  for (const [[account], { balance, entries }] of ledger.balances.range()) {
    result.total += balance
    const end = last.get(account)
    if (end?.balance !== balance || end.entries !== entries) {
      result.breaks.push(`the balance of ${account} is not its last entry's`)
    }
    if (account === COUNTER_ACCOUNT) result.outside = { balance, entries }
    else result.accounts.push({ account, balance, entries })
  }
  return result
}

function walkHistory(ledger: Ledger, result: Audit): Map<Account, Balance> {
  const last = new Map<Account, Balance>()
  for (const [[account, number], entry] of ledger.history.range()) {
    const before = last.get(account) ?? { balance: 0n, entries: 0 }
    const follows = number === before.entries + 1 && entry.after === before.balance + entry.delta
    if (!follows) result.breaks.push(`entry ${number} of ${account} does not follow`)
    last.set(account, { balance: entry.after, entries: number })
    if (account === COUNTER_ACCOUNT) continue
    result.entries++
    if (entry.stated !== entry.after) result.disagreeing.push({ account, entry })
  }
  return last
}
