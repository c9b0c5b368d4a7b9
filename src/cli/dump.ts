// ledgerstone dump: one of a store's files as text.

import type { InspectKind } from '../binding/native-types.js'
import { inspectFile } from '../store/open.js'
import { type Command, JSON_OPTION } from './command.js'
import { EXIT } from './failure.js'
import { printJson, printText } from './output.js'

const HELP = `
Usage: ledgerstone dump KIND FILE [options]

Shows what is inside one file of a store, whether the store is open or not.

KIND is   log        a segment of the write-ahead log (000007.wal)
          table      a sorted table (000012.sst)
          manifest   the list of tables and its history (000003.manifest)
          current    the pointer to the manifest (CURRENT)

  --entries   every entry too, of a log or a table
  --json      the text as a JSON object

Examples:
  ledgerstone dump current data/CURRENT
  ledgerstone dump table data/000012.sst --entries
`

const KINDS: readonly string[] = ['log', 'table', 'manifest', 'current']

export const dump: Command = {
  name: 'dump',
  summary: 'show what is inside one file of a store',
  help: HELP,
  positionals: ['KIND', 'FILE'],
  options: { ...JSON_OPTION, entries: { type: 'boolean', default: false } },
  async run(given) {
    const kind = given.positional(0)
    if (!KINDS.includes(kind)) {
      throw given.wrong(`KIND is one of ${KINDS.join(', ')}, not '${kind}'`)
    }
    const file = given.positional(1)
    const text = await inspectFile(kind as InspectKind, file, { entries: given.flag('entries') })
    if (given.flag('json')) printJson({ kind, file, text })
    else printText(text)
    return EXIT.done
  },
}
