// The plots of the page: ratios of all rows, throughput of the sustained fill over time, latencies.

import type { Comparison, Side } from '../comparison.js'
import type { Latency } from '../histogram.js'
import { CONTENDERS, type Contender } from '../peers/contenders.js'
import { duration, quantity, range, times } from './format.js'
import {
  type Point,
  type Scale,
  element,
  escaped,
  hint,
  label,
  linearScale,
  logScale,
  path,
  picture,
} from './svg.js'

const WIDTH = 960

/** The class that has the contender's colour. */
export const colour = (contender: Contender): string => `of-${contender}`

export function legend(contenders: readonly Contender[]): string {
  const items = contenders.map((contender) => {
    const { label: name, standing } = CONTENDERS[contender]
    const role = standing === 'ours' || standing === 'peer' ? '' : ` (${standing})`
    const isHollow = standing === 'ours' || standing === 'peer' ? '' : ' hollow'
    const key = element('i', { class: `${colour(contender)}${isHollow}` })
    return element('span', {}, key, escaped(name === standing ? name : `${name}${role}`))
  })
  return element('p', { class: 'legend' }, ...items)
}

// Ratios

const RATIO_LABELS = 150
const RATIO_NUMBERS = 104
const RATIO_ROW = 26
const RATIO_TOP = 28

function ratioMark({ contender, ratio, standing }: Side, scale: Scale, y: number): string {
  if (ratio === undefined) return ''
  const [left, middle, right] = [ratio.least, ratio.median, ratio.most].map(scale.at) as [
    number,
    number,
    number,
  ]
  const named = CONTENDERS[contender].label
  const isHollow = standing === 'peer' ? '' : ' hollow'
  return element(
    'g',
    { class: colour(contender) },
    hint(`${times(ratio.median)} × ${named} (${range(ratio)})`),
    element('line', { x1: left, x2: right, y1: y, y2: y, class: 'whisker' }),
    element('circle', { cx: middle, cy: y, r: 5, class: `dot${isHollow}` }),
  )
}

function ratioRow(comparison: Comparison, scale: Scale, y: number): string {
  const { row, others, beside } = comparison
  const best = beside?.ratio && `${times(beside.ratio.median)} ×`
  const marks = others.map((side) => ratioMark(side, scale, y))
  return [
    element('line', { x1: RATIO_LABELS, x2: WIDTH - RATIO_NUMBERS, y1: y, y2: y, class: 'grid' }),
    label(row.name, { x: RATIO_LABELS - 12, y: y + 4, 'text-anchor': 'end', class: 'name' }),
    ...marks.reverse(),
    label(best ?? '–', { x: WIDTH - 4, y: y + 4, 'text-anchor': 'end', class: 'number' }),
  ].join('')
}

/** A line per row, a dot per contender: how many times as good as it ours is. */
export function ratioPlot(comparisons: readonly Comparison[]): string {
  const all = comparisons.flatMap(({ others }) => others.flatMap(({ ratio }) => ratio ?? []))
  if (all.length === 0) return ''
  const least = Math.min(0.5, ...all.map((ratio) => ratio.least))
  const most = Math.max(2, ...all.map((ratio) => ratio.most))
  const scale = logScale({ least, most, from: RATIO_LABELS, to: WIDTH - RATIO_NUMBERS })
  const bottom = RATIO_TOP + comparisons.length * RATIO_ROW
  const ticks = scale.ticks.map((tick) => {
    const x = scale.at(tick)
    const classes = tick === 1 ? 'even' : 'grid'
    return [
      element('line', { x1: x, x2: x, y1: RATIO_TOP - 8, y2: bottom, class: classes }),
      label(`${tick} ×`, { x, y: RATIO_TOP - 14, 'text-anchor': 'middle', class: 'tick' }),
    ].join('')
  })
  const rows = comparisons.map((comparison, i) =>
    ratioRow(comparison, scale, RATIO_TOP + (i + 0.5) * RATIO_ROW),
  )
  const heading = label('to the best', {
    ...{ x: WIDTH - 4, y: RATIO_TOP - 14, 'text-anchor': 'end', class: 'tick' },
  })
  return picture(WIDTH, bottom + 4, 'Ratios', [...ticks, heading, ...rows].join(''))
}

// Throughput over time

const TIME_BOX = { left: 64, right: 130, top: 12, bottom: 34, height: 320 }

interface Curve {
  contender: Contender
  points: { seconds: number; rate: number }[]
}

function curveOf({ contender, measured }: Side): Curve[] {
  const { series } = measured
  if (series === undefined) return []
  const seconds = series.windowMillis / 1000
  const whole = series.counts.length > 1 ? series.counts.slice(0, -1) : series.counts
  const points = whole.map((count, i) => ({ seconds: (i + 0.5) * seconds, rate: count / seconds }))
  return [{ contender, points }]
}

/** The names at the ends of the curves, moved apart where they would touch. */
function endLabels(ends: readonly { contender: Contender; x: number; y: number }[]): string {
  let free = TIME_BOX.height - TIME_BOX.bottom - 4
  const lowestFirst = [...ends].sort((a, b) => b.y - a.y)
  const labels = lowestFirst.map(({ contender, x, y }) => {
    const at = Math.min(y + 4, free)
    free = at - 15
    const classes = `curve-name ${colour(contender)}`
    return label(CONTENDERS[contender].label, { x: x + 6, y: at, class: classes })
  })
  return labels.join('')
}

function frame(x: Scale, y: Scale, xTitle: string, yTitle: string): string {
  const { left, right, top, bottom, height } = TIME_BOX
  const rows = y.ticks.map((tick) => {
    const at = y.at(tick)
    return [
      element('line', { x1: left, x2: WIDTH - right, y1: at, y2: at, class: 'grid' }),
      label(tick === 0 ? '0' : quantity(tick), {
        ...{ x: left - 8, y: at + 4, 'text-anchor': 'end', class: 'tick' },
      }),
    ].join('')
  })
  const columns = x.ticks.map((tick) =>
    label(String(Number(tick.toPrecision(3))), {
      ...{ x: x.at(tick), y: height - bottom + 16, 'text-anchor': 'middle', class: 'tick' },
    }),
  )
  return [
    ...rows,
    ...columns,
    label(xTitle, { x: WIDTH - right, y: height - 2, 'text-anchor': 'end', class: 'tick' }),
    label(yTitle, { x: left + 4, y: top - 2, class: 'tick' }),
  ].join('')
}

/** One curve per contender; empty where no row has a series. */
export function timePlot(comparison: Comparison): string {
  const curves = [comparison.ours, ...comparison.others].flatMap(curveOf)
  if (curves.length === 0) return ''
  const { left, right, top, bottom, height } = TIME_BOX
  const points = curves.flatMap((curve) => curve.points)
  const longest = Math.max(...points.map(({ seconds }) => seconds))
  const x = linearScale(longest, left, WIDTH - right)
  const y = linearScale(Math.max(...points.map(({ rate }) => rate)), height - bottom, top + 8)
  const lines = curves.map(({ contender, points: own }) => {
    const drawn = own.map(({ seconds, rate }): Point => [x.at(seconds), y.at(rate)])
    return path(drawn, `curve ${colour(contender)}`)
  })
  const ends = curves.map(({ contender, points: own }) => {
    const last = own.at(-1) as Curve['points'][number]
    return { contender, x: x.at(last.seconds), y: y.at(last.rate) }
  })
  const unit = comparison.row.unit
  const content = [frame(x, y, 'seconds', unit), ...lines.reverse(), endLabels(ends)].join('')
  return picture(WIDTH, height, `${comparison.row.name}: ${unit} over time`, content)
}

// Latencies

const PERCENTILES: readonly [name: string, field: keyof Latency][] = [
  ['50', 'p50'],
  ['90', 'p90'],
  ['99', 'p99'],
  ['99.9', 'p999'],
  ['99.99', 'p9999'],
  ['max', 'max'],
]
const CARD = { width: 310, height: 200, left: 46, right: 10, top: 10, bottom: 26 }
const LEAST_MICROS = 0.01

interface Timed {
  contender: Contender
  latency: Latency
}

function latencyCurve({ contender, latency }: Timed, x: (place: number) => number, y: Scale) {
  const at = (field: keyof Latency): number => y.at(Math.max(LEAST_MICROS, latency[field]))
  const points = PERCENTILES.map(([, field], place): Point => [x(place), at(field)])
  const named = CONTENDERS[contender].label
  const dots = PERCENTILES.map(([name, field], place) =>
    element(
      'circle',
      { cx: x(place), cy: at(field), r: 2.5, class: 'dot' },
      hint(`${named}, ${name === 'max' ? name : `${name} %`}: ${duration(latency[field])}`),
    ),
  )
  return element('g', { class: colour(contender) }, path(points, 'curve thin'), ...dots)
}

/** A small plot of one row, all contenders in it; empty where no latencies were taken. */
export function latencyPlot({ row, ours, others }: Comparison): string {
  const timed = [ours, ...others].flatMap(({ contender, measured: { latency } }) =>
    latency === undefined ? [] : [{ contender, latency }],
  )
  if (timed.length === 0) return ''
  const { width, height, left, right, top, bottom } = CARD
  const values = timed.flatMap(({ latency }) => PERCENTILES.map(([, field]) => latency[field]))
  const least = Math.max(LEAST_MICROS, Math.min(...values))
  const y = logScale({ least, most: Math.max(...values), from: height - bottom, to: top })
  const step = (width - left - right - 16) / (PERCENTILES.length - 1)
  const x = (place: number): number => left + 8 + place * step
  const rows = y.ticks.map((tick) => {
    const at = y.at(tick)
    return [
      element('line', { x1: left, x2: width - right, y1: at, y2: at, class: 'grid' }),
      label(tickName(tick), { x: left - 6, y: at + 4, 'text-anchor': 'end', class: 'tick' }),
    ].join('')
  })
  const names = PERCENTILES.map(([name], place) =>
    label(name, { x: x(place), y: height - 8, 'text-anchor': 'middle', class: 'tick' }),
  )
  const curves = timed.map((one) => latencyCurve(one, x, y))
  const content = [...rows, ...names, ...curves.reverse()].join('')
  return picture(width, height, `${row.name}: latencies`, content)
}

function tickName(micros: number): string {
  if (micros >= 1e6) return `${micros / 1e6} s`
  return micros >= 1000 ? `${micros / 1000} ms` : `${Number(micros.toPrecision(2))} µs`
}
