// Numbers as the reports show them, each in a few characters.

const THOUSAND = 1000
const MILLION = 1e6

function rounded(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return value.toFixed(digits)
}

/** 2,934 or 67.6 k or 3.41 M. */
export function quantity(value: number): string {
  if (value >= 1000 * MILLION) return `${rounded(value / MILLION / 1000)} G`
  if (value >= 999_500) return `${rounded(value / MILLION)} M`
  if (value >= 10_000) return `${rounded(value / THOUSAND)} k`
  if (value >= 1000) return Math.round(value).toLocaleString('en-US')
  return rounded(value)
}

/** Of microseconds: 0.08 µs, 12.3 µs, 1.20 ms, 2.5 s. */
export function duration(micros: number | undefined): string {
  if (micros === undefined) return '-'
  if (micros === 0) return '0'
  if (micros < 999.5) return `${rounded(micros)}µs`
  if (micros < 999_500) return `${rounded(micros / THOUSAND)}ms`
  return `${rounded(micros / MILLION)}s`
}

export function mebibytes(bytes: number | undefined): string {
  if (bytes === undefined) return '-'
  const value = bytes / 2 ** 20
  return value < 1 ? `${value.toFixed(1)}M` : `${Math.round(value)}M`
}

export function times(value: number | undefined): string {
  if (value === undefined) return '-'
  return value < 1000 ? rounded(value) : quantity(value).replaceAll(/[ ,]/g, '')
}

export function range({ least, most }: { least: number; most: number }): string {
  return `${times(least)}–${times(most)}`
}
