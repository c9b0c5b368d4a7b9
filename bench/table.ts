// The table on the terminal, at most 100 columns wide. Rows are printed as they are measured, so
// the widths are fixed.

import { type Comparison, spread } from './comparison.js'
import type { Contender } from './peers/contenders.js'

const WIDTHS = [14, 10, 9, 10, 10, -13, 6, -14] as const
const HEADINGS = ['workload', 'durability', 'unit', 'ours', 'peer', '', 'ratio', '(min–max)']

// What a peer is called where its row has something else than a store.
const LABELS: Partial<Record<Contender, string>> = { 'bare-node': 'limit' }

function line(cells: readonly string[]): string {
  const padded = cells.map((cell, column) => {
    const width = WIDTHS[column] ?? 0
    const isNumber = column >= 3 && width > 0
    return isNumber ? cell.padStart(width) : cell.padEnd(Math.abs(width))
  })
  return padded.join('  ').trimEnd()
}

function quantity(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

export function heading(): string {
  const names = line(HEADINGS)
  return `${names}\n${'─'.repeat(100)}`
}

export function tableRow(comparison: Comparison): string {
  const { row, durability, unit, ours, theirs, peer, ratio } = comparison
  const start = [row, durability, unit, quantity(spread(ours).median)]
  const label = LABELS[peer] ?? peer
  if (ratio === undefined) return line([...start, '-', label, '-', 'left out'])
  const range = `(${ratio.least.toFixed(2)}–${ratio.most.toFixed(2)})`
  const ratioText = ratio.median.toFixed(2)
  return line([...start, quantity(spread(theirs).median), label, ratioText, range])
}
