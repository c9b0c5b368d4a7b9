// What a store must hold after its process was killed: the fold of a prefix of the commits that
// were issued, at least up to the last one acknowledged.
//
// 1. Commits are told in the order in which they were issued.
// 2. After settle() the found contents are the new start: what was issued and is not in them is
//    gone for good, and must never come back.

export type Op =
  | readonly [space: string]
  | readonly [space: string, key: string, mark: string | null]
export type Contents = Readonly<Record<string, Readonly<Record<string, string>>>>

interface Commit {
  n: number
  ops: readonly Op[]
}

export class Expectation {
  #state = new Map<string, string>()
  #pending: Commit[] = []
  #acknowledged = -1

  /** The same expectation, which goes its own way from here. */
  copy(): Expectation {
    const copy = new Expectation()
    copy.#state = new Map(this.#state)
    copy.#pending = [...this.#pending]
    copy.#acknowledged = this.#acknowledged
    return copy
  }

  issue(n: number, ops: readonly Op[]): void {
    this.#pending.push({ n, ops })
  }

  /** Without effect for a commit that an earlier settle() found. */
  acknowledge(n: number): void {
    if (n <= this.#acknowledged || !this.#pending.some((commit) => commit.n === n)) return
    this.#acknowledged = n
  }

  /** The commit was told to be not written: nothing of it may be there. */
  refuse(n: number): void {
    this.#pending = this.#pending.filter((commit) => commit.n !== n)
  }

  /**
   * Compares with what was found. Returns what is wrong, else undefined. `exactly` is the last
   * commit of the prefix, where the store itself says which it is.
   */
  settle(contents: Contents, exactly?: number): string | undefined {
    const found = flatten(contents)
    const fold = new Fold(this.#state, found)
    let settled = this.#isEnough(-1, exactly) && fold.differing.size === 0
    let wrong = [...fold.differing]
    for (const { n, ops } of this.#pending) {
      fold.apply(ops)
      if (!this.#isEnough(n, exactly)) continue
      if (fold.differing.size === 0) settled = true
      else if (wrong.length === 0 || fold.differing.size < wrong.length) wrong = [...fold.differing]
    }
    if (!settled) return this.#complaint(wrong, found, exactly)
    this.#state = found
    this.#pending = []
    this.#acknowledged = -1
    return undefined
  }

  #isEnough(n: number, exactly: number | undefined): boolean {
    if (exactly === undefined || this.#pending.length === 0) return n >= this.#acknowledged
    const last = this.#pending.findLast((commit) => commit.n <= exactly)?.n ?? -1
    return n === last && n >= this.#acknowledged
  }

  #complaint(wrong: string[], found: Map<string, string>, exactly: number | undefined): string {
    const last = this.#pending.at(-1)?.n
    const upTo = exactly === undefined ? '' : `, the store says ${exactly}`
    const some = wrong.slice(0, 5).map((key) => `${key} is ${found.get(key) ?? 'absent'}`)
    return (
      `no prefix of the commits fits (acknowledged up to ${this.#acknowledged}, issued up to ` +
      `${last}${upTo}); the nearest differs in ${wrong.length} keys: ${some.join('; ')}`
    )
  }
}

class Fold {
  readonly differing = new Set<string>()
  readonly #state: Map<string, string>
  readonly #found: Map<string, string>

  constructor(state: Map<string, string>, found: Map<string, string>) {
    this.#state = new Map(state)
    this.#found = found
    for (const key of [...state.keys(), ...found.keys()]) this.#compare(key)
  }

  apply(ops: readonly Op[]): void {
    for (const op of ops) {
      if (op.length === 1) this.#drop(op[0])
      else this.#set(`${op[0]} ${op[1]}`, op[2])
    }
  }

  #drop(space: string): void {
    for (const key of this.#state.keys()) if (key.startsWith(`${space} `)) this.#set(key, null)
  }

  #set(key: string, mark: string | null): void {
    if (mark === null) this.#state.delete(key)
    else this.#state.set(key, mark)
    this.#compare(key)
  }

  #compare(key: string): void {
    if (this.#state.get(key) === this.#found.get(key)) this.differing.delete(key)
    else this.differing.add(key)
  }
}

function flatten(contents: Contents): Map<string, string> {
  const all = new Map<string, string>()
  for (const [space, entries] of Object.entries(contents)) {
    for (const [key, mark] of Object.entries(entries)) all.set(`${space} ${key}`, mark)
  }
  return all
}
