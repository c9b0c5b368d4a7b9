import { describe, expect, it } from 'vitest'
import type { Latency } from '../binding/statistics-types.js'
import { MemoryCounts } from './memory-statistics.js'
import { prometheusText } from './prometheus.js'
import { statsOf } from './statistics.js'

interface Sample {
  labels: Record<string, string>
  value: number
}

interface Metric {
  type: string
  help: string
  samples: Map<string, Sample[]>
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[^"]|"(?:[^"\\]|\\.)*")*)\})? (\S+)$/
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/

/** Reads the text exposition format 0.0.4, and fails on whatever is not in it. */
function parse(text: string): Map<string, Metric> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const metrics = new Map<string, Metric>()
  let current: [string, Metric] | undefined
  for (const line of text.slice(0, -1).split('\n')) {
    const [, what, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (what === 'HELP') {
      if (!NAME.test(name) || metrics.has(name)) throw new Error(`again or badly named: ${line}`)
      current = [name, { type: '', help: rest, samples: new Map() }]
      metrics.set(...current)
    } else if (what === 'TYPE') {
      if (current?.[0] !== name || current[1].type !== '') throw new Error(`out of place: ${line}`)
      current[1].type = rest
    } else {
      if (current === undefined) throw new Error(`before any metric: ${line}`)
      addSample(...current, line)
    }
  }
  return metrics
}

function addSample(name: string, metric: Metric, line: string): void {
  const [, found = '', inner = '', number = ''] = SAMPLE.exec(line) ?? []
  const suffix = found.slice(name.length)
  const suffixes = metric.type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
  if (!found.startsWith(name) || !suffixes.includes(suffix)) throw new Error(`not here: ${line}`)
  const value = number === '+Inf' ? Infinity : Number(number)
  if (Number.isNaN(value)) throw new Error(`no number: ${line}`)
  const sample = { labels: labelsOf(inner, line), value }
  const samples = metric.samples.get(found) ?? []
  const same = samples.some((s) => JSON.stringify(s.labels) === JSON.stringify(sample.labels))
  if (same) throw new Error(`twice: ${line}`)
  metric.samples.set(found, [...samples, sample])
}

function labelsOf(inner: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {}
  for (let rest = inner; rest !== ''; ) {
    const [whole, name = '', text = ''] = LABEL.exec(rest) ?? []
    if (whole === undefined || name in labels) throw new Error(`labels: ${line}`)
    labels[name] = text.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c))
    rest = rest.slice(whole.length)
  }
  return labels
}

const latency: Latency = {
  ...{ count: 6, sumMicros: 3_000_040, p50Micros: 10, p99Micros: 2_000_000 },
  ...{ p999Micros: 2_000_000, maxMicros: 2_000_000 },
  buckets: [
    { largestMicros: 10, count: 3 },
    { largestMicros: 11, count: 1 },
    { largestMicros: 1_000_000, count: 1 },
    { largestMicros: 60_000_000, count: 1 },
  ],
}

function someStats(namespace = 'rates') {
  const counts = new MemoryCounts({ nowMs: () => 0 })
  counts.wrote(100, 3, 2)
  counts.got(7)
  const level = { level: 6, files: 1, bytes: 10, targetBytes: 20, entries: 3, tombstones: 1 }
  const levels = [{ ...level, reads: 4, bytesRead: 5, bytesWritten: 6 }]
  const state = { sequence: 3n, applied: 0n, snapshots: 1 }
  const stats = statsOf(counts.stats(state, [{ namespace, levels }]))
  stats.latency.commitDisk = latency
  stats.stalls.flush = { count: 2, micros: 1_500_000, longestMicros: 1_000_000 }
  return stats
}

describe('Prometheus text', () => {
  it('is what the format asks for, with a help, a type and samples for each metric', () => {
    const metrics = parse(prometheusText(someStats()))
    expect(metrics.size).toBeGreaterThan(50)
    for (const [name, { type, help, samples }] of metrics) {
      expect(name).toMatch(/^ledgerstone_/)
      expect(help).toMatch(/\.$/)
      expect(['counter', 'gauge', 'histogram']).toContain(type)
      expect(name.endsWith('_total')).toBe(type === 'counter')
      expect(samples.size).toBeGreaterThan(0)
      expect(name).not.toMatch(/micro|milli/)
    }
  })

  it('counts in bytes and seconds', () => {
    const metrics = parse(prometheusText(someStats()))
    const value = (name: string, labels = {}): number | undefined =>
      metrics
        .get(name)
        ?.samples.get(name)
        ?.find((s) => JSON.stringify(s.labels) === JSON.stringify(labels))?.value
    expect(value('ledgerstone_user_bytes_total')).toBe(100)
    expect(value('ledgerstone_gets_total')).toBe(7)
    expect(value('ledgerstone_batches_total', { durability: 'disk' })).toBe(1)
    expect(value('ledgerstone_stall_seconds_total', { cause: 'flush' })).toBe(1.5)
    expect(value('ledgerstone_level_reads_total', { namespace: 'rates', level: '6' })).toBe(4)
  })

  it('gives latencies as histograms whose buckets rise to the count', () => {
    const metric = parse(prometheusText(someStats())).get('ledgerstone_commit_seconds')
    const buckets = metric?.samples
      .get('ledgerstone_commit_seconds_bucket')
      ?.filter(({ labels }) => labels['durability'] === 'disk')
    const counts = buckets?.map(({ value }) => value) ?? []
    expect(counts).toEqual([...counts].sort((a, b) => a - b))
    const at = (le: string) => buckets?.find((b) => b.labels['le'] === le)?.value
    expect([at('0.00001'), at('0.000025'), at('0.5'), at('1'), at('10'), at('+Inf')]).toEqual([
      ...[3, 4, 4, 5, 5, 6],
    ])
    const bounds = (buckets ?? []).map(({ labels }) =>
      Number(labels['le']?.replace('+Inf', 'Infinity')),
    )
    expect(bounds).toEqual([...bounds].sort((a, b) => a - b))
    const sums = metric?.samples.get('ledgerstone_commit_seconds_sum')
    expect(sums?.find((s) => s.labels['durability'] === 'disk')?.value).toBe(3.00004)
  })

  it.each(['quo"te', 'back\\slash', 'new\nline', 'all \\"\n\\n', '余额', '{a="b"} 1', ''])(
    'keeps the name %j whole',
    (name) => {
      const metrics = parse(prometheusText(someStats(name), { store: name }))
      const metric = 'ledgerstone_level_bytes'
      const [sample] = metrics.get(metric)?.samples.get(metric) ?? []
      expect(sample?.labels).toEqual({ store: name, namespace: name, level: '6' })
    },
  )

  it.each(['', '1st', 'a-b', '__name__', 'le', 'namespace'])('refuses a label named %j', (name) => {
    expect(() => prometheusText(someStats(), { [name]: 'x' })).toThrowError(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })
})

describe('The parser of these tests', () => {
  const head = '# HELP a A.\n# TYPE a counter\n'
  it.each([
    ['a sample without its end', `${head}a 1`],
    ['a sample of another metric', `${head}b 1\n`],
    ['a stray quote', `${head}a{x="""} 1\n`],
    ['a bad escape', `${head}a{x="\\t"} 1\n`],
    ['a sample told twice', `${head}a 1\na 2\n`],
    ['no number', `${head}a one\n`],
    ['a metric told twice', `${head}a 1\n${head}a 1\n`],
    ['a sample before its help', 'a 1\n'],
  ])('refuses %s', (_, text) => {
    expect(() => parse(text)).toThrowError()
  })
})
