// A record of transactions, and the check that some serial order explains it: the commit order, in
// which nothing that began after something else was acknowledged comes before it.
//
// 1. Transactions that wrote carry the sequence of their commit. They are replayed in that order on
//    sorted maps, and every read and range must give what was recorded.
// 2. What only read must fit the state between two of them, no earlier than what was acknowledged
//    before it began, no later than what had begun when it ended. Of a snapshot, and of a
//    transaction that was refused, the end is the moment from which it was fixed, and reads may
//    come later; a snapshot that tells its sequence must fit the state at that one.
// 3. A transaction is refused only for a commit that wrote what it had read, and ended after it
//    began.

export type Step =
  | { kind: 'get'; key: string; value: string | undefined }
  | { kind: 'put'; key: string; value: string }
  | { kind: 'del'; key: string }
  | { kind: 'range'; gte: string; lt: string; limit: number; reverse: boolean; found: string[] }

export interface Recorded {
  name: string
  /** Moments on one clock that only counts. */
  began: number
  ended: number
  /** undefined: it only read, or was refused. */
  sequence: bigint | undefined
  /** What a snapshot says of itself. */
  at?: bigint
  /** When a transaction knew that it was refused. */
  refused?: number
  steps: Step[]
}

type State = ReadonlyMap<string, string>

/** What is wrong with the history, or undefined. */
export function anomalyIn(history: readonly Recorded[]): string | undefined {
  const writers = history
    .filter((one) => one.sequence !== undefined)
    .sort((a, b) => (a.sequence! < b.sequence! ? -1 : 1))
  const states: State[] = [new Map()]
  for (const [i, writer] of writers.entries()) {
    const later = writers.slice(0, i).find((before) => writer.ended < before.began)
    if (later !== undefined) return `${later.name} began after ${writer.name} and precedes it`
    const replayed = replay(states[i]!, writer)
    if (typeof replayed === 'string') return replayed
    states.push(replayed)
  }
  for (const reader of history.filter((one) => one.sequence === undefined)) {
    const wrong = misfit(reader, writers, states) ?? refusedInVain(reader, writers)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function misfit(reader: Recorded, writers: Recorded[], states: State[]): string | undefined {
  let first = writers.findLastIndex((writer) => writer.ended < reader.began) + 1
  const next = writers.findIndex((writer) => writer.began > reader.ended)
  let last = next < 0 ? writers.length : next
  if (reader.at !== undefined) {
    const behind = writers.findIndex((writer) => writer.sequence! > reader.at!)
    const told = behind < 0 ? writers.length : behind
    if (told < first || told > last) return `${reader.name} is of another time than it says`
    first = last = told
  }
  let wrong: string | undefined
  for (let at = last; at >= first; at--) {
    const replayed = replay(states[at]!, reader)
    if (typeof replayed !== 'string') return undefined
    wrong ??= replayed
  }
  return `no state fits: ${wrong}`
}

function refusedInVain(reader: Recorded, writers: Recorded[]): string | undefined {
  const { name, began, refused } = reader
  if (refused === undefined) return undefined
  const reasons = writers.some(
    (writer) => writer.ended > began && writer.began < refused && wroteWhatWasRead(writer, reader),
  )
  return reasons ? undefined : `${name} was refused without a reason`
}

function wroteWhatWasRead(writer: Recorded, reader: Recorded): boolean {
  const written = writer.steps.flatMap((step) =>
    step.kind === 'put' || step.kind === 'del' ? [step.key] : [],
  )
  return reader.steps.some((step) => {
    if (step.kind === 'get') return written.includes(step.key)
    return step.kind === 'range' && written.some((key) => key >= step.gte && key < step.lt)
  })
}

function replay(before: State, { name, steps }: Recorded): State | string {
  const state = new Map(before)
  for (const [i, step] of steps.entries()) {
    const wrong = (expected: unknown, found: unknown): string =>
      `${name}, step ${i} (${step.kind}): expected ${String(expected)}, found ${String(found)}`
    if (step.kind === 'put') state.set(step.key, step.value)
    else if (step.kind === 'del') state.delete(step.key)
    else if (step.kind === 'get') {
      const expected = state.get(step.key)
      if (expected !== step.value) return wrong(expected, step.value)
    } else {
      const expected = walk(state, step)
      if (expected.join() !== step.found.join()) return wrong(expected, step.found)
    }
  }
  return state
}

function walk(state: State, range: Extract<Step, { kind: 'range' }>): string[] {
  const keys = [...state.keys()].filter((key) => key >= range.gte && key < range.lt).sort()
  if (range.reverse) keys.reverse()
  return keys.slice(0, range.limit).map((key) => `${key}=${state.get(key)!}`)
}
