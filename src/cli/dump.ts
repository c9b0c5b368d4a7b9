// ledgerstone dump: one of a store's files as text.

import type { InspectKind } from '../binding/constants.js'
import { inspectFile } from '../store/open.js'
import { type Command, JSON_OPTION } from './command.js'
import { CommandError, EXIT } from './failure.js'
import { printJson, printText } from './output.js'

const HELP = `
Usage: ledgerstone dump KIND FILE [options]

Shows what is inside one file of a store, whether the store is open or not.

KIND is   log        a segment of the write-ahead log (000007.wal)
          table      a sorted table (000012.sst)
          manifest   the list of tables and its history (000003.manifest)
          current    the pointer to the manifest (CURRENT)
          events     a segment of an event log (000001.evt)
          index      its index of positions and times (000001.idx)
          catalog    the list of an event log's segments (CATALOG)

  --entries   every entry too, of a log, a table, events or an index
  --json      the text as a JSON object

Examples:
  ledgerstone dump current data/CURRENT
  ledgerstone dump table data/000012.sst --entries
`

// By the letter of the file header (docs/format/file-header.md).
const KINDS: Readonly<Record<string, InspectKind>> = {
  W: 'log',
  T: 'table',
  M: 'manifest',
  C: 'current',
  E: 'events',
  I: 'index',
  S: 'catalog',
}

export const dump: Command = {
  name: 'dump',
  summary: 'show what is inside one file of a store',
  help: HELP,
  positionals: ['KIND', 'FILE'],
  options: { ...JSON_OPTION, entries: { type: 'boolean', default: false } },
  async run(given) {
    const kind = Object.values(KINDS).find((name) => name === given.positional(0))
    if (kind === undefined) {
      const names = Object.values(KINDS).join(', ')
      throw given.wrong(`KIND is one of ${names}, not '${given.positional(0)}'`)
    }
    const file = given.positional(1)
    const text = await inspectFile(kind, file, { entries: given.flag('entries') })
    requireKind(kind, file, text)
    if (given.flag('json')) printJson({ kind, file, text })
    else printText(text)
    return EXIT.done
  },
}

// The text begins with what the file's header says: `CURRENT: kind C, format version 1, …`.
function requireKind(kind: InspectKind, file: string, text: string): void {
  const letter = /: kind (\w),/.exec(text.split('\n', 1)[0] ?? '')?.[1]
  const found = letter === undefined ? undefined : (KINDS[letter] ?? `file of kind ${letter}`)
  if (found === undefined || found === kind) return
  throw new CommandError('WRONG_KIND', `${file} is a ${found}, not a ${kind}`)
}
