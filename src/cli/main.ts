#!/usr/bin/env node
// The command `ledgerstone`: finds the subcommand, runs it, and turns failures into one line and an
// exit code (failure.ts).

import { backup, backups, restore } from './backup.js'
import { checkpoint } from './checkpoint.js'
import { type Command, parseArguments } from './command.js'
import { compact } from './compact.js'
import { dump } from './dump.js'
import { CommandError, EXIT, failureLine, UsageError } from './failure.js'
import { get } from './get.js'
import { load } from './load.js'
import { log } from './log.js'
import { namespaces } from './namespaces.js'
import { printText, table } from './output.js'
import { salvage } from './salvage.js'
import { scan } from './scan.js'
import { levels, stats } from './stats.js'
import { closest } from './suggest.js'
import { top } from './top.js'
import { verify } from './verify.js'

const COMMANDS = [
  ...[load, get, scan, namespaces, stats, levels, top, compact, verify, dump],
  ...[log, checkpoint, backup, backups, restore, salvage],
]

function overview(): string {
  const list = table(COMMANDS.map(({ name, summary }) => [`  ${name}`, summary]))
  return `ledgerstone: look into and work on Ledgerstone stores

Usage: ledgerstone COMMAND [arguments] [options]

${list}
  help COMMAND  how to use a command, with examples

A store is a folder, named with --store DIR (default ./data). A store holds namespaces;
name one with --namespace NAME where there are several. --json gives every answer as JSON.

To begin:
  ledgerstone load rates.csv --namespace rates --key base,quote
  ledgerstone get '["USD","CNY"]'
  ledgerstone scan --limit 5
`
}

function commandNamed(name: string): Command {
  const found = COMMANDS.find((command) => command.name === name)
  if (found !== undefined) return found
  const names = COMMANDS.map((command) => command.name)
  const near = closest(name, names)
  const hint = near === undefined ? `Commands: ${names.join(', ')}` : `Did you mean '${near}'?`
  throw new UsageError(`There is no command '${name}'`, `${hint} See: ledgerstone help`)
}

async function dispatch(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args
  if (first === undefined || first === '--help' || first === '-h') {
    printText(overview())
    return EXIT.done
  }
  if (first === 'help') {
    printText(rest[0] === undefined ? overview() : commandNamed(rest[0]).help.trim())
    return EXIT.done
  }
  const command = commandNamed(first)
  const given = parseArguments(command, rest)
  if (given.flag('help')) {
    printText(command.help.trim())
    return EXIT.done
  }
  return command.run(given)
}

function report(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`ledgerstone: ${error.message}\n${error.hint}\n`)
    return EXIT.usage
  }
  const advice = error instanceof CommandError ? error.advice : []
  process.stderr.write([`ledgerstone: ${failureLine(error)}`, ...advice, ''].join('\n'))
  const isInterrupted = error instanceof CommandError && error.code === 'INTERRUPTED'
  return isInterrupted ? EXIT.interrupted : EXIT.failed
}

// A reader that has enough, such as `head`, is no failure; what a command found before, is.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? (process.exitCode ?? EXIT.done) : EXIT.failed)
})

// Nobody reads the progress: no reason to end a load.
process.stderr.on('error', () => undefined)

process.exitCode = await dispatch(process.argv.slice(2)).catch(report)
