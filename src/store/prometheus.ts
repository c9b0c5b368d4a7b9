// Statistics in the text exposition format 0.0.4 that Prometheus reads
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
//
//   metric = "# HELP " name " " help LF "# TYPE " name " " type LF sample*
//   sample = name [ "{" label ("," label)* "}" ] " " value LF
//   label  = name "=" DQUOTE (any but \ " LF, or \\ or \" or \n)* DQUOTE
//
// 1. Names begin with ledgerstone_; sizes are bytes, times seconds, counters end in _total.
// 2. Latencies are histograms with fixed bounds. What lies in one of the engine's buckets counts
//    where the bucket's largest value does, so a bound is off by at most 1/32 of itself.

import { invalidArgument } from '../base/errors.js'
import type { Latency, LevelState, StoreStats } from '../binding/statistics-types.js'

export type Labels = Readonly<Record<string, string>>
type Kind = 'counter' | 'gauge'
/** One value for each set of labels. */
type Values = readonly (readonly [labels: Labels, value: number])[]

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/
/** Labels of our own, which those of a caller must not shadow. */
const OWN_LABELS = ['cause', 'durability', 'namespace', 'level', 'le']
const BOUNDS_SECONDS = [
  ...[0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005],
  ...[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
]

const seconds = (micros: number): number => micros / 1e6

function escaped(text: string, quotes: boolean): string {
  const plain = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return quotes ? plain.replaceAll('"', '\\"') : plain
}

class Exposition {
  readonly #labels: Labels
  readonly #lines: string[] = []

  constructor(labels: Labels) {
    this.#labels = labels
  }

  add(kind: Kind, name: string, help: string, values: number | Values): void {
    this.#head(name, help, kind)
    const rows: Values = typeof values === 'number' ? [[{}, values]] : values
    for (const [labels, value] of rows) this.#sample(name, labels, value)
  }

  addHistogram(name: string, help: string, rows: readonly (readonly [Labels, Latency])[]): void {
    this.#head(name, help, 'histogram')
    for (const [labels, latency] of rows) this.#histogram(name, labels, latency)
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`
  }

  #head(name: string, help: string, type: string): void {
    this.#lines.push(`# HELP ${name} ${escaped(help, false)}`, `# TYPE ${name} ${type}`)
  }

  #histogram(name: string, labels: Labels, latency: Latency): void {
    let [at, passed] = [0, 0]
    for (const bound of BOUNDS_SECONDS) {
      for (; at < latency.buckets.length; at++) {
        const bucket = latency.buckets[at]
        if (bucket === undefined || seconds(bucket.largestMicros) > bound) break
        passed += bucket.count
      }
      this.#sample(`${name}_bucket`, { ...labels, le: String(bound) }, passed)
    }
    this.#sample(`${name}_bucket`, { ...labels, le: '+Inf' }, latency.count)
    this.#sample(`${name}_sum`, labels, seconds(latency.sumMicros))
    this.#sample(`${name}_count`, labels, latency.count)
  }

  #sample(name: string, own: Labels, value: number): void {
    const labels = Object.entries({ ...this.#labels, ...own })
    const inner = labels.map(([label, text]) => `${label}="${escaped(text, true)}"`).join(',')
    this.#lines.push(`${name}${inner === '' ? '' : `{${inner}}`} ${value}`)
  }
}

/**
 * `stats` as Prometheus reads it; `labels` go to every sample, such as `{ store: 'orders' }`.
 * INVALID_ARGUMENT for a label's name that Prometheus does not take or that is used here.
 */
export function prometheusText(stats: StoreStats, labels: Labels = {}): string {
  for (const name of Object.keys(labels)) {
    if (LABEL_NAME.test(name) && !name.startsWith('__') && !OWN_LABELS.includes(name)) continue
    throw invalidArgument(`'${name}' cannot be the name of a label`)
  }
  const out = new Exposition(labels)
  addState(out, stats)
  addWrites(out, stats)
  addReads(out, stats)
  addBackground(out, stats)
  addLevels(out, stats)
  addLatencies(out, stats)
  return out.text()
}

function addState(out: Exposition, stats: StoreStats): void {
  const { state, memory, cache, amplification } = stats
  const gauge = (name: string, help: string, value: number): void => {
    out.add('gauge', `ledgerstone_${name}`, help, value)
  }
  gauge('open_seconds', 'How long the store has been open.', seconds(stats.openMicros))
  gauge('sequence', 'The newest sequence that readers see.', Number(state.sequence))
  gauge('read_only', '1 when no write is taken.', state.readOnly ? 1 : 0)
  gauge('snapshots', 'Snapshots that are held.', state.snapshots)
  gauge('tables', 'Tables on disk.', state.tables)
  gauge('table_bytes', 'Bytes of tables on disk.', state.tableBytes)
  gauge('live_bytes', 'Bytes of tables after compacting everything, by estimate.', state.liveBytes)
  gauge('manifest_bytes', 'Bytes of the manifest.', state.manifestBytes)
  gauge(
    'immutable_generations',
    'Full generations of memtables waiting for their flush.',
    state.immutableGenerations,
  )
  gauge('memory_budget_bytes', 'The memory budget.', memory.budgetBytes)
  gauge('memtable_bytes', 'Bytes of memtables.', memory.memtableBytes)
  gauge('reserved_bytes', 'Bytes of the budget that blocks may not take.', memory.reservedBytes)
  gauge('cache_bytes', 'Bytes of cached blocks.', cache.bytes)
  gauge('cache_pinned_bytes', 'Bytes of cached blocks that are held.', cache.pinnedBytes)
  gauge('write_amplification', 'Bytes written for each user byte.', amplification.write)
  gauge('space_amplification', 'Bytes in tables for each live byte.', amplification.space)
  gauge('read_amplification', 'Tables searched for each get.', amplification.read)
}

function addWrites(out: Exposition, { writes, stalls }: StoreStats): void {
  const total = (name: string, help: string, values: number | Values): void => {
    out.add('counter', `ledgerstone_${name}_total`, help, values)
  }
  total('commit_groups', 'Groups of batches committed together.', writes.groups)
  total(
    'batches',
    'Batches committed, by the durability asked for.',
    Object.entries(writes.batchesByDurability).map(([durability, n]) => [{ durability }, n]),
  )
  total('entries', 'Entries committed.', writes.entries)
  total('conflicts', 'Transactions turned away for what they had read.', writes.conflicts)
  total('user_bytes', 'Bytes of keys and values handed over.', writes.userBytes)
  total('log_bytes', 'Bytes written to the log.', writes.logBytes)
  total('log_syncs', 'Syncs of the log.', writes.logSyncs)
  out.add('gauge', 'ledgerstone_queued_bytes', 'Bytes waiting to be committed.', writes.queuedBytes)
  const { flush, compaction, slowdown } = stalls
  const causes = Object.entries({ flush, compaction, slowdown })
  total(
    'stalls',
    'Times that writers waited, by cause.',
    causes.map(([cause, stall]) => [{ cause }, stall.count]),
  )
  total(
    'stall_seconds',
    'How long writers waited, by cause.',
    causes.map(([cause, stall]) => [{ cause }, seconds(stall.micros)]),
  )
  out.add(
    'gauge',
    'ledgerstone_stall_longest_seconds',
    'The longest wait of writers, by cause.',
    causes.map(([cause, stall]) => [{ cause }, seconds(stall.longestMicros)]),
  )
  out.add(
    'gauge',
    'ledgerstone_stalled_seconds',
    'How long writers have been waiting; 0 when they are not.',
    seconds(stalls.stalledMicros),
  )
}

function addReads(out: Exposition, { reads, cache, filters }: StoreStats): void {
  const total = (name: string, help: string, value: number): void => {
    out.add('counter', `ledgerstone_${name}_total`, help, value)
  }
  total('gets', 'Point reads answered.', reads.gets)
  total('memtable_gets', 'Point reads that a memtable answered.', reads.getsFromMemtable)
  total('blocks_read', 'Blocks read from disk.', reads.blocksRead)
  total('block_read_bytes', 'Bytes of blocks read from disk.', reads.blockBytesRead)
  total('cache_hits', 'Blocks found in the cache.', cache.hits)
  total('cache_misses', 'Blocks not found in the cache.', cache.misses)
  total('cache_evictions', 'Blocks that made room for others.', cache.evictions)
  total('filter_checks', "Times a table's filter was asked.", filters.checks)
  total('filter_useful', 'Times a filter said no.', filters.useful)
  total('filter_false_positives', 'Times a filter said maybe in vain.', filters.falsePositives)
}

function addBackground(out: Exposition, { background }: StoreStats): void {
  const total = (name: string, help: string, value: number): void => {
    out.add('counter', `ledgerstone_${name}_total`, help, value)
  }
  total('flushes', 'Generations flushed.', background.flushes)
  total('flush_bytes', 'Bytes of tables written by flushes.', background.flushBytes)
  total('compactions', 'Compactions that rewrote tables.', background.compactions)
  total('moves', 'Moves of tables to the next level.', background.moves)
  total('compaction_read_bytes', 'Bytes read by compactions.', background.compactionBytesRead)
  total(
    'compaction_written_bytes',
    'Bytes written by compactions.',
    background.compactionBytesWritten,
  )
  total('background_errors', 'Flushes and compactions that failed.', background.errors)
  out.add(
    'gauge',
    'ledgerstone_compaction_pending_bytes',
    'What compaction is behind by.',
    background.compactionPendingBytes,
  )
}

function addLevels(out: Exposition, { namespaces }: StoreStats): void {
  const of = (take: (level: LevelState) => number): Values =>
    namespaces.flatMap(({ namespace, levels }) =>
      levels.map((level) => [{ namespace, level: String(level.level) }, take(level)] as const),
    )
  const gauge = (name: string, help: string, take: (level: LevelState) => number): void => {
    out.add('gauge', `ledgerstone_level_${name}`, help, of(take))
  }
  const total = (name: string, help: string, take: (level: LevelState) => number): void => {
    out.add('counter', `ledgerstone_level_${name}_total`, help, of(take))
  }
  gauge('tables', 'Tables of a level.', (level) => level.files)
  gauge('bytes', 'Bytes of a level.', (level) => level.bytes)
  gauge('target_bytes', 'Bytes that a level should have.', (level) => level.targetBytes)
  gauge('entries', 'Entries of a level.', (level) => level.entries)
  gauge('tombstones', 'Entries of a level that delete a key.', (level) => level.tombstones)
  total('reads', 'Times a table of the level was searched.', (level) => level.reads)
  total('read_bytes', 'Bytes read by compactions into it.', (level) => level.bytesRead)
  total('written_bytes', 'Bytes written into it.', (level) => level.bytesWritten)
}

function addLatencies(out: Exposition, { latency }: StoreStats): void {
  const one = (name: string, help: string, found: Latency): void => {
    out.addHistogram(`ledgerstone_${name}_seconds`, help, [[{}, found]])
  }
  out.addHistogram('ledgerstone_commit_seconds', 'A batch, from submission until committed.', [
    [{ durability: 'memory' }, latency.commitMemory],
    [{ durability: 'os' }, latency.commitOs],
    [{ durability: 'disk' }, latency.commitDisk],
  ])
  one('log_sync', 'One sync of the log.', latency.logSync)
  one('disk_get', 'A get that had to read a block.', latency.diskGet)
  one('flush', 'One flush of a generation.', latency.flush)
  one('compaction', 'One compaction that rewrote tables.', latency.compaction)
}
