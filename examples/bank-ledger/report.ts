// What the example prints: plain text for a terminal of 80 columns.

import type { Audit } from './audit.js'
import type { Entry } from './ledger.js'
import type { Written } from './messages.js'
import { formatHellers } from './rows.js'

const LARGEST = 10
const STATEMENT_LINES = 12
const DISAGREEING_LINES = 3

export interface Figures {
  rows: number
  seconds: number
  written: Written
}

export interface Check {
  what: string
  isMet: boolean
}

export function heading(text: string): string {
  return `\n${text}\n${'-'.repeat(text.length)}`
}

export function count(number: number): string {
  return number.toLocaleString('en-US')
}

export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`
}

export function summaryText(audit: Audit): string {
  return [
    heading('The ledger'),
    line('accounts', count(audit.accounts.length)),
    line('transactions', count(audit.entries)),
    line('owed to customers', formatHellers(-audit.outside.balance)),
    line('counter-account', formatHellers(audit.outside.balance)),
    line('total of all balances', formatHellers(audit.total)),
  ].join('\n')
}

export function largestText(audit: Audit): string {
  const largest = [...audit.accounts].sort((a, b) => (a.balance < b.balance ? 1 : -1))
  const rows = largest.slice(0, LARGEST).map(({ account, balance, entries }) => {
    return balanceLine(String(account), formatHellers(balance), count(entries))
  })
  const names = balanceLine('account', 'balance', 'entries')
  return [heading(`The ${rows.length} largest balances`), names, ...rows].join('\n')
}

function balanceLine(account: string, balance: string, entries: string): string {
  return `${account.padStart(9)}  ${balance.padStart(16)}  ${entries.padStart(8)}`
}

export function statementText(account: number, entries: readonly Entry[]): string {
  const shown = entries.slice(-STATEMENT_LINES)
  const earlier = entries.length - shown.length
  const rows = shown.map((entry) => {
    const { date, type, operation, delta, after, stated } = entry
    const kind = `${type} ${operation}`.trim().slice(0, 22)
    const differs = stated === after ? '' : '  *'
    const amounts = [formatHellers(delta), formatHellers(after)] as const
    return entryLine(dateText(date), kind, ...amounts) + differs
  })
  const names = entryLine('date', 'what', 'amount', 'balance')
  const before = earlier === 0 ? [] : [`… ${count(earlier)} earlier entries`]
  return [heading(`Statement of account ${account}`), names, ...before, ...rows].join('\n')
}

function entryLine(date: string, kind: string, amount: string, balance: string): string {
  return `${date.padEnd(10)}  ${kind.padEnd(22)}  ${amount.padStart(14)}  ${balance.padStart(16)}`
}

export function disagreeingText({ disagreeing, entries }: Audit): string {
  const inFileOrder = [...disagreeing].sort((a, b) => a.entry.row - b.entry.row)
  const samples = inFileOrder.slice(0, DISAGREEING_LINES).map(({ account, entry }) => {
    const { row, stated, after } = entry
    const bank = stated === null ? '-' : formatHellers(stated)
    return `  row ${count(row)}, account ${account}: bank ${bank}, ledger ${formatHellers(after)}`
  })
  const more = disagreeing.length - samples.length
  return [
    heading("Against the bank's own balances"),
    `${count(disagreeing.length)} of ${count(entries)} rows state another balance than the rows`,
    'up to there add up to, in the order of the source (marked * in a statement).',
    ...samples,
    ...(more > 0 ? [`  … and ${count(more)} more`] : []),
  ].join('\n')
}

export function figuresText({ rows, seconds, written }: Figures): string {
  const { syncs, logBytes, flushBytes, compactionBytes } = written
  const bytes = logBytes + flushBytes + compactionBytes
  const rowsPerSync = count(Math.round(rows / Math.max(syncs, 1)))
  const perRow = (part: number): string => `${count(Math.round(part / Math.max(rows, 1)))} B`
  return [
    heading('What it took'),
    line('rows per second', count(Math.round(rows / Math.max(seconds, 0.001)))),
    line('syncs of the log', `${count(syncs)} (one for ${rowsPerSync} rows)`),
    line('bytes per row', perRow(bytes)),
    line('  to the log', `${perRow(logBytes)}  (${bytesText(logBytes)})`),
    line('  to tables', `${perRow(flushBytes)}  (${bytesText(flushBytes)})`),
    line('  by compaction', `${perRow(compactionBytes)}  (${bytesText(compactionBytes)})`),
  ].join('\n')
}

export function levelsText(text: string): string {
  return `${heading('Levels of the trees')}\n${text.trimEnd()}`
}

export function checksText(checks: readonly Check[]): string {
  const rows = checks.map(({ what, isMet }) => `${isMet ? 'ok  ' : 'FAIL'}  ${what}`)
  return [heading('Checks'), ...rows].join('\n')
}

/** Balances as CSV, by account number. */
export function balancesCsv({ accounts }: Audit): string {
  const sorted = [...accounts].sort((a, b) => a.account - b.account)
  const rows = sorted.map(({ account, balance }) => `${account},${balance}\n`)
  return `account_id,balance_in_hellers\n${rows.join('')}`
}

function line(name: string, value: string): string {
  return `${name.padEnd(24)}${value}`
}

// YYMMDD of the last century.
function dateText(date: string): string {
  return `19${date.slice(0, 2)}-${date.slice(2, 4)}-${date.slice(4)}`
}
