// ledgerstone salvage: what can be read of a damaged store, as a new one.

import { resolve } from 'node:path'
import { type SalvageLoss, type SalvageReport, salvage as salvageStore } from '../store/salvage.js'
import { type Command, JSON_OPTION } from './command.js'
import { EXIT } from './failure.js'
import { grouped, plural, printJson, printText } from './output.js'

const HELP = `
Usage: ledgerstone salvage DAMAGED FOLDER [options]

Writes every entry of a damaged store that is readable and whole into a new store in
FOLDER, which must be absent or empty, and lists all that was lost. Nothing in DAMAGED is
changed. Exit code 0 when nothing was lost, 1 when something was.

Before this: keep a copy of DAMAGED, and restore a backup if there is one. What comes out
may lack any part of a batch, and older values may stand where newer ones were lost.

  --json   the report as JSON; keys as base64

Example:
  ledgerstone salvage ./ledger ./ledger-salvaged
`

export const salvage: Command = {
  name: 'salvage',
  summary: 'write what can be read of a damaged store into a new one',
  help: HELP,
  positionals: ['DAMAGED', 'FOLDER'],
  options: { ...JSON_OPTION },
  async run(given) {
    const report = await salvageStore(resolve(given.positional(0)), resolve(given.positional(1)))
    if (given.flag('json')) printJson(report)
    else printText(reportText(report))
    return report.losses.length === 0 ? EXIT.done : EXIT.failed
  },
}

function reportText({ namespaces, entries, losses, unknowns }: SalvageReport): string {
  return [
    ...namespaces.map((space) => `${space.name}: ${plural(space.entries, 'entry', 'entries')}`),
    ...losses.map(lossText),
    ...unknowns,
    `${plural(entries, 'entry', 'entries')} salvaged; ${lost(losses.length)}`,
  ].join('\n')
}

function lost(count: number): string {
  return count === 0 ? 'nothing was lost' : `${plural(count, 'loss', 'losses')} listed above`
}

function lossText(loss: SalvageLoss): string {
  const { file, begin, end, namespace, from, to, firstSequence, lastSequence, reason } = loss
  const bytes = end === undefined ? '' : `, bytes ${grouped(begin ?? 0)} to ${grouped(end)}`
  const parts = [`lost: ${file}${bytes}: ${reason}`]
  if (from !== undefined || to !== undefined) {
    const where = namespace === undefined ? '' : ` of ${namespace}`
    parts.push(`  keys${where} from ${keyText(from)} to ${keyText(to)} (hex)`)
  }
  if (firstSequence !== undefined) {
    parts.push(`  sequences from ${firstSequence} to ${lastSequence ?? 'unknown'}`)
  }
  return parts.join('\n')
}

function keyText(key: Uint8Array | undefined): string {
  return key === undefined ? 'unknown' : Buffer.from(key).toString('hex')
}
