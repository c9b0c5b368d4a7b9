// Keyv on a store: one namespace of the store, whose keys are [Keyv's namespace, key].
//
//   value := [deadline, what Keyv gave]      deadline: milliseconds since 1970, 0 for none
//
// 1. A Keyv namespace is a range of keys of its own; no namespace is the namespace ''. What is done
//    in one touches no other.
// 2. What is past its deadline is absent. It is removed when a read meets it: looked at again and
//    deleted in one go, so that a newer value is never lost.
// 3. A store that was given stays open at disconnect(); one that the adapter opened is closed.

import { unixTimeMs } from '../base/clock.js'
import { open } from '../store/open.js'
import type { Durability, Namespace, Store } from '../store/store.js'
import {
  type KeyvCapabilities,
  type KeyvEntry,
  type KeyvLedgerstoneOptions,
  capabilitiesFor,
  keyvVersion,
  requireKey,
} from './options.js'

const NAME = 'keyv'
const FOREVER = 0

type Key = [namespace: string, key: string]
type Value = [deadline: number, value: unknown]
type Entries = Namespace<Key, Value>

interface Opened {
  store: Store
  entries: Entries
}

/**
 * A storage adapter for Keyv over the store at a path, or over an open store. Entries outlive the
 * process; lifetimes go on meanwhile.
 */
export class KeyvLedgerstone {
  /** Keyv's namespace; undefined is one of its own. */
  namespace: string | undefined
  /** Keyv 5 looks here for what kind of adapter it has. */
  readonly opts: Record<string, unknown>
  readonly capabilities: KeyvCapabilities
  readonly #location: string | Store
  readonly #options: KeyvLedgerstoneOptions
  readonly #durability: Durability
  #opened: Promise<Opened> | undefined

  constructor(location: string | Store, options: KeyvLedgerstoneOptions = {}) {
    this.#location = location
    this.#options = options
    this.#durability = options.durability ?? 'disk'
    this.namespace = options.namespace
    this.capabilities = capabilitiesFor(keyvVersion(options.keyv))
    const url = typeof location === 'string' ? location : location.path
    this.opts = { dialect: 'ledgerstone', url }
  }

  async get(key: string): Promise<unknown> {
    return (await this.getMany([key]))[0]
  }

  /** Values in the order of the keys, all of one state of the store. */
  async getMany(keys: string[]): Promise<unknown[]> {
    const asked = this.#keys(keys)
    const { entries } = await this.#open()
    const found = await entries.getMany(asked)
    await this.#removeExpired(asked.filter((_, i) => isExpired(found[i])))
    return found.map((value) => (isExpired(value) ? undefined : value?.[1]))
  }

  async has(key: string): Promise<boolean> {
    return (await this.#presence(this.#keys([key])))[0] === true
  }

  async hasMany(keys: string[]): Promise<boolean[]> {
    return this.#presence(this.#keys(keys))
  }

  async set(key: string, value: unknown, expiry?: number): Promise<boolean> {
    await this.setMany([{ key, value, expires: expiry }])
    return true
  }

  /** All of them or, if it fails, none. */
  async setMany(given: KeyvEntry[]): Promise<boolean[]> {
    const keys = this.#keys(given.map(({ key }) => key))
    const values = given.map(({ value, expires, ttl }): Value => {
      return [this.#deadline(expires ?? ttl), value]
    })
    const { store, entries } = await this.#open()
    await store.write(
      (batch) => {
        for (const [i, key] of keys.entries()) {
          const value = values[i]!
          if (isExpired(value)) batch.del(entries, key)
          else batch.put(entries, key, value)
        }
      },
      { durability: this.#durability },
    )
    return given.map(() => true)
  }

  /** Whether there was such an entry. */
  async delete(key: string): Promise<boolean> {
    return (await this.#delete(this.#keys([key])))[0] === true
  }

  /** Which of them there were; for Keyv 5 whether there were any. */
  async deleteMany(keys: string[]): Promise<boolean[] | boolean> {
    const deleted = await this.#delete(this.#keys(keys))
    return this.capabilities.expires ? deleted : deleted.includes(true)
  }

  /** Deletes the entries of the namespace, all at once. */
  async clear(): Promise<void> {
    const prefix = [this.#space] as [string]
    const { entries } = await this.#open()
    return entries.deleteRange({ prefix }, { durability: this.#durability })
  }

  /** The entries of the namespace in the order of their keys, as of one state of the store. */
  async *iterator(): AsyncGenerator<[string, unknown], void> {
    const prefix = [this.#space] as [string]
    const { entries } = await this.#open()
    for await (const [key, value] of entries.range({ prefix })) {
      if (isExpired(value)) await this.#removeExpired([key])
      else yield [key[1], value[1]]
    }
  }

  async disconnect(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    if (typeof this.#location === 'string') await (await opened)?.store.close()
  }

  get #space(): string {
    return this.namespace ?? ''
  }

  // As of the call: Keyv may give the adapter another namespace while the call goes on.
  #keys(keys: readonly string[]): Key[] {
    const space = this.#space
    return keys.map((key) => [space, requireKey(key)])
  }

  #open(): Promise<Opened> {
    if (this.#opened !== undefined) return this.#opened
    const opened = this.#openNow()
    this.#opened = opened
    opened.catch(() => {
      if (this.#opened === opened) this.#opened = undefined
    })
    return opened
  }

  async #openNow(): Promise<Opened> {
    const location = this.#location
    const store = typeof location === 'string' ? await open(location, this.#options.open) : location
    const entries: unknown = store.namespace(this.#options.name ?? NAME, {
      key: 'tuple',
      value: 'msgpack',
    })
    return { store, entries: entries as Entries }
  }

  async #presence(keys: readonly Key[]): Promise<boolean[]> {
    const { entries } = await this.#open()
    const found = await entries.getMany(keys)
    return found.map((value) => value !== undefined && !isExpired(value))
  }

  async #delete(keys: readonly Key[]): Promise<boolean[]> {
    const opened = await this.#open()
    const present = await this.#presence(keys)
    const targets = keys.filter((_, i) => present[i])
    await deleteKeys(opened, targets, this.#durability)
    return present
  }

  // The look and the delete are one turn. A failure to tidy up is no failure of the read.
  async #removeExpired(keys: readonly Key[]): Promise<void> {
    if (keys.length === 0) return
    const opened = await this.#open()
    const expired = keys.filter((key) => isExpired(opened.entries.getSync(key)))
    await deleteKeys(opened, expired, 'memory').catch(() => undefined)
  }

  #deadline(expiry: number | undefined): number {
    if (expiry === undefined || !Number.isFinite(expiry)) return FOREVER
    if (this.capabilities.expires) return Math.max(Math.ceil(expiry), 1)
    return expiry > 0 ? unixTimeMs() + expiry : FOREVER
  }
}

function deleteKeys(
  { store, entries }: Opened,
  keys: readonly Key[],
  durability: Durability,
): Promise<void> {
  return store.write(
    (batch) => {
      for (const key of keys) batch.del(entries, key)
    },
    { durability },
  )
}

function isExpired(value: Value | undefined): boolean {
  return value !== undefined && value[0] !== FOREVER && value[0] <= unixTimeMs()
}
