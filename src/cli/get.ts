// ledgerstone get: the value of one key.

import { type Command, JSON_OPTION, NAMESPACE_OPTION, STORE_OPTION } from './command.js'
import { CommandError, EXIT } from './failure.js'
import { keyJson, parseKey } from './key-text.js'
import { plainForm, printJson, printText } from './output.js'
import { chosenNamespace, READING, withStore } from './target.js'

const HELP = `
Usage: ledgerstone get KEY [options]

Prints the value of one key. Fails with NOT_FOUND when the key is absent.

  --store DIR        folder of the store (default ./data)
  --namespace NAME   default: the only one there is
  --json             the key and the value as one JSON object

How to type a key depends on the namespace's key codec (ledgerstone namespaces):
  tuple    a JSON array: '["USD","CNY"]'; inside, a bigint is {"bigint":"12"}, bytes are
           {"base64":"AAE="}, a date is {"date":"2026-01-31"}
  utf8     the text        binary   hex        u64, i64, i128   digits; a key
  like -5 comes behind --: ledgerstone get --store ./data -- -5

Examples:
  ledgerstone get '["USD","CNY"]' --namespace rates
  ledgerstone get '[{"bigint":"12"}]' --store ./ledger --json
`

export const get: Command = {
  name: 'get',
  summary: 'print the value of a key',
  help: HELP,
  positionals: ['KEY'],
  options: { ...STORE_OPTION, ...NAMESPACE_OPTION, ...JSON_OPTION },
  run: (given) =>
    withStore(given, READING, async (store) => {
      const { info, namespace } = chosenNamespace(store, given)
      const key = parseKey(info.key, given.positional(0))
      const value = await namespace.get(key)
      if (value === undefined) {
        const message = `No key ${given.positional(0)} in the namespace '${info.name}'`
        throw new CommandError('NOT_FOUND', message)
      }
      if (given.flag('json')) printJson({ key: keyJson(info.key, key), value })
      else printText(plainForm(value, 2))
      return EXIT.done
    }),
}
