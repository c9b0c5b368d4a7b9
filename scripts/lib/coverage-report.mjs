// The tables of scripts/coverage.mjs, and its verdict: one check for each bar. Pure.
const LINES_LEAST = 0.95
const BRANCHES_LEAST = 0.9
const WORST_SHOWN = 40

// What must be reached whole: nothing may be lost or invented here.
export const critical = {
  log: ['log/format', 'log/read_window', 'log/recovery', 'log/scan', 'log/space', 'log/writer'],
  manifest: [
    'version/current',
    'version/file_names',
    'version/version_builder',
    'version/version_edit',
    'version/version_set',
    'version/version_set_recover',
  ],
  recovery: ['store/recover', 'memtable/skiplist_append'],
  'batch decoding': ['base/coding', 'store/batch_format'],
}

const kinds = ['line', 'branch', 'decides']
const stem = (path) => path.replace(/\.(cc|h)$/, '')
const isGap = (fact) => !fact.reached && fact.waived === undefined

// { line: { reached, all }, branch, decides }, without what is waived.
function count(files) {
  const counts = Object.fromEntries(kinds.map((kind) => [kind, { reached: 0, all: 0 }]))
  for (const fact of files.flatMap(({ facts }) => facts)) {
    if (fact.waived !== undefined) continue
    counts[fact.kind].all += 1
    if (fact.reached) counts[fact.kind].reached += 1
  }
  return counts
}

const share = ({ reached, all }) => (all === 0 ? 1 : reached / all)
// Rounded down: 100.0 means all.
const percent = (each) => (Math.floor(share(each) * 1000) / 10).toFixed(1)
const cell = (each) =>
  each.all === 0 ? '' : `${percent(each)} % of ${each.all.toLocaleString('en')}`

const places = (files) => files.filter(({ facts }) => facts.length > 0)
const filesOf = (files, stems) => files.filter(({ path }) => stems.includes(stem(path)))

function gapText(path, { line, kind, text, outcome }) {
  if (kind === 'line') return `${path}:${line}: not run: ${text}`
  if (kind === 'branch') return `${path}:${line}: never ${outcome}: ${text}`
  return `${path}:${line}: never decides alone: ${text}`
}

const gapsOf = (files) =>
  files.flatMap(({ path, facts }) =>
    facts
      .filter((fact) => fact.kind !== 'line' && isGap(fact))
      .sort((a, b) => a.line - b.line || a.column - b.column)
      .map((fact) => gapText(path, fact)),
  )

// Which bars are met and which are missed, in words; the gaps of the critical files.
export function judge({ files, stale, absent }) {
  const whole = count(files)
  const bars = [
    [`lines of the core: ${percent(whole.line)} %`, share(whole.line) >= LINES_LEAST],
    [`branches of the core: ${percent(whole.branch)} %`, share(whole.branch) >= BRANCHES_LEAST],
    [`the list of what is unreachable fits: ${stale.length} entries do not`, stale.length === 0],
    [`sources missing from the test program: ${absent.length}`, absent.length === 0],
  ]
  for (const [name, stems] of Object.entries(critical)) {
    const { branch, decides } = count(filesOf(files, stems))
    bars.push([`branches of ${name}: ${percent(branch)} %`, share(branch) === 1])
    bars.push([`MC/DC of ${name}: ${percent(decides)} %`, share(decides) === 1])
  }
  const met = bars.filter(([, holds]) => holds).map(([text]) => text)
  const missed = bars.filter(([, holds]) => !holds).map(([text]) => text)
  const listed = [...stale, ...absent.map((path) => `${path}: not in the test program`)]
  const gaps = gapsOf(filesOf(files, Object.values(critical).flat()))
  return { met, missed, gaps: [...listed, ...gaps] }
}

function roomTable(files) {
  const rooms = [...new Set(files.map(({ room }) => room))].sort()
  const rows = rooms.map((room) => {
    const { line, branch, decides } = count(files.filter((file) => file.room === room))
    return `| \`${room}\` | ${cell(line)} | ${cell(branch)} | ${cell(decides)} |`
  })
  const { line, branch, decides } = count(files)
  rows.push(`| all | ${cell(line)} | ${cell(branch)} | ${cell(decides)} |`)
  return ['| room | lines | branches | MC/DC |', '|---|---|---|---|', ...rows]
}

function criticalTable(files) {
  const rows = Object.entries(critical).flatMap(([name, stems]) =>
    filesOf(files, stems)
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map((file) => {
        const { line, branch, decides } = count([file])
        const waived = file.facts.filter((fact) => fact.waived !== undefined).length
        const cells = [cell(line), cell(branch), cell(decides), waived || '']
        return `| ${name} | \`${file.path}\` | ${cells.join(' | ')} |`
      }),
  )
  const head = '| part | file | lines | branches | MC/DC | unreachable |'
  return [head, '|---|---|---|---|---|---|', ...rows]
}

export function tables({ files }, { met, missed, gaps }) {
  const measured = places(files)
  const parts = [roomTable(measured), criticalTable(measured)]
  if (gaps.length > 0) parts.push(gaps, [...met, ...missed.map((bar) => `${bar}: MISSED`)])
  else if (missed.length > 0) parts.push(missed.map((bar) => `${bar}: MISSED`))
  return parts.map((lines) => lines.join('\n')).join('\n\n')
}

export function showWorst({ files }) {
  const gaps = files.map((file) => ({ file, gaps: file.facts.filter(isGap) }))
  return gaps
    .sort((a, b) => b.gaps.length - a.gaps.length)
    .slice(0, WORST_SHOWN)
    .map(({ file, gaps: { length } }) => {
      const { line, branch, decides } = count([file])
      return `${length}  ${file.path}  ${cell(line)}  ${cell(branch)}  ${cell(decides)}`
    })
    .join('\n')
}

// Each line with gaps, with what it lacks.
export function showFile({ files }, name) {
  const file = files.find(({ path }) => path === name)
  if (file === undefined) return `${name} was not measured`
  const rows = file.source.flatMap((text, index) => {
    const gaps = file.facts.filter((fact) => fact.line === index + 1 && isGap(fact))
    if (gaps.length === 0) return []
    const lacks = gaps.map((fact) =>
      fact.kind === 'line'
        ? 'not run'
        : `${fact.kind === 'branch' ? 'never' : 'does not decide'} ${fact.outcome}: ${fact.text}`,
    )
    return [`${String(index + 1).padStart(4)}  ${text}`, ...lacks.map((each) => `        ${each}`)]
  })
  return rows.length === 0 ? `${name} is reached whole` : rows.join('\n')
}
