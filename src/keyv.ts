// What `ledgerstone/keyv` gives: a storage adapter for Keyv.

export { KeyvLedgerstone, KeyvLedgerstone as default } from './keyv/adapter.js'
export type { KeyvCapabilities, KeyvEntry, KeyvLedgerstoneOptions } from './keyv/options.js'
