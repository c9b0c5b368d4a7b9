// ledgerstone compact: merges the tables of a store now.

import { type Command, JSON_OPTION, NAMESPACE_OPTION, STORE_OPTION } from './command.js'
import { EXIT } from './failure.js'
import { printJson, printText } from './output.js'
import { chosenNamespace, withStore } from './target.js'

const HELP = `
Usage: ledgerstone compact [options]

Merges the tables of a store, of all namespaces or of one: what was deleted or
overwritten goes, and reads look into fewer tables. The engine does this by itself
when it is worth it; do it by hand before a copy or a long time of reading only.

  --store DIR        folder of the store (default ./data)
  --namespace NAME   only this one
  --json             bytes before and after as JSON

Example:
  ledgerstone compact --store ./ledger
`

export const compact: Command = {
  name: 'compact',
  summary: 'merge tables now',
  help: HELP,
  positionals: [],
  options: { ...STORE_OPTION, ...NAMESPACE_OPTION, ...JSON_OPTION },
  run: (given) =>
    withStore(given, { createIfMissing: false }, async (store) => {
      await store.flush()
      const bytesBefore = store.stats().state.tableBytes
      const named = given.text('namespace') !== undefined
      await store.compact(named ? chosenNamespace(store, given).namespace : undefined)
      const bytesAfter = store.stats().state.tableBytes
      if (given.flag('json')) printJson({ bytesBefore, bytesAfter })
      else printText(String(store.levels()))
      return EXIT.done
    }),
}
