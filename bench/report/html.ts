// The page: everything in one file, without scripts and without anything from elsewhere.

import type { Comparison, Side } from '../comparison.js'
import type { Machine } from '../machine.js'
import { warnings } from '../machine.js'
import { CONTENDERS, type Contender } from '../peers/contenders.js'
import type { Durability } from '../peers/peer.js'
import type { Sizes } from '../workloads/workload.js'
import { duration, mebibytes, quantity, range, times } from './format.js'
import { circumstances } from './markdown.js'
import { colour, latencyPlot, legend, ratioPlot, timePlot } from './plots.js'
import { style } from './style.js'
import { element, escaped } from './svg.js'

const paragraph = (text: string): string => element('p', {}, escaped(text))

function section(title: string, explanation: string, content: string): string {
  if (content === '') return ''
  const heading = element('h2', {}, escaped(title))
  return element('section', {}, heading, paragraph(explanation), content)
}

function contendersOf(comparisons: readonly Comparison[]): Contender[] {
  const names = Object.keys(CONTENDERS) as Contender[]
  const took = new Set(
    comparisons.flatMap(({ ours, others }) => [ours, ...others].map((side) => side.contender)),
  )
  return names.filter((name) => took.has(name))
}

function latencyCards(comparisons: readonly Comparison[]): string {
  const cards = comparisons.flatMap((comparison) => {
    const plot = latencyPlot(comparison)
    if (plot === '') return []
    const { name, what, timed = '' } = comparison.row
    const told = paragraph(`${what}; time of one ${timed}`)
    return [element('div', { class: 'card' }, element('h3', {}, escaped(name)), told, plot)]
  })
  if (cards.length === 0) return ''
  const timed = comparisons.filter(({ ours }) => ours.measured.latency !== undefined)
  return `${legend(contendersOf(timed))}${element('div', { class: 'cards' }, ...cards)}`
}

const HEADINGS = [
  ...['row', 'contender', 'median', 'ours is (least–most)', 'p50', 'p99', 'p99.9', 'max'],
  ...['written', 'disk', 'resident', 'stalled'],
]

function cellsOf({ measured, ratio }: Side): string[] {
  const { value, latency, writtenPerByte, diskBytes, residentBytes, stallMicros } = measured
  return [
    quantity(value),
    ratio === undefined ? '' : `${times(ratio.median)} × (${range(ratio)})`,
    ...[latency?.p50, latency?.p99, latency?.p999, latency?.max].map(duration),
    ...[times(writtenPerByte), mebibytes(diskBytes), mebibytes(residentBytes)],
    duration(stallMicros),
  ]
}

/** The first line of a row has its name, the second its unit. */
function firstCell({ row, durability }: Comparison, place: number): string {
  if (place === 1) return element('td', { class: 'soft' }, escaped(row.unit))
  if (place > 1) return element('td', {})
  const kept = durability === '-' ? '' : ` (${durability})`
  const name = element('b', {}, escaped(row.name))
  return element('td', { title: row.what }, name, kept)
}

function tableLines(comparison: Comparison): string {
  const sides = [comparison.ours, ...comparison.others]
  const lines = sides.map((side, place) => {
    const named = element(
      'td',
      { class: `text ${colour(side.contender)}${place === 0 ? ' ours' : ''}` },
      escaped(CONTENDERS[side.contender].label),
    )
    const cells = cellsOf(side).map((text) => element('td', {}, escaped(text)))
    const places = [place === 0 ? 'first' : '', place === sides.length - 1 ? 'last' : '']
    const first = firstCell(comparison, place)
    return element('tr', { class: places.join(' ').trim() }, first, named, ...cells)
  })
  return lines.join('')
}

function table(comparisons: readonly Comparison[]): string {
  const headings = HEADINGS.map((heading, place) =>
    element('th', place === 1 ? { class: 'text' } : {}, escaped(heading)),
  )
  const body = comparisons.map(tableLines).join('')
  return element('div', { class: 'scroll' }, element('table', {}, ...headings, body))
}

function durabilities(comparisons: readonly Comparison[]): string {
  const kept = (['os', 'disk'] as Durability[]).filter((durability) =>
    comparisons.some((comparison) => comparison.durability === durability),
  )
  const items = kept.flatMap((durability) => {
    const those = comparisons.filter((comparison) => comparison.durability === durability)
    return contendersOf(those).flatMap((contender) => {
      const way = CONTENDERS[contender].durability[durability]
      const text = `${durability}, ${CONTENDERS[contender].label}: ${way}`
      return way === undefined ? [] : [element('li', {}, escaped(text))]
    })
  })
  return items.length === 0 ? '' : element('ul', {}, ...items)
}

const RATIOS =
  'Of each row a dot per contender: how many times as good as it Ledgerstone is, the median of ' +
  'neighbouring runs, with the least and the most of them as a line. Right of 1 × Ledgerstone is ' +
  'better. Hollow dots are no stores: a Map that keeps nothing, a file that is only appended to, ' +
  'or a limit.'
const FILL =
  'Random puts in batches of 100, each waited for, from an empty store on. A curve ends when all ' +
  'entries are written.'
const LATENCIES =
  'Percentiles to the right, time upwards, both by powers of ten. Each operation between two ' +
  'looks at the clock, whose price (about 0.05 µs) is in them.'
const DURABILITY =
  'os survives the death of the process, disk a power cut. This is how each of them keeps it.'
const TABLE =
  'Medians of the runs. Written: bytes that went to the disk for each byte of keys and values, ' +
  'until all was at rest; disk: all files then; resident: memory of the process, with lmdb’s ' +
  'mapped file; stalled: how long writers were made to wait, where the store tells.'

export function page(
  comparisons: readonly Comparison[],
  machine: Machine,
  sizes: Sizes,
): string {
  const runs = comparisons[0]?.ours.values.length ?? 0
  const withSeries = comparisons.find(({ ours }) => ours.measured.series !== undefined)
  const ratios = ratioPlot(comparisons)
  const body = [
    element('h1', {}, 'Ledgerstone benchmarks'),
    paragraph(circumstances(machine, sizes, runs)),
    ...warnings(machine).map((warning) => paragraph(`Note: ${warning}`)),
    section('Ratios', RATIOS, ratios && legend(contendersOf(comparisons).slice(1)) + ratios),
    section('Sustained fill', FILL, withSeries ? timePlot(withSeries) : ''),
    section('Latencies', LATENCIES, latencyCards(comparisons)),
    section('All numbers', TABLE, table(comparisons)),
    section('Durability', DURABILITY, durabilities(comparisons)),
  ]
  const head = [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    element('title', {}, 'Ledgerstone benchmarks'),
    element('style', {}, style),
  ]
  const parts = [element('head', {}, ...head), element('body', {}, ...body)]
  return `<!doctype html>\n${element('html', { lang: 'en' }, ...parts)}\n`
}
