// Pieces of SVG as text, and scales from values to pixels. All colours come from the page's style
// by class, so that a picture follows light and dark.

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

type Attributes = Readonly<Record<string, string | number>>

/** An element; numbers are rounded to a tenth of a pixel. */
export function element(name: string, attributes: Attributes, ...content: string[]): string {
  const given = Object.entries(attributes).map(([key, value]) => {
    const shown = typeof value === 'number' ? String(Math.round(value * 10) / 10) : escaped(value)
    return ` ${key}="${shown}"`
  })
  return `<${name}${given.join('')}>${content.join('')}</${name}>`
}

export const label = (text: string, attributes: Attributes): string =>
  element('text', attributes, escaped(text))

export const hint = (text: string): string => element('title', {}, escaped(text))

export function picture(width: number, height: number, name: string, content: string): string {
  const attributes = { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': name }
  return element('svg', attributes, content)
}

export interface Scale {
  at: (value: number) => number
  ticks: readonly number[]
}

interface Ends {
  least: number
  most: number
  from: number
  to: number
}

/** From a power of ten to a power of ten, with a tick at each. */
export function logScale({ least, most, from, to }: Ends): Scale {
  const low = Math.floor(Math.log10(least))
  const high = Math.max(low + 1, Math.ceil(Math.log10(most)))
  return {
    at: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from),
    ticks: Array.from({ length: high - low + 1 }, (_, step) => 10 ** (low + step)),
  }
}

const STEPS = [1, 2, 2.5, 5, 10]
const TICKS_WANTED = 5

/** From zero to a round number, with about five ticks. */
export function linearScale(most: number, from: number, to: number): Scale {
  const rough = Math.max(most, Number.MIN_VALUE) / TICKS_WANTED
  const unit = 10 ** Math.floor(Math.log10(rough))
  const step = (STEPS.find((candidate) => candidate * unit >= rough) ?? 10) * unit
  const count = Math.max(1, Math.ceil(most / step))
  return {
    at: (value) => from + (value / (count * step)) * (to - from),
    ticks: Array.from({ length: count + 1 }, (_, tick) => tick * step),
  }
}

export type Point = readonly [x: number, y: number]

export function path(points: readonly Point[], classes: string): string {
  const steps = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`)
  return element('path', { d: steps.join(''), class: classes })
}
