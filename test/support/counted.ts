// What a suite has counted, in a line of its own that scripts/lib/counted.mjs adds up over all.

/** Prints `counted 216 real kills: store`: how often, a kind, and behind a colon which. */
export function counted(what: string, times: number): void {
  process.stdout.write(`counted ${times} ${what}\n`)
}
