// The table for a README: one row per line, beside the best of the peers.

import type { Comparison } from '../comparison.js'
import type { Machine } from '../machine.js'
import { CONTENDERS } from '../peers/contenders.js'
import type { Sizes } from '../workloads/workload.js'
import { quantity, range, times } from './format.js'

function cells({ row, durability, ours, beside }: Comparison): string[] {
  const kept = durability === '-' ? '–' : durability
  const own = `${quantity(ours.measured.value)} ${row.unit}`
  if (beside?.ratio === undefined) return [`${row.name}: ${row.what}`, kept, own, '–', '–']
  const { label } = CONTENDERS[beside.contender]
  return [
    ...[`${row.name}: ${row.what}`, kept, own],
    `${label} ${quantity(beside.measured.value)}`,
    `${times(beside.ratio.median)} (${range(beside.ratio)})`,
  ]
}

const tableLine = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`

/** What the numbers were measured with, in a sentence. */
export function circumstances(machine: Machine, sizes: Sizes, runs: number): string {
  const count = sizes.entries.toLocaleString('en-US')
  const peers = Object.entries(machine.peers).map(([name, version]) => `${name} ${version}`)
  return (
    `${count} entries of ${sizes.keyBytes} + ${sizes.valueBytes} bytes, ` +
    `${Math.round(sizes.memoryBytes / 2 ** 20)} MiB budget` +
    `${sizes.threads > 1 ? `, ${sizes.threads} threads` : ''}, ` +
    `${runs === 1 ? 'one run' : `medians of ${runs} interleaved runs`}, from JavaScript on ` +
    `Node.js ${machine.node.slice(1)}, ${machine.cores} cores of ${machine.cpu}, ` +
    `${machine.fileSystem}, ` +
    `${machine.date.slice(0, 10)}, commit ${machine.commit.slice(0, 10)}` +
    `${machine.changed ? ' with changes' : ''}, ${peers.join(', ')}.`
  )
}

export function markdown(
  comparisons: readonly Comparison[],
  machine: Machine,
  sizes: Sizes,
): string {
  const runs = comparisons[0]?.ours.values.length ?? 0
  return [
    tableLine(['workload', 'durability', 'Ledgerstone', 'best peer', 'ratio']),
    tableLine(Array.from({ length: 5 }, () => '---')),
    ...comparisons.map((comparison) => tableLine(cells(comparison))),
    `\n${circumstances(machine, sizes, runs)}`,
  ].join('\n')
}
