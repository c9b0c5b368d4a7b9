// The batch that the function given to write() fills. It exists only while that function runs.

import { InvalidTypeError, LedgerstoneError, invalidArgument, kindOf } from '../base/errors.js'
import type { ChangeEntry } from './change.js'
import { expiryOf } from './expiry.js'
import { NamespaceHandle } from './namespace-handle.js'
import { checkedOptions } from './options.js'
import { replay } from './replay.js'
import type { Batch, Bounds, Expiry } from './store.js'
import type { WriteBuffer } from './write-buffer.js'

const PUT_OPTIONS = ['ttl', 'expiresAt']

export class WriteBatch implements Batch {
  readonly #buffer: WriteBuffer
  readonly #store: object
  readonly #derived: boolean
  #ended = false

  constructor(buffer: WriteBuffer, store: object, derived: boolean) {
    this.#buffer = buffer
    this.#store = store
    this.#derived = derived
  }

  put(namespace: unknown, key: unknown, value: unknown, options?: Expiry): void {
    const target = this.#target(namespace)
    const given = checkedOptions("A batch's put", options, PUT_OPTIONS)
    this.#buffer.put(target, key, value, expiryOf(given, target.ttl))
  }

  del(namespace: unknown, key: unknown): void {
    this.#buffer.del(this.#target(namespace), key)
  }

  merge(namespace: unknown, key: unknown, operand: unknown): void {
    const target = this.#target(namespace)
    target.requireMerge()
    this.#buffer.merge(target, key, operand)
  }

  deleteRange(namespace: unknown, bounds?: Bounds<unknown>): void {
    const target = this.#target(namespace)
    const erased = target.erasedBy(bounds)
    if (erased !== undefined) this.#buffer.deleteRange(target, erased)
  }

  replay(namespace: unknown, entry: ChangeEntry): void {
    replay(this.#buffer, this.#target(namespace), entry)
  }

  end(): void {
    this.#ended = true
  }

  #target(namespace: unknown): NamespaceHandle {
    if (this.#ended) {
      throw new LedgerstoneError('CLOSED', 'A batch ends with the function given to write()')
    }
    if (!(namespace instanceof NamespaceHandle)) {
      throw new InvalidTypeError(`A batch writes to a namespace, not to ${kindOf(namespace)}`)
    }
    if (namespace.store !== this.#store) {
      throw invalidArgument(`The namespace '${namespace.name}' is of another store`)
    }
    namespace.requireOpen()
    if (namespace.derived !== this.#derived) {
      throw invalidArgument(
        namespace.derived
          ? `The namespace '${namespace.name}' is derived: write(…) to it needs applied`
          : `A write with applied is for derived namespaces alone; '${namespace.name}' is not one`,
      )
    }
    return namespace
  }
}
