// The ledger: three namespaces, and how a transaction is posted to them.
//
//   balances   [account]          { balance, entries }
//   history    [account, entry]   { delta, after, date, type, operation, stated, row }
//   progress   ['source']         { source, rows }
//
// 1. A transaction is posted to its account and, with the opposite sign, to the counter-account, so
//    all balances together are always zero.
// 2. One transaction is one atomic batch, and the batch also says how many rows are booked. So
//    whatever happens, the store holds the first so many rows of the file, each of them whole.
// 3. Entries of an account are numbered from 1; after = the entry before's after + delta.

import { msgpack, type Store, tuple } from 'ledgerstone'
import type { Transaction } from './rows.js'

/** The other side of every transaction: cash, other banks, interest. */
export const COUNTER_ACCOUNT = 'outside'

export type Account = number | typeof COUNTER_ACCOUNT

export interface Balance {
  balance: bigint
  entries: number
}

export interface Entry {
  delta: bigint
  after: bigint
  date: string
  type: string
  operation: string
  stated: bigint | null
  row: number
}

export interface Booked {
  /** What is being booked; a store takes one source. */
  source: string
  rows: number
}

const PROGRESS_KEY = ['source'] as const

const LEDGER_NAMESPACES = ['balances', 'history', 'progress']

/** What a store is to this example; only a ledger is told by its own entry of progress. */
export function kindOfStore(store: Store): 'empty' | 'ledger' | 'foreign' {
  const all = store.namespaces()
  const count = (name: string): number => store.namespace(name).range({ limit: 1 }).countSync()
  const isEmpty = all.every(({ name }) => count(name) === 0)
  if (isEmpty) return 'empty'
  const isOurs = all.every(
    ({ name, key, value }) =>
      LEDGER_NAMESPACES.includes(name) && key === 'tuple' && value === 'msgpack',
  )
  if (!isOurs || !all.some(({ name }) => name === 'progress')) return 'foreign'
  const booked = store.namespace('progress').getSync(PROGRESS_KEY) as Partial<Booked> | undefined
  return typeof booked?.source === 'string' && typeof booked.rows === 'number'
    ? 'ledger'
    : 'foreign'
}

export class Ledger {
  readonly store: Store
  readonly balances
  readonly history
  readonly #progress
  readonly #current = new Map<Account, Balance>()
  #booked: Booked

  constructor(store: Store, source: string) {
    this.store = store
    this.balances = store.namespace('balances', {
      key: tuple<readonly [Account]>(),
      value: msgpack<Balance>(),
    })
    this.history = store.namespace('history', {
      key: tuple<readonly [Account, number]>(),
      value: msgpack<Entry>(),
    })
    this.#progress = store.namespace('progress', {
      key: tuple<typeof PROGRESS_KEY>(),
      value: msgpack<Booked>(),
    })
    this.#booked = this.#progress.getSync(PROGRESS_KEY) ?? { source, rows: 0 }
    if (this.#booked.source !== source) {
      throw new Error(`This store holds ${this.#booked.source}, not ${source}`)
    }
    for (const [[account], balance] of this.balances.range()) this.#current.set(account, balance)
  }

  /** Rows booked so far; in a store just opened, exactly those that it holds. */
  get rows(): number {
    return this.#booked.rows
  }

  /** Fulfils when the transaction is on disk. Post the next one without waiting for it. */
  post(transaction: Transaction): Promise<void> {
    const { account, delta, date, type, operation, stated, row } = transaction
    if (row !== this.rows + 1) throw new Error(`Row ${row} cannot follow row ${this.rows}`)
    const common = { date, type, operation, row }
    this.#booked = { ...this.#booked, rows: row }
    return this.store.write(
      (batch) => {
        const sides = [
          { account, delta, stated },
          { account: COUNTER_ACCOUNT, delta: -delta, stated: null },
        ] as const
        for (const side of sides) {
          const { balance, entries } = this.#add(side.account, side.delta)
          const entry: Entry = { ...common, delta: side.delta, after: balance, stated: side.stated }
          batch.put(this.balances, [side.account], { balance, entries })
          batch.put(this.history, [side.account, entries], entry)
        }
        batch.put(this.#progress, PROGRESS_KEY, this.#booked)
      },
      { durability: 'disk' },
    )
  }

  #add(account: Account, delta: bigint): Balance {
    const before = this.#current.get(account) ?? { balance: 0n, entries: 0 }
    const after = { balance: before.balance + delta, entries: before.entries + 1 }
    this.#current.set(account, after)
    return after
  }
}
