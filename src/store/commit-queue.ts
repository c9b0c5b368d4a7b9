// The promises of writes that were handed to the engine, in ticket order.
//
// 1. One entry per ticket. An entry is settled once, in order, when the engine says so.
// 2. All callers of one submit share its promise; a failure is told to each of them.

export interface Deferred {
  promise: Promise<void>
  resolve(): void
  reject(error: unknown): void
}

export function deferred(): Deferred {
  let resolve!: () => void
  let reject!: (error: unknown) => void
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}

interface Waiting {
  ticket: number
  result: Deferred
}

export class CommitQueue {
  #waiting: Waiting[] = []

  add(ticket: number, result: Deferred): void {
    this.#waiting.push({ ticket, result })
  }

  readonly onCommitted = (ticket: number, error: Error | undefined): void => {
    const later = this.#waiting.findIndex((waiting) => waiting.ticket > ticket)
    const settled = this.#waiting.splice(0, later < 0 ? this.#waiting.length : later)
    for (const { result } of settled) {
      if (error === undefined) result.resolve()
      else result.reject(error)
    }
  }

  /** Fulfils when everything added so far is settled, well or not. */
  async settled(): Promise<void> {
    await this.#waiting.at(-1)?.result.promise.catch(() => undefined)
  }
}
