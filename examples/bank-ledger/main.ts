// A small bank on Ledgerstone: books a year of transactions, is killed half-way, goes on exactly
// behind the last booked row, and proves that nothing was lost.
//
//   npm start                      a sample of 100,000 transactions
//   npm start -- trans.csv.gz      a bank's file (see rows.ts for its columns)

import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { open } from 'ledgerstone'
import { audit, type Audit } from './audit.js'
import { bookAll } from './booking.js'
import { kindOfStore, Ledger } from './ledger.js'
import type { Job } from './messages.js'
import * as report from './report.js'
import { rowsOfFile } from './rows.js'
import { SAMPLE_ROWS } from './sample.js'

const HELP = `
Usage: npm start -- [FILE] [options]

Books the transactions of FILE (semicolon CSV, plain or gzip), or of a made-up bank, on a
Ledgerstone store. Half-way the booking process is killed; another one recovers and goes on.

  --store DIR          where the ledger is kept (default data)
  --keep               go on with the ledger that is there, instead of a new one
  --no-crash           book all at once
  --rows N             transactions of the made-up bank (default 100,000)
  --account ID         whose statement to print (default: the one with the largest balance)
  --out FILE           write all balances as CSV: account_id,balance_in_hellers
  --help               this text
`

interface Settings {
  file: string | undefined
  store: string
  keep: boolean
  crash: boolean
  sampleRows: number
  account: number | undefined
  out: string | undefined
}

function settingsOf(args: string[]): Settings | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      store: { type: 'string', default: 'data' },
      keep: { type: 'boolean', default: false },
      'no-crash': { type: 'boolean', default: false },
      rows: { type: 'string', default: String(SAMPLE_ROWS) },
      account: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  if (positionals.length > 1) throw new Error(`one FILE, not ${positionals.length}`)
  return {
    file: positionals[0] === undefined ? undefined : resolve(positionals[0]),
    store: resolve(values.store),
    keep: values.keep,
    crash: !values['no-crash'],
    sampleRows: wholeNumber('--rows', values.rows),
    account: values.account === undefined ? undefined : wholeNumber('--account', values.account),
    out: values.out,
  }
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text) && Number(text) > 0) return Number(text)
  throw new Error(`${name} takes a whole number above 0, not '${text}'`)
}

/** The job, after every row was read once: a bad row ends the run before anything is booked. */
async function jobOf(settings: Settings): Promise<{ job: Job; rows: number }> {
  const { file, sampleRows, store } = settings
  let rows = sampleRows
  let source = `a sample of ${sampleRows} transactions`
  if (file !== undefined) {
    rows = 0
    for await (const { row } of rowsOfFile(file)) rows = row
    if (rows === 0) throw new Error(`${basename(file)} holds no transactions`)
    source = `${basename(file)} (${statSync(file).size} bytes)`
  }
  const dieAtRow = settings.crash ? Math.ceil(rows / 2) : undefined
  return { job: { store, file, sampleRows, source, dieAtRow }, rows }
}

const STORE_FILE = /^(\d{6,}\.(wal|sst|manifest)|CURRENT.*|LOCK)$/

/** Only what is surely a ledger of this example is removed; anything else in the way is refused. */
async function removeOldLedger(folder: string): Promise<void> {
  if (!existsSync(folder)) return
  const names = readdirSync(folder)
  const strange = names.find((name) => !STORE_FILE.test(name))
  if (strange !== undefined) refuse(folder, `holds ${strange}, which no store has`)
  if (!names.includes('CURRENT')) {
    if (names.every((name) => name === 'LOCK')) return
    refuse(folder, 'holds files of a store without its CURRENT: a store that is damaged')
  }
  const kind = await kindOfStoreIn(folder)
  if (kind === 'foreign') refuse(folder, 'is a store that is no ledger of this example')
  if (kind === 'ledger') rmSync(folder, { recursive: true })
}

async function kindOfStoreIn(folder: string): Promise<ReturnType<typeof kindOfStore>> {
  await using store = await open(folder, { readOnly: true })
  return kindOfStore(store)
}

function refuse(folder: string, why: string): never {
  throw new Error(`${folder} ${why}; choose another --store, or remove it yourself`)
}

async function run(settings: Settings): Promise<boolean> {
  const say = (text: string): void => console.log(text)
  const checks: report.Check[] = []
  const { job, rows } = await jobOf(settings)
  if (!settings.keep) await removeOldLedger(job.store)
  say(`Booking ${report.count(rows)} transactions: ${job.source}`)
  say(`The ledger is in ${relative('', job.store) || '.'}\n`)
  const figures = await bookAll(job, say, checks)
  const result = await readBack(job, settings, say, checks)
  checks.push({ what: `${report.count(rows)} rows are booked`, isMet: result.entries === rows })
  say(report.figuresText(figures))
  say(report.checksText(checks))
  if (settings.out !== undefined) {
    writeFileSync(settings.out, report.balancesCsv(result))
    say(`\nBalances written to ${settings.out}`)
  }
  return checks.every((check) => check.isMet)
}

async function readBack(
  job: Job,
  settings: Settings,
  say: (text: string) => void,
  checks: report.Check[],
): Promise<Audit> {
  const store = await open(job.store, { readOnly: true })
  try {
    const ledger = new Ledger(store, job.source)
    const result = audit(ledger)
    const findings = await store.verify()
    checks.push(
      { what: 'the total of all balances is zero', isMet: result.total === 0n },
      { what: 'every entry follows from the one before it', isMet: result.breaks.length === 0 },
      { what: 'every byte of the store is whole', isMet: findings.length === 0 },
    )
    say(report.summaryText(result))
    say(report.largestText(result))
    say(statementOf(ledger, result, settings.account))
    say(report.disagreeingText(result))
    say(report.levelsText(store.levels().text))
    return result
  } finally {
    await store.close()
  }
}

function statementOf(ledger: Ledger, result: Audit, wanted: number | undefined): string {
  const largest = result.accounts.reduce((a, b) => (b.balance > a.balance ? b : a))
  const account = wanted ?? largest.account
  const entries = [...ledger.history.range({ prefix: [account] as never }).values()]
  if (entries.length === 0) throw new Error(`there is no account ${account}`)
  return report.statementText(account, entries)
}

async function main(): Promise<number> {
  try {
    const settings = settingsOf(process.argv.slice(2))
    if (settings !== undefined) return (await run(settings)) ? 0 : 1
    console.log(HELP.trim())
    return 0
  } catch (error) {
    console.error(`bank-ledger: ${error instanceof Error ? error.message : String(error)}`)
    return 1
  }
}

// A reader that has enough, such as `head`, is no failure; the booking process ends with this one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? (process.exitCode ?? 0) : 1)
})

process.exitCode = await main()
