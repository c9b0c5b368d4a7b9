// ledgerstone checkpoint: an openable copy of a store in another folder.

import { resolve } from 'node:path'
import { type Command, JSON_OPTION, STORE_OPTION } from './command.js'
import { EXIT } from './failure.js'
import { grouped, plural, printJson, printText } from './output.js'
import { withStore } from './target.js'

const HELP = `
Usage: ledgerstone checkpoint FOLDER [options]

Makes a copy of a store that can be opened by itself. FOLDER must be absent or empty; it
is there only when all of it is. On the same device tables are hard links, so this takes
moments and hardly any space. A program that has the store open makes its own copy with
store.checkpoint(folder).

  --store DIR   folder of the store (default ./data)
  --json        what was copied as JSON

Example:
  ledgerstone checkpoint ./before-upgrade --store ./ledger
`

export const checkpoint: Command = {
  name: 'checkpoint',
  summary: 'make an openable copy of a store',
  help: HELP,
  positionals: ['FOLDER'],
  options: { ...STORE_OPTION, ...JSON_OPTION },
  run: (given) =>
    withStore(given, { createIfMissing: false }, async (store) => {
      const folder = resolve(given.positional(0))
      const report = await store.checkpoint(folder)
      if (given.flag('json')) printJson(report)
      else {
        const { tables, bytes, copiedTables } = report
        const how = copiedTables === 0 ? 'linked' : `${plural(copiedTables, 'table')} copied`
        printText(`${folder}: ${plural(tables, 'table')}, ${grouped(bytes)} bytes, ${how}`)
      }
      return EXIT.done
    }),
}
