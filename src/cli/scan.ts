// ledgerstone scan: the entries of a range, in key order.

import type { Range, RangeOptions } from '../store/store.js'
import {
  type Arguments,
  type Command,
  JSON_OPTION,
  NAMESPACE_OPTION,
  type Options,
  STORE_OPTION,
} from './command.js'
import { EXIT } from './failure.js'
import { formatKey, keyJson, parseKey } from './key-text.js'
import { jsonForm, LineWriter, plainForm } from './output.js'
import { chosenNamespace, READING, withStore } from './target.js'

const HELP = `
Usage: ledgerstone scan [options]

Prints the entries of a namespace in the order of their keys: key, a tab, value.

  --store DIR        folder of the store (default ./data)
  --namespace NAME   default: the only one there is
  --prefix KEY       only keys under it (tuple: by whole elements)
  --gte KEY          from this key on        --gt KEY    behind this key
  --lt KEY           up to before this key   --lte KEY   up to this key
  --limit N          at most so many entries
  --reverse          from the end
  --keys             only keys               --values    only values
  --count            only how many there are
  --estimate         only about how many, without reading them
  --json             one JSON object a line: {"key": …, "value": …}

Keys are typed as for ledgerstone get.

Examples:
  ledgerstone scan --namespace rates --prefix '["USD"]' --limit 10
  ledgerstone scan --namespace transactions --reverse --limit 1
  ledgerstone scan --namespace rates --count
`

const BOUNDS = ['prefix', 'gt', 'gte', 'lt', 'lte'] as const

const boundOptions: Options = Object.fromEntries(BOUNDS.map((name) => [name, { type: 'string' }]))

export const scan: Command = {
  name: 'scan',
  summary: 'print the entries of a range',
  help: HELP,
  positionals: [],
  options: {
    ...STORE_OPTION,
    ...NAMESPACE_OPTION,
    ...JSON_OPTION,
    ...boundOptions,
    limit: { type: 'string' },
    reverse: { type: 'boolean', default: false },
    keys: { type: 'boolean', default: false },
    values: { type: 'boolean', default: false },
    count: { type: 'boolean', default: false },
    estimate: { type: 'boolean', default: false },
  },
  async run(given) {
    const chosen = ['keys', 'values', 'count', 'estimate'].filter((name) => given.flag(name))
    if (chosen.length > 1) throw given.wrong(`Choose one of --${chosen.join(', --')}`)
    const limit = given.count('limit', 0)
    await withStore(given, READING, async (store) => {
      const { info, namespace } = chosenNamespace(store, given)
      const range = namespace.range({ ...rangeOf(info.key, given), limit })
      await printRange(range, info.key, given)
    })
    return EXIT.done
  },
}

function rangeOf(codec: string, given: Arguments): RangeOptions<unknown> {
  const range: RangeOptions<unknown> = { reverse: given.flag('reverse') }
  for (const name of BOUNDS) {
    const text = given.text(name)
    if (text !== undefined) range[name] = parseKey(codec, text)
  }
  return range
}

async function printRange(range: Range<unknown, unknown>, codec: string, given: Arguments) {
  const json = given.flag('json')
  const lines = new LineWriter()
  if (given.flag('count')) {
    const count = await range.count()
    await lines.line(json ? JSON.stringify({ count }) : String(count))
  } else if (given.flag('estimate')) {
    const approximateCount = range.approximateCount()
    await lines.line(json ? JSON.stringify({ approximateCount }) : String(approximateCount))
  } else if (given.flag('keys')) {
    for await (const key of range.keys()) {
      const shown = json ? JSON.stringify({ key: keyJson(codec, key) }) : formatKey(codec, key)
      await lines.line(shown)
    }
  } else if (given.flag('values')) {
    for await (const value of range.values()) {
      await lines.line(json ? JSON.stringify({ value: jsonForm(value) }) : plainForm(value))
    }
  } else {
    for await (const [key, value] of range) await lines.line(entryLine(codec, key, value, json))
  }
  await lines.flush()
}

function entryLine(codec: string, key: unknown, value: unknown, json: boolean): string {
  if (!json) return `${formatKey(codec, key)}\t${plainForm(value)}`
  return JSON.stringify({ key: keyJson(codec, key), value: jsonForm(value) })
}
