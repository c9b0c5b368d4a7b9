// What every thread of the example says about the store's namespaces, in one place.

import { type Store, tuple } from 'ledgerstone'

/** [customer, number] → amount */
export const paymentsOf = (store: Store) =>
  store.namespace('payments', { key: tuple<[string, number]>(), value: 'i64' })

/** customer → sum */
export const sumsOf = (store: Store) => store.namespace('sums', { key: 'utf8', value: 'i64' })
