// What `ledgerstone top` shows: a pure function from two states of a store to lines of text.

import type { Latency, LatencyBucket, LevelState, StoreStats } from '../binding/statistics-types.js'
import { grouped } from './output.js'

export interface TopView {
  path: string
  pid: number
  stats: StoreStats
  /** An earlier state, to tell what happened since. Without it: since the store was opened. */
  before?: { stats: StoreStats; elapsedMs: number } | undefined
  /** A last line, such as that the owner does not answer. */
  note?: string | undefined
}

const BAR_WIDTH = 20
const COLUMNS_MIN = 40
const WIDE = new RegExp(
  '[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60' +
    '\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]',
  'u',
)

const LATENCIES = [
  ['commit disk', (stats: StoreStats) => stats.latency.commitDisk],
  ['commit os', (stats: StoreStats) => stats.latency.commitOs],
  ['commit memory', (stats: StoreStats) => stats.latency.commitMemory],
  ['log sync', (stats: StoreStats) => stats.latency.logSync],
  ['get from disk', (stats: StoreStats) => stats.latency.diskGet],
  ['flush', (stats: StoreStats) => stats.latency.flush],
  ['compaction', (stats: StoreStats) => stats.latency.compaction],
] as const

/** At most `rows` lines of at most `columns` characters; the first says which store it is. */
export function topLines(view: TopView, columns: number, rows: number): string[] {
  const width = Math.max(columns, COLUMNS_MIN)
  const top = [headLine(view, width), ...figureLines(view), '', ...latencyLines(view), '']
  const levels = levelLines(view)
  const below = view.note === undefined ? [] : ['', view.note]
  const room = rows - top.length - below.length
  const shown = levels.length <= room ? levels : cut(levels, room)
  const lines = [...top, ...shown, ...below].slice(0, Math.max(rows, 1))
  return lines.map((line) => clipped(printable(line), columns).trimEnd())
}

/** As many characters as fit; those of Chinese, Japanese and Korean take two columns. */
function clipped(text: string, columns: number): string {
  if (text.length <= columns && !WIDE.test(text)) return text
  let [used, kept] = [0, '']
  for (const character of text) {
    used += WIDE.test(character) ? 2 : 1
    if (used > columns) break
    kept += character
  }
  return kept
}

function cut(lines: readonly string[], room: number): string[] {
  if (room < 2) return []
  return [...lines.slice(0, room - 1), `  … ${lines.length - room + 1} more lines`]
}

// Names come from another process: nothing in them may move the cursor.
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?')
}

function headLine({ path, pid, stats }: TopView, width: number): string {
  const right = `pid ${pid}   open ${spanText(stats.openMicros / 1e6)}`
  const room = width - right.length - 3
  const shown = path.length <= room ? path : `…${path.slice(path.length - room + 1)}`
  return `${shown.padEnd(room)}   ${right}`
}

/** How often a second, or by how much a second, a counter of the statistics rises. */
function rateOf({ stats, before }: TopView): (take: (stats: StoreStats) => number) => number {
  const ms = before?.elapsedMs ?? stats.openMicros / 1000
  return (take) => {
    const risen = take(stats) - (before === undefined ? 0 : take(before.stats))
    return ms > 0 ? (Math.max(risen, 0) * 1000) / ms : 0
  }
}

function figureLines(view: TopView): string[] {
  const { stats } = view
  const rate = rateOf(view)
  const { memory, cache, state, background, amplification } = stats
  const hits = rate((s) => s.cache.hits)
  const gets = rate((s) => s.reads.gets)
  const checks = rate((s) => s.filters.checks)
  return [
    row('writes', [
      `${per(rate((s) => s.writes.batches))} batches`,
      `${bytesPer(rate((s) => s.writes.userBytes))}`,
      `${per(rate((s) => s.writes.logSyncs))} syncs`,
      `queued ${bytesText(stats.writes.queuedBytes)}`,
    ]),
    row('stalls', [stallText(stats)]),
    row('reads', [
      `${per(gets)} gets`,
      `memtables ${share(rate((s) => s.reads.getsFromMemtable), gets)}`,
      `cache ${share(hits, hits + rate((s) => s.cache.misses))}`,
      `${per(rate((s) => s.reads.blocksRead))} disk blocks`,
    ]),
    row('filters', [
      `${per(checks)} checks`,
      `useful ${share(rate((s) => s.filters.useful), checks)}`,
      `false positive ${share(rate((s) => s.filters.falsePositives), checks)}`,
    ]),
    row('memory', [
      `${bytesText(memory.budgetBytes)} budget`,
      `memtables ${bytesText(memory.memtableBytes)}`,
      `blocks ${bytesText(cache.bytes)}`,
      `pinned ${bytesText(cache.pinnedBytes)}`,
    ]),
    row('disk', [
      `${grouped(state.tables)} tables`,
      bytesText(state.tableBytes),
      `live about ${bytesText(state.liveBytes)}`,
      `pending ${bytesText(background.compactionPendingBytes)}`,
    ]),
    row('background', [
      `${per(rate((s) => s.background.flushes))} flushes`,
      bytesPer(rate((s) => s.background.flushBytes)),
      `${per(rate((s) => s.background.compactions))} compactions`,
      bytesPer(rate((s) => s.background.compactionBytesWritten)),
    ]),
    row('amplified', [
      `write ${amplification.write.toFixed(1)}`,
      `space ${amplification.space.toFixed(2)}`,
      `read ${amplification.read.toFixed(2)}`,
      ...(background.errors > 0 ? [`${grouped(background.errors)} background errors`] : []),
      ...(state.readOnly ? ['READ-ONLY'] : []),
    ]),
  ]
}

function row(name: string, cells: readonly string[]): string {
  return `${name.padEnd(12)}${cells.join('   ')}`
}

function stallText({ stalls }: StoreStats): string {
  const { stalledMicros } = stalls
  const causes = [stalls.flush, stalls.compaction, stalls.slowdown]
  const count = causes.reduce((sum, stall) => sum + stall.count, 0)
  const micros = causes.reduce((sum, stall) => sum + stall.micros, 0)
  const longest = Math.max(...causes.map((stall) => stall.longestMicros))
  const now = stalledMicros > 0 ? `WAITING for ${microsText(stalledMicros)}` : 'none now'
  if (count === 0) return now
  const [flush, compaction, slowdown] = causes.map((stall) => grouped(stall.count))
  return (
    `${now}   ${flush} flush, ${compaction} level 0, ${slowdown} slowed   ` +
    `${microsText(micros)}, longest ${microsText(longest)}`
  )
}

function latencyLines(view: TopView): string[] {
  const head = latencyLine('latency', ['per s', 'p50', 'p99', 'p99.9', 'max ever'])
  const rate = rateOf(view)
  const rows = LATENCIES.flatMap(([name, take]) => {
    const latency = take(view.stats)
    if (latency.count === 0) return []
    const buckets = bucketsSince(latency, view.before && take(view.before.stats))
    const of = (share: number): string => {
      const micros = percentile(buckets, share)
      return micros === undefined ? '-' : microsText(Math.min(micros, latency.maxMicros))
    }
    const often = per(rate((s) => take(s).count)).replace('/s', '')
    return [
      latencyLine(name, [often, of(0.5), of(0.99), of(0.999), microsText(latency.maxMicros)]),
    ]
  })
  return rows.length === 0 ? [head, '  nothing was timed yet'] : [head, ...rows]
}

function latencyLine(name: string, cells: readonly string[]): string {
  return name.padEnd(14) + cells.map((cell) => cell.padStart(11)).join('')
}

/** What `latency` counted since `before`. */
export function bucketsSince(latency: Latency, before: Latency | undefined): LatencyBucket[] {
  const earlier = new Map(before?.buckets.map((b) => [b.largestMicros, b.count]))
  return latency.buckets
    .map(({ largestMicros, count }) => ({
      largestMicros,
      count: count - (earlier.get(largestMicros) ?? 0),
    }))
    .filter(({ count }) => count > 0)
}

/** The value that a share of all is at most; undefined of nothing. */
export function percentile(buckets: readonly LatencyBucket[], of: number): number | undefined {
  const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0)
  const rank = Math.max(Math.ceil(of * count), 1)
  let passed = 0
  for (const bucket of buckets) {
    passed += bucket.count
    if (passed >= rank) return bucket.largestMicros
  }
  return undefined
}

function levelLines(view: TopView): string[] {
  const earlier = new Map(
    view.before?.stats.namespaces.flatMap(({ namespace, levels }) =>
      levels.map((level) => [`${level.level} ${namespace}`, level] as const),
    ),
  )
  const ms = view.before?.elapsedMs ?? view.stats.openMicros / 1000
  const rate = (now: number, was: number | undefined): number =>
    ms > 0 ? (Math.max(now - (was ?? 0), 0) * 1000) / ms : 0
  return view.stats.namespaces.flatMap(({ namespace, levels }) => {
    const largest = Math.max(1, ...levels.map((level) => level.bytes))
    const rows = levels.map((level) => {
      const was = earlier.get(`${level.level} ${namespace}`)
      const reads = per(rate(level.reads, was?.reads))
      const written = bytesPer(rate(level.bytesWritten, was?.bytesWritten))
      return levelLine(level, largest, reads, written)
    })
    const entries = levels.reduce((sum, level) => sum + level.entries, 0)
    const about = levels.length === 0 ? 'no tables' : `${grouped(entries)} entries`
    return [`${namespace}  ${about}`, ...rows]
  })
}

function levelLine(level: LevelState, largest: number, reads: string, written: string): string {
  const marks = level.bytes === 0 ? 0 : Math.max(1, Math.round((level.bytes / largest) * BAR_WIDTH))
  const bar = '#'.repeat(marks).padEnd(BAR_WIDTH)
  const tables = `${grouped(level.files)} ${level.files === 1 ? 'table' : 'tables'}`
  const cells = [
    tables.padStart(11),
    bytesText(level.bytes).padStart(9),
    `${reads} reads`.padStart(14),
    `in ${written}`.padStart(16),
  ]
  return `  L${level.level} |${bar} ${cells.join('')}`
}

/** `12.3/s`, `1,234/s`. */
function per(rate: number): string {
  const isSmall = rate > 0 && rate < 100
  return `${isSmall ? rate.toFixed(1).replace(/\.0$/, '') : grouped(Math.round(rate))}/s`
}

function bytesPer(rate: number): string {
  return `${bytesText(Math.round(rate))}/s`
}

function share(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((part / whole) * 100).toFixed(1)}%`
}

export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let [value, unit] = [bytes, 0]
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

export function microsText(micros: number): string {
  if (micros < 1000) return `${micros} us`
  if (micros < 1e6) return `${threeDigits(micros / 1000)} ms`
  return micros < 1e8 ? `${threeDigits(micros / 1e6)} s` : spanText(micros / 1e6)
}

function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

function spanText(seconds: number): string {
  const whole = Math.floor(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  if (whole < 172_800) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
  return `${Math.floor(whole / 86_400)} days`
}
