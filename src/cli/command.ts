// What a command is, and its arguments after parsing.
//
// Every command has --help and, where it says so, --store, --namespace and --json with the same
// meaning.

import { parseArgs, type ParseArgsConfig } from 'node:util'
import { UsageError } from './failure.js'
import { closest } from './suggest.js'

export type Options = NonNullable<ParseArgsConfig['options']>

export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** What `ledgerstone help NAME` shows. */
  readonly help: string
  readonly options: Options
  /** Names of the positional arguments; all are needed. */
  readonly positionals: readonly string[]
  /** Gives the exit code. */
  run(given: Arguments): Promise<number>
}

export const STORE_OPTION: Options = { store: { type: 'string', default: './data' } }
export const NAMESPACE_OPTION: Options = { namespace: { type: 'string' } }
export const JSON_OPTION: Options = { json: { type: 'boolean', default: false } }

export class Arguments {
  readonly #command: string
  readonly #values: Record<string, unknown>
  readonly #positionals: readonly string[]

  constructor(command: string, values: Record<string, unknown>, positionals: readonly string[]) {
    this.#command = command
    this.#values = values
    this.#positionals = positionals
  }

  positional(index: number): string {
    return this.#positionals[index] ?? ''
  }

  text(name: string): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  flag(name: string): boolean {
    return this.#values[name] === true
  }

  count(name: string, min: number): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const count = Number(text)
    if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count >= min) return count
    throw this.wrong(`--${name} takes a whole number of at least ${min}, not '${text}'`)
  }

  choice<const T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name)
    if (text === undefined || choices.includes(text as T)) return text as T | undefined
    throw this.wrong(`--${name} is one of ${choices.join(', ')}, not '${text}'`)
  }

  wrong(message: string): UsageError {
    return new UsageError(message, helpHint(this.#command))
  }
}

export function helpHint(command: string): string {
  return `See: ledgerstone help ${command}`
}

export function parseArguments(command: Command, args: readonly string[]): Arguments {
  const options: Options = { ...command.options, help: { type: 'boolean', short: 'h' } }
  let parsed
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw refusal(command, options, error)
  }
  const given = new Arguments(command.name, parsed.values, parsed.positionals)
  if (!given.flag('help')) requirePositionals(command, parsed.positionals)
  return given
}

function requirePositionals(command: Command, found: readonly string[]): void {
  const { name, positionals } = command
  const missing = positionals[found.length]
  if (missing !== undefined) throw new UsageError(`${name} needs ${missing}`, helpHint(name))
  const extra = found[positionals.length]
  if (extra !== undefined) {
    throw new UsageError(`${name} does not take the argument '${extra}'`, helpHint(name))
  }
}

function refusal(command: Command, options: Options, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error)
  const unknown = /^Unknown option '(-[^']+)'/.exec(message)?.[1]
  if (unknown === undefined) {
    return new UsageError(message.split('\n')[0] ?? '', helpHint(command.name))
  }
  const names = Object.keys(options).map((name) => `--${name}`)
  const near = closest(unknown, names)
  return new UsageError(
    `${command.name} has no option ${unknown}`,
    near === undefined ? helpHint(command.name) : `Did you mean ${near}? ${helpHint(command.name)}`,
  )
}
