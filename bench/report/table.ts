// The terminal's view, at most 100 columns wide: a block for each row as soon as it is measured,
// and at the end one line per row.

import type { Comparison } from '../comparison.js'
import type { Latency } from '../histogram.js'
import { CONTENDERS, type Contender } from '../peers/contenders.js'
import type { Durability } from '../peers/peer.js'
import type { Measured } from '../workloads/workload.js'
import { duration, mebibytes, quantity, range, times } from './format.js'

export const COLUMNS = 100

type Widths = readonly number[]

// A negative width is that of a text, which begins at the left.
const BLOCK_WIDTHS: Widths = [-14, 8, 7, 7, 7, 7, 5, 6, 6, 6, -17]
const LINE_WIDTHS: Widths = [-16, -10, -9, 9, 9, -14, 6, -13]

function line(cells: readonly string[], widths: Widths, gap: string): string {
  const padded = cells.map((cell, column) => {
    const width = widths[column] ?? 0
    return width > 0 ? cell.padStart(width) : cell.padEnd(-width)
  })
  return padded.join(gap).trimEnd()
}

const blockLine = (cells: readonly string[]): string => line(cells, BLOCK_WIDTHS, ' ')
const summaryLine = (cells: readonly string[]): string => line(cells, LINE_WIDTHS, '  ')

interface Column {
  heading: string
  cell: (measured: Measured) => string
}

const latencyColumn = (heading: string, name: keyof Latency): Column => ({
  heading,
  cell: ({ latency }) => duration(latency?.[name]),
})

/** Empty, heading and all, where nobody has anything to tell. */
const BLOCK_COLUMNS: readonly Column[] = [
  latencyColumn('p50', 'p50'),
  latencyColumn('p99', 'p99'),
  latencyColumn('p99.9', 'p999'),
  latencyColumn('max', 'max'),
  { heading: 'wr/B', cell: ({ writtenPerByte }) => times(writtenPerByte) },
  { heading: 'disk', cell: ({ diskBytes }) => mebibytes(diskBytes) },
  { heading: 'RSS', cell: ({ residentBytes }) => mebibytes(residentBytes) },
  { heading: 'stall', cell: ({ stallMicros }) => duration(stallMicros) },
]

function title({ row, durability }: Comparison): string {
  const kept = durability === '-' ? '' : ` (${durability})`
  const full = `${row.name}${kept}: ${row.what}`
  return full.length <= COLUMNS ? full : `${full.slice(0, COLUMNS - 2)} …`
}

export function block(comparison: Comparison): string {
  const sides = [comparison.ours, ...comparison.others]
  const cells = BLOCK_COLUMNS.map(({ heading, cell }) => {
    const texts = [heading, ...sides.map(({ measured }) => cell(measured))]
    return texts.slice(1).every((text) => text === '-') ? texts.map(() => '') : texts
  })
  const told = (place: number): string[] => cells.map((texts) => texts[place] as string)
  const heading = blockLine(['', comparison.row.unit, ...told(0), 'ours is'])
  const lines = sides.map(({ contender, measured, ratio }, place) => {
    const name = CONTENDERS[contender].label
    const factor = ratio === undefined ? '' : `${times(ratio.median)} (${range(ratio)})`
    return blockLine([name, quantity(measured.value), ...told(place + 1), factor])
  })
  return [title(comparison), heading, ...lines].join('\n')
}

export function summaryHeading(): string {
  const names = ['row', 'durability', 'unit', 'ours', 'best', '', 'ratio', '(min–max)']
  return `${summaryLine(names)}\n${'─'.repeat(COLUMNS)}`
}

export function summaryRow({ row, durability, ours, beside }: Comparison): string {
  const start = [row.name, durability, row.unit, quantity(ours.measured.value)]
  if (beside?.ratio === undefined) return summaryLine([...start, '-', '', '-', 'left out'])
  const { median } = beside.ratio
  const theirs = quantity(beside.measured.value)
  const { label } = CONTENDERS[beside.contender]
  return summaryLine([...start, theirs, label, times(median), `(${range(beside.ratio)})`])
}

function wrapped(text: string): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1) as string
    if (last.length + word.length + 1 > COLUMNS) lines.push(`  ${word}`)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines.join('\n')
}

/** How each of them keeps that durability. */
export function durabilityNote(durability: Durability, took: readonly Contender[]): string {
  const ways = took.flatMap((contender) => {
    const { label, durability: ways } = CONTENDERS[contender]
    const way = ways[durability]
    return way === undefined ? [] : [`${label}: ${way}`]
  })
  return wrapped(`${durability} is ${ways.join('; ')}.`)
}

export const BLOCK_LEGEND = `\
wr/B: bytes written to the disk per byte of keys and values, until all is at rest; disk: the files
then; RSS: resident memory, of lmdb with what it maps; stall: how long writers were made to wait;
ours is: so many times as good as this one (least–most of neighbouring runs).`
