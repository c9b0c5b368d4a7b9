// The word that somebody may have meant: the one with the fewest edits, if they are few.

const EDITS_MAX = 3

export function closest(word: string, words: readonly string[]): string | undefined {
  let best: string | undefined
  let fewest = Math.min(EDITS_MAX, Math.ceil(word.length / 2)) + 1
  for (const candidate of words) {
    const edits = editsBetween(word, candidate)
    if (edits < fewest) [best, fewest] = [candidate, edits]
  }
  return best
}

/** Levenshtein distance, row by row. */
export function editsBetween(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const changed = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const removed = (above[column] ?? 0) + 1
      const added = (current[column - 1] ?? 0) + 1
      current.push(Math.min(changed, removed, added))
    }
    above = current
  }
  return above[b.length] ?? 0
}
