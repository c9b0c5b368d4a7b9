// ledgerstone stats and levels: what the engine tells of itself.

import { type Command, JSON_OPTION, STORE_OPTION } from './command.js'
import { EXIT } from './failure.js'
import { grouped, printJson, printText, table } from './output.js'
import { READING, withStore } from './target.js'

const STATS_HELP = `
Usage: ledgerstone stats [options]

Opens a store and prints its counts and sizes: what opening it found, then the engine's
statistics. Counters begin at 0 when a store is opened, so most tell of this opening.

  --store DIR   folder of the store (default ./data)
  --json        as JSON

Example:
  ledgerstone stats --store ./ledger
`

const LEVELS_HELP = `
Usage: ledgerstone levels [options]

Draws the levels of each namespace's tree: tables, bytes and entries. What was written
since the last flush is in memory and in the log, and not in this picture.

  --store DIR   folder of the store (default ./data)
  --json        as JSON

Example:
  ledgerstone levels --store ./ledger
`

export const stats: Command = {
  name: 'stats',
  summary: 'print counts and sizes',
  help: STATS_HELP,
  positionals: [],
  options: { ...STORE_OPTION, ...JSON_OPTION },
  run: (given) =>
    withStore(given, READING, async (store) => {
      const { path, report } = store
      const counts = store.stats()
      if (given.flag('json')) printJson({ path, report, stats: counts })
      else printText(`${path}\n\n${figures(report)}\n\n${figures(counts)}`)
      return EXIT.done
    }),
}

export const levels: Command = {
  name: 'levels',
  summary: "draw the levels of each namespace's tree",
  help: LEVELS_HELP,
  positionals: [],
  options: { ...STORE_OPTION, ...JSON_OPTION },
  run: (given) =>
    withStore(given, READING, async (store) => {
      const { namespaces, text } = store.levels()
      if (given.flag('json')) printJson(namespaces)
      else printText(text)
      return EXIT.done
    }),
}

function figures(values: object): string {
  return table(rowsOf(values), [1])
}

/** A row for each figure; lists (levels, histograms) have commands of their own. */
function rowsOf(values: object, above: readonly string[] = []): string[][] {
  return Object.entries(values).flatMap(([name, value]: [string, unknown]) => {
    const path = [...above, words(name)]
    if (Array.isArray(value)) return []
    if (typeof value === 'object' && value !== null) return rowsOf(value, path)
    return [[path.join(', '), figure(value)]]
  })
}

function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

function figure(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return grouped(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return value === '' ? '-' : String(value)
}
