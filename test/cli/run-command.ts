// Runs the compiled command as a process of its own.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect } from 'vitest'

export const COMMAND = fileURLToPath(new URL('../../dist/esm/cli/main.js', import.meta.url))

export interface Result {
  code: number | null
  signal: NodeJS.Signals | null
  out: string
  err: string
}

export interface Started {
  child: ChildProcess
  result: Promise<Result>
}

export function startProgram(program: string, args: readonly string[], cwd?: string): Started {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const result = new Promise<Result>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, out, err }))
  })
  return { child, result }
}

export function start(...args: string[]): Started {
  expect(existsSync(COMMAND), 'npm test compiles the command first').toBe(true)
  return startProgram(process.execPath, [COMMAND, ...args])
}

export function run(...args: string[]): Promise<Result> {
  return start(...args).result
}

/** A folder that goes when the tests of the file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ledgerstone-cli-'))
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })
  return folder
}
