#!/usr/bin/env node
// The fault suites at full size, one after the other: an hour and a half on two cores.
//   node scripts/full-set.mjs [--only NAME,NAME] [--record]
// Ends with what was counted of each kind, against what the full set is to reach. Each suite's last
// counts stay in build/full-set, so that a run of some suites completes the table of an earlier one
// of the same engine. --record puts the table into docs/reliability.md.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { BARS, countedIn, countedTable } from './lib/counted.mjs'
import { addonPath, inRoot } from './lib/paths.mjs'
import { SetupError, capture } from './lib/run.mjs'
import { conclude } from './lib/totals.mjs'
import { report, setUp } from './setup.mjs'

const node = process.execPath
const vitest = (...files) => [node, inRoot('node_modules/vitest/vitest.mjs'), 'run', ...files]
const native = (filter) => [node, inRoot('scripts/native.mjs'), 'release', filter]

const SUITES = [
  {
    name: 'simulated',
    command: native(
      '*PowerLoss*:*StoreFault*:*EventLogFault*:StoreCheckpoint*:StoreBackup*:*Allocation*',
    ),
    env: { LEDGERSTONE_ROUNDS: '13' },
  },
  { name: 'damage', command: native('*Damage*'), env: { LEDGERSTONE_ROUNDS: '4' } },
  { name: 'metamorphic', command: native('*Metamorphic*'), env: { LEDGERSTONE_ROUNDS: '125' } },
  { name: 'kills', command: vitest('test/crash/kill.test.ts'), env: { LEDGERSTONE_KILLS: '2700' } },
  {
    name: 'feed kills',
    command: vitest('test/crash/feed.test.ts'),
    env: { LEDGERSTONE_FEED_KILLS: '200' },
  },
  {
    name: 'event log kills',
    command: vitest('test/examples/inventory.test.ts'),
    env: { LEDGERSTONE_KILLS: '200' },
  },
  {
    name: 'power cuts',
    command: vitest('test/faults/power-cut.test.ts'),
    env: { LEDGERSTONE_CUTS: '1000' },
  },
  {
    name: 'failing calls',
    command: vitest('test/faults/preload.test.ts'),
    env: { LEDGERSTONE_LONG: '1' },
  },
  {
    name: 'full disks',
    command: vitest('test/faults/full-disk.test.ts'),
    env: { LEDGERSTONE_LONG: '1' },
  },
  { name: 'files', command: vitest('test/faults/files.test.ts') },
  {
    name: 'histories',
    command: vitest('test/linear', 'test/transact'),
    env: { LEDGERSTONE_ROUNDS: '60' },
  },
  { name: 'fuzzing', command: [node, inRoot('scripts/fuzz.mjs'), '--seconds', '240'] },
]

const shown = (line) => /^counted |^Not run|passed, \d+ failed$|^ (FAIL| ❯)|FAILED/.test(line)
const keptAt = (name) => inRoot('build/full-set', `${name.replaceAll(' ', '-')}.json`)

// What a suite's counts were made of: they are not mixed with those of another engine.
const engine = () => createHash('sha256').update(readFileSync(addonPath)).digest('hex')

async function run({ name, command, env }) {
  const [program, ...args] = command
  const began = performance.now()
  console.log(`== ${name}`)
  const { code, output } = await capture(program, args, { env, echo: shown })
  const seconds = Math.round((performance.now() - began) / 1000)
  console.log(`== ${name}: ${code === 0 ? 'passed' : 'FAILED'}, ${seconds} s`)
  if (code !== 0) console.log(output.split('\n').slice(-80).join('\n'))
  const counts = output.split('\n').filter((line) => line.startsWith('counted '))
  const outcome = { name, passed: code === 0, seconds, counts, engine: engine() }
  mkdirSync(inRoot('build/full-set'), { recursive: true })
  writeFileSync(keptAt(name), JSON.stringify(outcome))
  return outcome
}

function keptOutcomes() {
  const paths = SUITES.map(({ name }) => keptAt(name)).filter((path) => existsSync(path))
  const outcomes = paths.map((path) => JSON.parse(readFileSync(path, 'utf8')))
  return outcomes.filter((outcome) => outcome.engine === engine() && outcome.passed)
}

function record(table, outcomes) {
  const path = inRoot('docs/reliability.md')
  const text = readFileSync(path, 'utf8')
  const at = /(<!-- full set: begin -->\n)[^]*?(<!-- full set: end -->)/
  if (!at.test(text)) throw new SetupError('docs/reliability.md has no place for the table')
  const date = new Date().toISOString().slice(0, 10)
  const minutes = Math.round(outcomes.reduce((sum, { seconds }) => sum + seconds, 0) / 60)
  const names = outcomes.map(({ name, seconds }) => `${name} (${seconds} s)`).join(', ')
  const head = `${date}, ${minutes} minutes on two cores: ${names}.\n\n`
  writeFileSync(path, text.replace(at, `$1${head}\`\`\`text\n${table}\n\`\`\`\n$2`))
}

function held(kinds) {
  return BARS.map(([kind, bar]) => {
    const number = kinds.get(kind) ?? 0
    if (number < bar) console.log(`${kind}: ${number}, fewer than ${bar}`)
    return { passed: number >= bar ? 1 : 0, failed: number >= bar ? 0 : 1 }
  })
}

function chosen(only) {
  const names = only?.split(',')
  const suites = SUITES.filter(({ name }) => names === undefined || names.includes(name))
  if (suites.length > 0) return suites
  throw new SetupError(`The suites are ${SUITES.map(({ name }) => name).join(', ')}`)
}

async function main() {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, record: { type: 'boolean', default: false } },
  })
  const suites = chosen(values.only)
  await setUp({ tests: true })
  const outcomes = []
  for (const suite of suites) outcomes.push(await run(suite))
  const kept = keptOutcomes()
  const kinds = countedIn(kept.flatMap(({ counts }) => counts).join('\n'))
  const table = countedTable(kinds)
  console.log(`\n${table}`)
  if (values.record) record(table, kept)
  const passed = outcomes.map((outcome) => ({ passed: +outcome.passed, failed: +!outcome.passed }))
  return kept.length === SUITES.length ? [...passed, ...held(kinds)] : passed
}

try {
  conclude(await main())
} catch (error) {
  report(error)
  conclude([{ passed: 0, failed: 1 }])
}
