// ledgerstone verify: reads every byte of a store and changes nothing.

import { parseByteSize } from '../base/bytes.js'
import { verifyDirectory } from '../store/open.js'
import type { Finding } from '../store/store.js'
import { type Arguments, type Command, JSON_OPTION, STORE_OPTION } from './command.js'
import { EXIT } from './failure.js'
import { plural, printJson, printText } from './output.js'
import { storeFolder } from './target.js'

const HELP = `
Usage: ledgerstone verify [options]

Reads every byte of a store that nobody has open, checks every checksum and every order,
and lists what is wrong. Nothing is changed. Exit code 0 when all is whole, 1 when not.

  --store DIR   folder of the store (default ./data)
  --rate SIZE   read at most so much a second, such as 50MB (default: no limit)
  --json        the findings as a JSON array

Example:
  ledgerstone verify --store ./ledger
`

export const verify: Command = {
  name: 'verify',
  summary: 'check every byte of a store',
  help: HELP,
  positionals: [],
  options: { ...STORE_OPTION, ...JSON_OPTION, rate: { type: 'string' } },
  async run(given) {
    const folder = storeFolder(given)
    const findings = await verifyDirectory(folder, rateOption(given))
    const exitCode = findings.length === 0 ? EXIT.done : EXIT.failed
    process.exitCode = exitCode
    if (given.flag('json')) printJson(findings)
    else printText([...findings.map(findingText), verdict(folder, findings)].join('\n'))
    return exitCode
  },
}

function rateOption(given: Arguments): { bytesPerSecond?: number } {
  const rate = given.text('rate')
  if (rate === undefined) return {}
  try {
    return { bytesPerSecond: parseByteSize('--rate', rate) }
  } catch (error) {
    throw given.wrong((error as Error).message)
  }
}

export function findingText(finding: Finding): string {
  const { code, message, file, offset, expected, found } = finding
  const place = offset === undefined ? file : `${file}, offset ${offset}`
  const parts = [`${place}: ${code}: ${message}`]
  if (expected !== undefined) parts.push(`  expected ${expected}`)
  if (found !== undefined) parts.push(`  found    ${found}`)
  return parts.join('\n')
}

export function verdict(folder: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return `${folder} is whole`
  return `${plural(findings.length, 'finding')} in ${folder}; keep a copy before you repair`
}
