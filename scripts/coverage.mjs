#!/usr/bin/env node
// Measures what the native tests reach of the engine (clang 19, llvm-cov): lines, branches, and of
// the files that no crash may get past also MC/DC (each condition decides by itself once).
//   node scripts/coverage.mjs [--filter GTEST] [--report] [--missing FILE] [--record]
// --report shows the last run again; --missing shows a file's gaps with their source (below
// native/; `worst` lists the files by gaps); --record puts the tables into docs/testing.md.
//
// What counts (scripts/lib/coverage-facts.mjs):
// 1. The sources of "engine" in native/sources.json and the headers beside them. What the tests
//    instantiate of a header counts; the standard library does not.
// 2. A branch is one outcome of one condition. LS_RETURN_IF_ERROR has two wherever it is written, a
//    `case` has one. Instantiations of a template are taken together.
// 3. The conditions of LS_CHECK do not count: a failing one ends the process.
// 4. What nothing can reach is listed with its reason in test/unreachable/unreachable.mjs, and does
//    not count either. An entry that is reached after all, or that fits no place, fails the run.
// Needs CMake, and clang 19 with its llvm tools (installed by apt where that is possible).
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { unreachable } from '../test/unreachable/unreachable.mjs'
import { readFacts } from './lib/coverage-facts.mjs'
import { judge, showFile, showWorst, tables } from './lib/coverage-report.mjs'
import { withLock } from './lib/lock.mjs'
import { compile, configure, hasCMake, sources, testsPath } from './lib/native-build.mjs'
import { runNativeTests } from './lib/native-tests.mjs'
import { ensurePackages } from './lib/packages.mjs'
import { inRoot } from './lib/paths.mjs'
import { SetupError, must, step, which } from './lib/run.mjs'
import { ensureGtest, installSystem } from './lib/system-packages.mjs'
import { conclude } from './lib/totals.mjs'
import { report } from './setup.mjs'

const PROFILES_PER_POOL = 4
const tools = ['clang++-19', 'llvm-profdata-19', 'llvm-cov-19']
const packages = ['clang-19', 'libclang-rt-19-dev', 'llvm-19']
const page = inRoot('docs/testing.md')
const marks = ['<!-- coverage: begin -->', '<!-- coverage: end -->']
const work = (...parts) => inRoot('build/coverage', ...parts)

async function build() {
  if (!hasCMake()) throw new SetupError('CMake is missing: the presets need it')
  if (!tools.every(which) && !(await installSystem(packages))) {
    throw new SetupError(`clang 19 is missing: install ${packages.join(', ')}`)
  }
  await ensurePackages()
  const gtest = await ensureGtest()
  if (gtest === undefined) throw new SetupError('GoogleTest is missing: install libgtest-dev')
  await step('Building the native tests (coverage)', async () => {
    await configure('coverage', gtest)
    await compile('coverage', 'ledgerstone_tests')
  })
}

async function run(filter) {
  const profiles = work('profiles')
  rmSync(profiles, { recursive: true, force: true })
  mkdirSync(profiles, { recursive: true })
  const env = { LLVM_PROFILE_FILE: join(profiles, `%${PROFILES_PER_POOL}m.profraw`) }
  const counts = await step('Running the native tests', () =>
    runNativeTests(testsPath('coverage'), { preset: 'coverage', filter, env }),
  )
  const parts = readdirSync(profiles).map((name) => join(profiles, name))
  await must('llvm-profdata-19', ['merge', '-sparse', ...parts, '-o', work('profile')])
  return counts
}

// Straight to a file: it is many megabytes.
function exportTo(name, format) {
  const from = [testsPath('coverage'), `-instr-profile=${work('profile')}`, inRoot('native')]
  const file = openSync(work(name), 'w')
  const stdio = ['ignore', file, 'inherit']
  const { status } = spawnSync('llvm-cov-19', ['export', `-format=${format}`, ...from], { stdio })
  closeSync(file)
  if (status !== 0) throw new SetupError(`llvm-cov-19 failed (${status})`)
}

function facts(reuse) {
  const { engine: rooms, testing } = sources()
  const engine = Object.values(rooms).flat()
  if (!reuse) {
    exportTo('lines.lcov', 'lcov')
    exportTo('branches.json', 'text')
  }
  const lcov = readFileSync(work('lines.lcov'), 'utf8')
  const exported = JSON.parse(readFileSync(work('branches.json'), 'utf8'))
  return readFacts({ native: inRoot('native'), engine, testing, lcov, exported, unreachable })
}

function record(text) {
  const before = readFileSync(page, 'utf8')
  const [from, to] = [before.indexOf(marks[0]) + marks[0].length, before.indexOf(marks[1])]
  writeFileSync(page, `${before.slice(0, from)}\n${text}\n${before.slice(to)}`)
}

async function main() {
  const { values } = parseArgs({
    options: {
      filter: { type: 'string' },
      report: { type: 'boolean', default: false },
      missing: { type: 'string' },
      record: { type: 'boolean', default: false },
    },
  })
  const reuse = values.report || values.missing !== undefined
  const counts = []
  if (!reuse) {
    await withLock(build)
    counts.push(await run(values.filter))
  }
  const found = facts(reuse)
  if (values.missing !== undefined) {
    console.log(values.missing === 'worst' ? showWorst(found) : showFile(found, values.missing))
    return [{ passed: 1, failed: 0 }]
  }
  const verdict = judge(found)
  console.log(tables(found, verdict))
  if (values.record) record(tables(found, { ...verdict, gaps: [] }))
  return [...counts, { passed: verdict.met.length, failed: verdict.missed.length }]
}

try {
  conclude(await main())
} catch (error) {
  report(error)
  conclude([{ passed: 0, failed: 1 }])
}
