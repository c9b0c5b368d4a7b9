// A subject (subject.mjs) that is kept for many jobs, and is started anew when it has died.

import { createInterface } from 'node:readline'
import { type ChildProcess, spawn } from 'node:child_process'
import { afterAll } from 'vitest'
import { inRoot, requireCompiled } from '../support/paths.js'
import type { Line } from './judge.js'

/** `copies` is a store that makes checkpoints and backups of itself. */
export type Workload = 'store' | 'events' | 'copies'

export interface Job {
  workload: Workload
  path: string
  seed: number
  sessions: number
  /** Number of the first commit. */
  next: number
  /** Writes in parallel until something fails, instead of a fixed list of steps. */
  untilFailure?: boolean
}

const running = new Set<ChildProcess>()

afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

export class Subject {
  readonly #environment: Readonly<Record<string, string>>
  readonly #jobTimeoutMs: number
  #process: ChildProcess | undefined
  #take: ((line: Line) => void) | undefined
  #settle: ((died: string | undefined) => void) | undefined
  #stderr = ''

  constructor(environment: Readonly<Record<string, string>> = {}, jobTimeoutMs = 30_000) {
    this.#environment = environment
    this.#jobTimeoutMs = jobTimeoutMs
  }

  /** Gives why the process died, if it did; a job that takes too long is a death. */
  async run(job: Job, take: (line: Line) => void): Promise<string | undefined> {
    this.#process ??= this.#start()
    this.#take = take
    const ended = new Promise<string | undefined>((resolve) => (this.#settle = resolve))
    const timer = setTimeout(() => {
      this.#settle?.('the job did not end in time')
      this.#process?.kill('SIGKILL')
      this.#process = undefined
    }, this.#jobTimeoutMs)
    this.#process.stdin!.write(`${JSON.stringify(job)}\n`)
    const died = await ended
    clearTimeout(timer)
    this.#take = this.#settle = undefined
    return died
  }

  async end(): Promise<void> {
    const child = this.#process
    if (child === undefined) return
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.stdin!.end()
    await ended
  }

  #start(): ChildProcess {
    requireCompiled()
    const child = spawn(process.execPath, [inRoot('test/faults/subject.mjs')], {
      env: { ...process.env, ...this.#environment },
    })
    running.add(child)
    this.#stderr = ''
    child.stdin.on('error', () => undefined)
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text))
    createInterface({ input: child.stdout }).on('line', (text) => {
      if (child !== this.#process) return
      const line = JSON.parse(text) as Line
      this.#take?.(line)
      if (line[1] === 'end') this.#settle?.(undefined)
    })
    child.on('close', (code, signal) => {
      running.delete(child)
      if (child !== this.#process) return
      this.#process = undefined
      this.#settle?.(`the process died, code ${code}, signal ${signal}: ${this.#stderr}`)
    })
    return child
  }
}
