// What suites count: lines `counted N kind: which`, which native tests and TypeScript tests print.
// The numbers of a kind are added up and held against what the full set is to reach.

/** What the full set counts of each kind, at least; .ci/run does a share of it. */
export const BARS = [
  ['crash images', 250_000],
  ['I/O errors', 100_000],
  ['recovery faults', 50_000],
  ['allocation failures', 5_000],
  ['damaged opens', 100_000],
  ['real kills', 3_000],
  ['real power cuts', 2_000],
  ['metamorphic operations', 5_000_000],
  ['metamorphic executions', 60_000_000],
  ['parser fuzz executions', 100_000_000],
  ['store fuzz executions', 100_000],
  ['histories checked', 1_000],
]

/** Kind to how many, from any number of outputs. */
export function countedIn(output) {
  const kinds = new Map()
  for (const [, number, kind] of output.matchAll(/^counted (\d+) ([^:\n]+)(?::.*)?$/gm)) {
    kinds.set(kind, (kinds.get(kind) ?? 0) + Number(number))
  }
  return kinds
}

const formatted = (number) => number.toLocaleString('en')

/** A table of what was counted, and of how much that is of the full set. */
export function countedTable(kinds) {
  const rows = BARS.filter(([kind]) => kinds.has(kind)).map(([kind, bar]) => {
    const share = (100 * kinds.get(kind)) / bar
    const percent = share < 10 ? share.toFixed(1) : Math.round(share)
    return [kind, formatted(kinds.get(kind)), `${percent} %`]
  })
  if (rows.length === 0) return 'Nothing was counted'
  const all = [['counted', '', 'of the full set'], ...rows]
  const width = (column) => Math.max(...all.map((row) => row[column].length))
  const line = ([kind, number, share]) =>
    `${kind.padEnd(width(0))}  ${number.padStart(width(1))}  ${share.padStart(width(2))}`
  return all.map(line).join('\n')
}
