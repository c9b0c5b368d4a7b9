// Runs functions as transactions and tries them again after conflicts; writes with a condition are
// transactions of one key.

import { type Waiting, backoffMs, systemWaiting } from '../base/backoff.js'
import {
  InvalidTypeError,
  LedgerstoneError,
  conflict,
  invalidArgument,
  kindOf,
  rejected,
} from '../base/errors.js'
import { expiryOf } from './expiry.js'
import type { NamespaceHandle, StoreParts } from './namespace-handle.js'
import { checkedOptions, count, durabilityOf, flag } from './options.js'
import type { OwnValue } from './own-writes.js'
import type { DelOptions, PutOptions, TransactOptions, Transaction } from './store.js'
import { ValueEncoder } from './value-encoder.js'
import { TransactionHandle } from './transaction.js'
import { derivedNeedsPosition } from './writer.js'

const TRANSACT_OPTIONS = ['durability', 'retries']
const PUT_OPTIONS = ['durability', 'ttl', 'expiresAt', 'ifAbsent', 'ifVersion']
const DEL_OPTIONS = ['durability', 'ifVersion']
const RETRIES = 20
const RETRIES_MAX = 1_000_000

export class Transactions {
  readonly #store: StoreParts
  readonly #values: ValueEncoder
  readonly #waiting: Waiting

  constructor(store: StoreParts, waiting: Waiting = systemWaiting) {
    this.#store = store
    this.#values = new ValueEncoder()
    this.#waiting = waiting
  }

  run<T>(
    fn: (tx: Transaction) => T | Promise<T>,
    options: TransactOptions | undefined,
  ): Promise<T> {
    try {
      if (typeof fn !== 'function') {
        throw new InvalidTypeError(`transact() takes a function, not ${kindOf(fn)}`)
      }
      const given = checkedOptions('transact', options, TRANSACT_OPTIONS)
      const retries = count('retries', given.retries, RETRIES, RETRIES_MAX)
      return this.#run(fn, durabilityOf(given.durability), retries)
    } catch (error) {
      return rejected(error)
    }
  }

  putIf(to: NamespaceHandle, key: unknown, value: unknown, options: PutOptions): Promise<void> {
    const given = checkedOptions('put', options, PUT_OPTIONS)
    const ifAbsent = flag('ifAbsent', given.ifAbsent, false)
    if (ifAbsent && given.ifVersion !== undefined) {
      throw invalidArgument('put takes ifAbsent or ifVersion, not both')
    }
    if (!ifAbsent && given.ifVersion === undefined) {
      const { durability, ttl, expiresAt } = given
      return this.#store.writer.put(to, key, value, { durability, ttl, expiresAt })
    }
    const expiresAt = expiryOf(given, to.ttl)
    const own = { bytes: this.#values.bytesOf(to.valueCodec, value), expiresAt }
    return this.#writeIf(to, key, own, options, versionOf(given.ifVersion))
  }

  delIf(to: NamespaceHandle, key: unknown, options: DelOptions): Promise<void> {
    const { durability, ifVersion } = checkedOptions('del', options, DEL_OPTIONS)
    if (ifVersion === undefined) return this.#store.writer.del(to, key, { durability })
    return this.#writeIf(to, key, undefined, options, versionOf(ifVersion))
  }

  #writeIf(
    to: NamespaceHandle,
    key: unknown,
    value: OwnValue | undefined,
    options: DelOptions,
    wanted: bigint | undefined,
  ): Promise<void> {
    if (to.derived) return rejected(derivedNeedsPosition(to.name))
    to.requireOpen()
    const keyText = this.#keyText(to, key)
    const attempt = async (tx: TransactionHandle): Promise<void> => {
      const found = await tx.versionOf(to, keyText)
      if (found !== wanted) throw unmet(wanted, found)
      tx.setEncoded(to, keyText, value)
    }
    return this.#run(attempt, durabilityOf(options.durability), RETRIES)
  }

  #keyText(to: NamespaceHandle, key: unknown): string {
    const { reader } = this.#store
    return reader.keyText(reader.encodeKey(to, key))
  }

  async #run<T>(
    fn: (tx: TransactionHandle) => T | Promise<T>,
    durability: number,
    retries: number,
  ): Promise<T> {
    for (let failures = 1; ; failures++) {
      if (this.#store.closed) throw new LedgerstoneError('CLOSED', 'The store is closed')
      const tx = new TransactionHandle(this.#store, this.#values)
      let result: T
      try {
        result = await fn(tx)
      } catch (error) {
        tx.end()
        throw error
      }
      try {
        await tx.commit(durability)
        return result
      } catch (error) {
        if (!(error instanceof LedgerstoneError) || error.code !== 'CONFLICT') throw error
        if (failures > retries) throw exhausted(failures, error)
      }
      await this.#waiting.sleep(backoffMs(failures, this.#waiting.fraction()))
    }
  }
}

function versionOf(ifVersion: unknown): bigint | undefined {
  if (ifVersion === undefined || typeof ifVersion === 'bigint') return ifVersion
  throw new InvalidTypeError(`ifVersion must be a bigint, not ${kindOf(ifVersion)}`)
}

function unmet(wanted: bigint | undefined, found: bigint | undefined): LedgerstoneError {
  if (wanted === undefined) return conflict(`The key is there, with version ${found}`)
  return conflict(
    found === undefined
      ? `The key is absent; version ${wanted} was expected`
      : `The key has version ${found}; version ${wanted} was expected`,
  )
}

function exhausted(runs: number, cause: LedgerstoneError): LedgerstoneError {
  const message = `A conflict in each of ${runs} runs, the last: ${cause.message}`
  return new LedgerstoneError('CONFLICT', message, { cause })
}
