// From what llvm-cov exports to facts by file of the engine: which lines were run, which outcomes
// of which conditions were taken, which conditions decided by themselves. The rules are numbered
// in scripts/coverage.mjs. Pure but for reading the sources.
//
//   fact := { kind: 'line' | 'branch' | 'decides', line, column, text, outcome, reached, waived }
//   file := { path (below native/), room, source (lines), facts }
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const EXPANSION = 1
const CHECKS = 'base/checks.h'

// "file:line" of each line that has code, with whether it ran.
function* linesOf(lcov) {
  let path = ''
  for (const row of lcov.split('\n')) {
    if (row.startsWith('SF:')) path = row.slice(3)
    const [, line, count] = /^DA:(\d+),(\d+)/.exec(row) ?? []
    if (line !== undefined) yield { path, line: Number(line), reached: count !== '0' }
  }
}

// Where a region of a function stands once its macros are followed back to where they are used.
function resolver(fn) {
  const parents = new Map()
  for (const [line, column, , , , file, expanded, kind] of fn.regions) {
    if (kind === EXPANSION) parents.set(expanded, { file, line, column })
  }
  return (file, line, column) => {
    const inner = parents.has(file) ? `${line}:${column}` : ''
    let place = { file, line, column }
    while (parents.has(place.file)) place = parents.get(place.file)
    return { path: fn.filenames[place.file], line: place.line, column: place.column, inner }
  }
}

// The text from one place to another, on one line.
export function textBetween(source, [line, column, endLine, endColumn]) {
  const lines = source.slice(line - 1, endLine)
  lines[lines.length - 1] = lines.at(-1)?.slice(0, endColumn - 1) ?? ''
  lines[0] = lines[0].slice(column - 1)
  return lines
    .map((each) => each.trim())
    .join(' ')
    .trim()
}

class Collector {
  #files = new Map()
  #facts = new Map()

  constructor(native, engine, testing) {
    this.native = native
    this.engine = new Set(engine)
    this.testing = new Set(testing)
  }

  // The file's record, or undefined when it is not the engine's.
  file(absolute) {
    const path = relative(this.native, absolute)
    if (this.#files.has(path)) return this.#files.get(path)
    const room = path.split('/')[0]
    const isTesting = this.testing.has(path.replace(/\.h$/, '.cc'))
    const isHeader = path.endsWith('.h') && this.#rooms().has(room) && !isTesting
    const file =
      this.engine.has(path) || isHeader
        ? { path, room, source: this.#read(path), facts: [] }
        : undefined
    this.#files.set(path, file)
    return file
  }

  #rooms() {
    return new Set([...this.engine].map((path) => path.split('/')[0]).concat('include'))
  }

  #read(path) {
    const absolute = join(this.native, path)
    return existsSync(absolute) ? readFileSync(absolute, 'utf8').split('\n') : []
  }

  // Of several records of one thing (instantiations, copies in several objects) any one suffices.
  note(file, key, fact) {
    const name = `${file.path}|${fact.kind}|${fact.line}:${fact.column}|${key}|${fact.outcome}`
    const known = this.#facts.get(name)
    if (known) {
      known.reached ||= fact.reached
      return
    }
    const added = { ...fact, waived: undefined }
    this.#facts.set(name, added)
    file.facts.push(added)
  }

  files() {
    return [...this.#files.values()].filter((file) => file !== undefined && file.facts.length > 0)
  }
}

function noteBranch(collector, fn, at, [line, column, endLine, endColumn, yes, no, id]) {
  if (fn.filenames[id].endsWith(CHECKS)) return
  const place = at(id, line, column)
  const file = collector.file(place.path)
  if (file === undefined) return
  const whole = [line, column, endLine, endColumn]
  const written = place.inner === '' ? textBetween(file.source, whole) : ':'
  // The colon of a loop over a range says as little as the inside of a macro.
  const text = written === ':' ? file.source[place.line - 1].trim() : written
  if (text === 'true' || text === 'false') return
  // The case that a switch over all values of an enum does not have.
  if (/\bswitch \($/.test(file.source[line - 1]?.slice(0, column - 1) ?? '')) return
  const fact = { kind: 'branch', line: place.line, column: place.column, text }
  collector.note(file, place.inner, { ...fact, outcome: 'true', reached: yes > 0 })
  if (/^(case\b|default$)/.test(text)) return
  collector.note(file, place.inner, { ...fact, outcome: 'false', reached: no > 0 })
}

// The conditions of a decision, in order: the branches inside its range. llvm-cov leaves out which
// macro a decision stands in: it is the first whose branches there are as many as its conditions.
function conditionsOf(fn, [line, column, endLine, endColumn, , , { length }]) {
  const after = (l, c, l2, c2) => l > l2 || (l === l2 && c >= c2)
  const inside = fn.branches.filter(
    ([l, c, el, ec]) => after(l, c, line, column) && after(endLine, endColumn, el, ec),
  )
  const ids = [...new Set(inside.map((branch) => branch[6]))].sort((a, b) => a - b)
  const groups = ids.map((id) => inside.filter((branch) => branch[6] === id))
  const group = groups.find((each) => each.length === length) ?? groups[0] ?? []
  return group.sort((a, b) => a[0] - b[0] || a[1] - b[1])
}

function noteDecision(collector, fn, at, decision) {
  const [line, column, , , , , conditions] = decision
  const named = conditionsOf(fn, decision)
  const id = named[0]?.[6] ?? 0
  if (fn.filenames[id].endsWith(CHECKS)) return
  const place = at(id, line, column)
  const file = collector.file(place.path)
  if (file === undefined) return
  for (const [index, reached] of conditions.entries()) {
    const condition = named.length === conditions.length ? named[index] : undefined
    const text = condition ? textBetween(file.source, condition) : `condition ${index + 1}`
    const [at1, at2] = condition ?? [place.line, place.column]
    const fact = { kind: 'decides', line: at1, column: at2, text, outcome: 'alone', reached }
    collector.note(file, `${line}:${column}:${index}`, fact)
  }
}

function noteFunction(collector, fn) {
  if (!fn.filenames.some((path) => collector.file(path) !== undefined)) return
  const at = resolver(fn)
  for (const branch of fn.branches) noteBranch(collector, fn, at, branch)
  for (const decision of fn.mcdc_records) noteDecision(collector, fn, at, decision)
}

// An entry speaks of the one line that holds its `at`, of `lines` lines from there, and of the
// condition that reads `condition` there (of all, when it names none).
function waive(files, entry) {
  const file = files.find(({ path }) => path === entry.file)
  const places = file?.source.flatMap((row, index) => (row.includes(entry.at) ? index + 1 : []))
  const count = places?.length ?? 0
  if (count !== 1) return `${entry.file}: '${entry.at}' is there ${count} times`
  const [first] = places
  const last = first + (entry.lines ?? 1) - 1
  const meant = file.facts.filter(
    (fact) =>
      fact.line >= first &&
      fact.line <= last &&
      entry.never.includes(fact.kind === 'line' ? 'run' : fact.outcome) &&
      (fact.kind === 'line' || entry.condition === undefined || fact.text === entry.condition),
  )
  if (meant.length === 0) return `${entry.file}:${first}: nothing there is '${entry.never}'`
  const reached = meant.filter((fact) => fact.reached)
  if (reached.length > 0) {
    const [{ line, text, outcome }] = reached
    return `${entry.file}:${line}: '${text}' is reached after all (${outcome})`
  }
  for (const fact of meant) fact.waived = entry.why
  return undefined
}

// { files, stale, absent }: what was measured; entries of `unreachable` that do not fit; sources of
// the engine of which the test program holds nothing.
export function readFacts({ native, engine: lists, testing, lcov, exported, unreachable }) {
  const collector = new Collector(native, lists, testing)
  for (const { path, line, reached } of linesOf(lcov)) {
    const file = collector.file(path)
    if (file === undefined) continue
    const text = file.source[line - 1].trim()
    collector.note(file, '', { kind: 'line', line, column: 0, text, outcome: 'run', reached })
  }
  for (const fn of exported.data[0].functions) noteFunction(collector, fn)
  const files = collector.files()
  const measured = new Set(files.map(({ path }) => path))
  const stale = unreachable.map((entry) => waive(files, entry)).filter((each) => each !== undefined)
  const absent = lists.filter((path) => path.endsWith('.cc') && !measured.has(path))
  return { files, stale, absent }
}
