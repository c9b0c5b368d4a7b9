import { describe, expect, it } from 'vitest'
import { MemoryCounts } from '../store/memory-statistics.js'
import { statsOf } from '../store/statistics.js'
import type { Latency, StoreStats } from '../binding/statistics-types.js'
import { bucketsSince, bytesText, microsText, percentile, topLines } from './top-view.js'

const level = (n: number, files: number, bytes: number, reads: number, bytesWritten: number) => ({
  ...{ level: n, files, bytes, targetBytes: 0, entries: files * 1000, tombstones: 0 },
  ...{ reads, bytesRead: 0, bytesWritten },
})

function latency(...buckets: [largestMicros: number, count: number][]): Latency {
  const count = buckets.reduce((sum, [, n]) => sum + n, 0)
  const maxMicros = Math.max(0, ...buckets.map(([largest]) => largest))
  return {
    ...{ count, sumMicros: 0, p50Micros: 0, p99Micros: 0, p999Micros: 0, maxMicros },
    buckets: buckets.map(([largestMicros, n]) => ({ largestMicros, count: n })),
  }
}

/** A store after `seconds` of even work. */
function statsAt(seconds: number): StoreStats {
  const counts = new MemoryCounts({ nowMs: () => 0 })
  const namespaces = [
    {
      namespace: 'accounts',
      levels: [
        level(0, 2, 8 << 20, 30 * seconds, seconds << 20),
        level(6, 13, 400 << 20, 900 * seconds, 0),
      ],
    },
    { namespace: 'history', levels: [] },
  ]
  const stats = statsOf(counts.stats({ sequence: 5n, applied: 0n, snapshots: 0 }, namespaces))
  stats.openMicros = seconds * 1e6
  stats.writes = { ...stats.writes, batches: 1200 * seconds, userBytes: seconds * 3e6 }
  stats.writes.logSyncs = 40 * seconds
  const gets = 50_000 * seconds
  stats.reads = { gets, getsFromMemtable: gets / 2, blocksRead: 2 * seconds, blockBytesRead: 0 }
  stats.cache = { ...stats.cache, hits: 990 * seconds, misses: 10 * seconds, bytes: 100 << 20 }
  stats.filters = { checks: 1000 * seconds, useful: 900 * seconds, falsePositives: 10 * seconds }
  stats.memory = { budgetBytes: 256 << 20, memtableBytes: 12 << 20, reservedBytes: 20 << 20 }
  stats.state = { ...stats.state, tables: 15, tableBytes: 408 << 20, liveBytes: 400 << 20 }
  stats.background = { ...stats.background, flushes: seconds, flushBytes: seconds << 20 }
  stats.amplification = { write: 3.14, space: 1.02, read: 1.5 }
  stats.stalls.flush = { count: 2, micros: 1_200_000, longestMicros: 800_000 }
  stats.latency.commitDisk = latency([310, 900 * seconds], [12_000, 10 * seconds])
  stats.latency.flush = latency([250_000, seconds])
  return stats
}

const now = { path: '/srv/rates/data', pid: 4242, stats: statsAt(100) }
const view = { ...now, before: { stats: statsAt(99), elapsedMs: 1000 } }

describe('The picture of top', () => {
  it('shows rates over the interval, and everything in 80 columns and 24 rows', () => {
    expect(`\n${topLines(view, 80, 24).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      /srv/rates/data                                       pid 4242   open 1 min 40 s
      writes      1,200/s batches   2.9 MiB/s   40/s syncs   queued 0 B
      stalls      none now   2 flush, 0 level 0, 0 slowed   1.20 s, longest 800 ms
      reads       50,000/s gets   memtables 50.0%   cache 99.0%   2/s disk blocks
      filters     1,000/s checks   useful 90.0%   false positive 1.0%
      memory      256 MiB budget   memtables 12.0 MiB   blocks 100 MiB   pinned 0 B
      disk        15 tables   408 MiB   live about 400 MiB   pending 0 B
      background  1/s flushes   1.0 MiB/s   0/s compactions   0 B/s
      amplified   write 3.1   space 1.02   read 1.50

      latency             per s        p50        p99      p99.9   max ever
      commit disk           910     310 us    12.0 ms    12.0 ms    12.0 ms
      flush                   1     250 ms     250 ms     250 ms     250 ms

      accounts  15,000 entries
        L0 |#                       2 tables  8.0 MiB    30/s reads    in 1.0 MiB/s
        L6 |####################   13 tables  400 MiB   900/s reads        in 0 B/s
      history  no tables
      "
    `)
  })

  it('shows the averages since the store was opened when there is no earlier look', () => {
    expect(topLines(now, 80, 24)).toEqual(topLines(view, 80, 24))
  })

  it('keeps to any size, and says how much it left out', () => {
    const many = { ...view, stats: statsAt(100) }
    many.stats.namespaces = Array.from({ length: 30 }, (_, i) => ({
      namespace: `namespace ${i} ${'x'.repeat(100)}`,
      levels: [level(6, 1, 100, 0, 0)],
    }))
    const sizes = [
      [80, 24],
      [120, 40],
      [40, 10],
      [20, 5],
      [1, 1],
    ] as const
    for (const [columns, rows] of sizes) {
      const lines = topLines(many, columns, rows)
      expect(lines.length).toBeLessThanOrEqual(rows)
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns)
    }
    expect(topLines(many, 80, 24).at(-1)).toMatch(/^ {2}… \d+ more lines$/)
    expect(topLines(many, 80, Infinity)).toHaveLength(13 + 1 + 60)
  })

  it('tells that writers wait now, and that the store takes no writes', () => {
    const stats = statsAt(100)
    stats.stalls.stalledMicros = 2_500_000
    stats.state.readOnly = true
    stats.background.errors = 3
    const text = topLines({ ...view, stats }, 80, 24).join('\n')
    expect(text).toContain('WAITING for 2.50 s')
    expect(text).toContain('READ-ONLY')
    expect(text).toContain('3 background errors')
  })

  it('ends with the note, whatever else is left out', () => {
    const lines = topLines({ ...view, note: 'The owner is gone.' }, 80, 20)
    expect(lines.at(-1)).toBe('The owner is gone.')
  })

  it('lets no name move the cursor, and counts wide characters as two columns', () => {
    const stats = statsAt(100)
    stats.namespaces = [{ namespace: '\u001b[2J\nevil', levels: [] }]
    expect(topLines({ ...view, stats }, 80, 40).join('')).not.toMatch(/\p{C}/u)
    stats.namespaces = [{ namespace: '余额'.repeat(50), levels: [] }]
    expect(topLines({ ...view, stats }, 81, 40).at(-1)).toBe('余额'.repeat(20))
  })
})

describe('Percentiles of an interval', () => {
  it('are of what was counted since the earlier look', () => {
    const before = latency([10, 100], [20, 1])
    const after = latency([10, 100], [20, 3], [30, 1])
    const buckets = bucketsSince(after, before)
    expect(buckets).toEqual([
      { largestMicros: 20, count: 2 },
      { largestMicros: 30, count: 1 },
    ])
    expect(percentile(buckets, 0.5)).toBe(20)
    expect(percentile(buckets, 0.99)).toBe(30)
    expect(percentile([], 0.5)).toBeUndefined()
  })
})

describe('Numbers for people', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [200 << 20, '200 MiB'],
  ])('shows %d bytes as %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text)
  })

  it.each([
    [0, '0 us'],
    [999, '999 us'],
    [1500, '1.50 ms'],
    [250_000, '250 ms'],
    [2_500_000, '2.50 s'],
    [300_000_000, '5 min 0 s'],
  ])('shows %d microseconds as %s', (micros, text) => {
    expect(microsText(micros)).toBe(text)
  })
})
