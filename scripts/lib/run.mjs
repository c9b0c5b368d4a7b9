// Child processes and progress lines. A quiet step shows one line and how long it took; its output
// is shown in full when it fails.
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, join } from 'node:path'
import { root } from './paths.mjs'

// A failure that the user can act on: shown without a stack.
export class SetupError extends Error {}

// How many compilers or test programs at a time: LEDGERSTONE_JOBS, or as many as there are cores.
export const jobCount = () => Number(process.env.LEDGERSTONE_JOBS) || availableParallelism()

export function which(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      continue
    }
  }
  return undefined
}

// Runs a program to its end: { code, output }. With `echo`, each whole line for which it returns
// true is printed as it comes.
export function capture(command, args, { env, echo, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let rest = ''
    const take = (chunk) => {
      output += chunk
      if (echo === undefined) return
      const lines = (rest + chunk).split('\n')
      rest = lines.pop()
      for (const line of lines) if (echo(line)) console.log(line)
    }
    child.stdout.setEncoding('utf8').on('data', take)
    child.stderr.setEncoding('utf8').on('data', take)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (rest !== '' && echo?.(rest)) console.log(rest)
      resolve({ code: code ?? 1, signal, output })
    })
  })
}

// Runs a program that shares this terminal; resolves to its exit code.
export function show(command, args, { env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: 'inherit',
    })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}

export async function must(command, args, options) {
  const { code, output } = await capture(command, args, options)
  if (code !== 0) {
    throw new SetupError(`${output.trimEnd()}\n\n${command} ${args.join(' ')} failed (${code})`)
  }
  return output
}

export async function step(title, work) {
  const start = process.hrtime.bigint()
  console.log(`${title} …`)
  const result = await work()
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  console.log(`${title} … ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`)
  return result
}
