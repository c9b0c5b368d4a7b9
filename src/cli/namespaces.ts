// ledgerstone namespaces: what there is in a store.

import { type Command, JSON_OPTION, STORE_OPTION } from './command.js'
import { EXIT } from './failure.js'
import { printJson, printText, table } from './output.js'
import { READING, withStore } from './target.js'

const HELP = `
Usage: ledgerstone namespaces [options]

Lists the namespaces of a store, with the codecs of their keys and values.

  --store DIR   folder of the store (default ./data)
  --json        as JSON, with all options of each

Example:
  ledgerstone namespaces --store ./ledger
`

export const namespaces: Command = {
  name: 'namespaces',
  summary: 'list the namespaces and their codecs',
  help: HELP,
  positionals: [],
  options: { ...STORE_OPTION, ...JSON_OPTION },
  run: (given) =>
    withStore(given, READING, async (store) => {
      const all = store.namespaces()
      if (given.flag('json')) {
        printJson(all)
        return EXIT.done
      }
      const rows = all.map(({ name, key, value, merge, derived }) => {
        const values = merge === undefined ? value : `${value} (${merge})`
        return [name, key, values, derived ? 'derived' : 'logged']
      })
      printText(table([['NAMESPACE', 'KEYS', 'VALUES', 'KIND'], ...rows]))
      return EXIT.done
    }),
}
