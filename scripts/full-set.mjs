#!/usr/bin/env node
// The fault suites at full size, one after the other: about an hour on two cores.
//   node scripts/full-set.mjs [--only NAME] [--record]
// Ends with what was counted of each kind, against what the full set is to reach. --record puts
// the table into docs/reliability.md, with the date.
import { readFileSync, writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { BARS, countedIn, countedTable } from './lib/counted.mjs'
import { inRoot } from './lib/paths.mjs'
import { SetupError, capture } from './lib/run.mjs'
import { conclude } from './lib/totals.mjs'
import { report, setUp } from './setup.mjs'

const node = process.execPath
const vitest = (file) => [node, inRoot('node_modules/vitest/vitest.mjs'), 'run', file]
const native = (filter) => [node, inRoot('scripts/native.mjs'), 'release', filter]

const SUITES = [
  {
    name: 'simulated',
    command: native(
      '*PowerLoss*:*StoreFault*:*EventLogFault*:StoreCheckpoint*:StoreBackup*:*Allocation*',
    ),
    env: { LEDGERSTONE_ROUNDS: '12' },
  },
  { name: 'damage', command: native('*Damage*'), env: { LEDGERSTONE_ROUNDS: '4' } },
  { name: 'metamorphic', command: native('*Metamorphic*'), env: { LEDGERSTONE_ROUNDS: '50' } },
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
  { name: 'histories', command: vitest('test/linear'), env: { LEDGERSTONE_LONG: '1' } },
  { name: 'fuzzing', command: [node, inRoot('scripts/fuzz.mjs'), '--seconds', '120'] },
]

const shown = (line) => /^counted |^Not run|passed, \d+ failed$|^ (FAIL| ❯)|FAILED/.test(line)
const countsOf = (output) =>
  output
    .split('\n')
    .filter((line) => line.startsWith('counted '))
    .join('\n')

async function run({ name, command, env }) {
  const [program, ...args] = command
  const began = performance.now()
  console.log(`== ${name}`)
  const { code, output } = await capture(program, args, { env, echo: shown })
  const seconds = Math.round((performance.now() - began) / 1000)
  console.log(`== ${name}: ${code === 0 ? 'passed' : 'FAILED'}, ${seconds} s`)
  if (code !== 0) console.log(output.split('\n').slice(-80).join('\n'))
  return { passed: code === 0, counts: countsOf(output), seconds }
}

function record(table, seconds) {
  const path = inRoot('docs/reliability.md')
  const text = readFileSync(path, 'utf8')
  const at = /(<!-- full set: begin -->\n)[^]*?(<!-- full set: end -->)/
  if (!at.test(text)) throw new SetupError('docs/reliability.md has no place for the table')
  const date = new Date().toISOString().slice(0, 10)
  const head = `Last run: ${date}, ${Math.round(seconds / 60)} minutes on two cores.\n\n`
  writeFileSync(path, text.replace(at, `$1${head}\`\`\`text\n${table}\n\`\`\`\n$2`))
}

// Kinds that cannot be reached on this machine (no mounts) are missing from the table, and said.
function held(kinds) {
  return BARS.map(([kind, bar]) => {
    const number = kinds.get(kind) ?? 0
    if (number < bar) console.log(`${kind}: ${number}, fewer than ${bar}`)
    return { passed: number >= bar ? 1 : 0, failed: number >= bar ? 0 : 1 }
  })
}

async function main() {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, record: { type: 'boolean', default: false } },
  })
  const suites = SUITES.filter(({ name }) => values.only === undefined || name === values.only)
  if (suites.length === 0) {
    throw new SetupError(`The suites are ${SUITES.map(({ name }) => name).join(', ')}`)
  }
  await setUp({ tests: true })
  const outcomes = []
  for (const suite of suites) outcomes.push(await run(suite))
  const kinds = countedIn(outcomes.map(({ counts }) => counts).join('\n'))
  const table = countedTable(kinds)
  console.log(`\n${table}`)
  if (values.record) record(table, outcomes.reduce((sum, { seconds }) => sum + seconds, 0))
  const suitesPassed = outcomes.map(({ passed }) => ({ passed: +passed, failed: +!passed }))
  return values.only === undefined ? [...suitesPassed, ...held(kinds)] : suitesPassed
}

try {
  conclude(await main())
} catch (error) {
  report(error)
  conclude([{ passed: 0, failed: 1 }])
}
