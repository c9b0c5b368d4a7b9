// The batch that the function given to write() fills. It exists only while that function runs.

import { InvalidTypeError, LedgerstoneError, invalidArgument, kindOf } from '../base/errors.js'
import { NamespaceHandle } from './namespace-handle.js'
import type { Batch } from './store.js'
import type { WriteBuffer } from './write-buffer.js'

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

  put(namespace: unknown, key: unknown, value: unknown): void {
    this.#buffer.put(this.#target(namespace), key, value)
  }

  del(namespace: unknown, key: unknown): void {
    this.#buffer.del(this.#target(namespace), key)
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
