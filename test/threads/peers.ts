// Worker threads with a store of their own, told by the test what to do; see peer.mjs. They are
// terminated when their test is over.

import { Worker } from 'node:worker_threads'
import { afterEach } from 'vitest'
import { inRoot, requireCompiled } from '../support/paths.js'

interface Answer {
  id: number
  value?: unknown
  error?: { code?: string; message: string; pid?: number }
}

export class Peer {
  readonly worker: Worker
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #next = 1

  constructor() {
    requireCompiled()
    this.worker = new Worker(inRoot('test/threads/peer.mjs'))
    this.worker.on('message', (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer)
      this.#waiting.delete(answer.id)
    })
  }

  /** Fulfils with what the operation gave, or rejects with its error's code, message and pid. */
  async does<T = unknown>(name: string, ...parameters: unknown[]): Promise<T> {
    const id = this.#next++
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve))
    this.worker.postMessage({ id, name, parameters })
    const { value, error } = await answered
    if (error !== undefined) throw Object.assign(new Error(error.message), error)
    return value as T
  }
}

const peers: Peer[] = []

afterEach(async () => {
  await Promise.all(peers.splice(0).map(({ worker }) => worker.terminate()))
})

export function newPeers(count: number): Peer[] {
  const made = Array.from({ length: count }, () => new Peer())
  peers.push(...made)
  return made
}
