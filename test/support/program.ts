// Programs that a test starts with this Node.js. Each is ended, by its own process id, when its
// test file is over or its time is up; nothing else is.

import { type ChildProcess, spawn } from 'node:child_process'
import { afterAll } from 'vitest'
import { requireCompiled } from './paths.js'

export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface Program {
  readonly process: ChildProcess
  readonly ended: Promise<Ending>
  /** All complete lines of its standard output so far. */
  lines(): string[]
  /** Fulfils when this line was written, rejects when the program ends without it. */
  line(text: string): Promise<void>
}

const STDOUT_SHOWN = 1000

const running = new Set<ChildProcess>()

afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

export function start(args: readonly string[], timeoutMs = 60_000): Program {
  requireCompiled()
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  running.add(child)
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  let stdout = ''
  let stderr = ''
  let waiting: { text: string; found: () => void; lost: (error: Error) => void }[] = []
  const lines = (): string[] => stdout.split('\n').slice(0, -1)
  const lookForLines = (): void => {
    if (waiting.length === 0) return
    const have = new Set(lines())
    for (const { text, found } of waiting) if (have.has(text)) found()
    waiting = waiting.filter(({ text }) => !have.has(text))
  }
  child.stdin.on('error', () => undefined)
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    lookForLines()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<Ending>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      running.delete(child)
      const ending = { code, signal, stdout, stderr }
      for (const { text, lost } of waiting) {
        const end = `code ${code}, signal ${signal}: ${stderr || stdout.slice(-STDOUT_SHOWN)}`
        lost(new Error(`The program ended before the line '${text}': ${end}`))
      }
      resolve(ending)
    })
  })
  const line = (text: string): Promise<void> =>
    new Promise((found, lost) => {
      waiting.push({ text, found, lost })
      lookForLines()
    })
  return { process: child, ended, lines, line }
}

export function run(args: readonly string[], timeoutMs?: number): Promise<Ending> {
  return start(args, timeoutMs).ended
}
