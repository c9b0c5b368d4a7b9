#!/usr/bin/env node
// Runs the fuzz targets of native/fuzz under AddressSanitizer and UndefinedBehaviorSanitizer.
//   node scripts/fuzz.mjs [--seconds 60 | --total 120] [--executions N] [--only TARGET,…] [--keep]
// Each target runs so many seconds (or its share of a total), or so many inputs, as many targets at
// a time as there are cores. It starts from native/fuzz/corpus/TARGET.txt (an input a line, in
// hexadecimal), from what the engine itself writes (tools/fuzz_seeds.cc), and from what earlier
// runs found (build/fuzz/corpus); --keep writes a small set that reaches as much back to the text
// file. An input that breaks a target stays in build/fuzz/findings. Needs CMake and clang 19
// (installed by apt where that is possible).
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { withLock } from './lib/lock.mjs'
import { compile, configure, hasCMake, sources } from './lib/native-build.mjs'
import { ensurePackages } from './lib/packages.mjs'
import { inRoot } from './lib/paths.mjs'
import { SetupError, capture, must, step, which } from './lib/run.mjs'
import { installSystem } from './lib/system-packages.mjs'
import { conclude } from './lib/totals.mjs'
import { report } from './setup.mjs'

const KEPT_TEXT_MAX = 32 * 1024
const INPUT_BYTES_MAX = 1024
// These run a whole store or event log for each input; the others read bytes.
const WHOLE_ENGINE = ['event_log', 'log_replay', 'store_api']
// Short stacks of allocations make a run several times as quick; what cannot be allocated is an
// error that the engine tells.
const ASAN_OPTIONS = 'malloc_context_size=2:quarantine_size_mb=8:allocator_may_return_null=1'
const work = (...parts) => inRoot('build/fuzz', ...parts)
const textOf = (target) => inRoot('native/fuzz/corpus', `${target}.txt`)
const programOf = (target) => work(`ledgerstone_fuzz_${target}`)
const linesOf = (text) => text.split('\n').filter((line) => line !== '')

async function build() {
  if (!hasCMake()) throw new SetupError('CMake is missing: the fuzz targets need it')
  const packages = ['clang-19', 'libclang-rt-19-dev']
  if (!which('clang++-19') && !(await installSystem(packages))) {
    throw new SetupError(`clang 19 is missing: install ${packages.join(' and ')}`)
  }
  await ensurePackages()
  await step('Building the fuzz targets', async () => {
    await configure('fuzz')
    await compile('fuzz', 'ledgerstone_fuzz')
  })
}

// Puts the kept inputs and the seeds among those that earlier runs found.
function unpack(target, seeds) {
  const folder = work('corpus', target)
  mkdirSync(folder, { recursive: true })
  const kept = existsSync(textOf(target)) ? linesOf(readFileSync(textOf(target), 'utf8')) : []
  const own = seeds.filter((line) => line.startsWith(`${target} `))
  const inputs = [...kept, ...own.map((line) => line.slice(target.length + 1))]
  for (const [index, line] of inputs.entries()) {
    writeFileSync(join(folder, `kept-${index}`), line, 'hex')
  }
  return folder
}

// The fewest inputs that reach what all of them reach; of these the shortest.
async function keep(target, folder) {
  const merged = work('merged', target)
  rmSync(merged, { recursive: true, force: true })
  mkdirSync(merged, { recursive: true })
  await must(programOf(target), ['-set_cover_merge=1', merged, folder])
  const inputs = readdirSync(merged).map((name) => readFileSync(join(merged, name), 'hex'))
  const lines = inputs.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  let size = 0
  const short = lines.filter((line) => (size += line.length + 1) <= KEPT_TEXT_MAX)
  mkdirSync(inRoot('native/fuzz/corpus'), { recursive: true })
  writeFileSync(textOf(target), `${short.join('\n')}\n`)
}

async function fuzz(target, folder, { seconds, executions }) {
  const findings = work('findings', target)
  mkdirSync(findings, { recursive: true })
  const limits = [
    `-max_total_time=${seconds}`,
    ...(executions === undefined ? [] : [`-runs=${executions}`]),
    `-max_len=${INPUT_BYTES_MAX}`,
    '-timeout=20',
    '-rss_limit_mb=2048',
  ]
  const args = [folder, ...limits, '-print_final_stats=1', `-artifact_prefix=${findings}/`]
  const { code, output } = await capture(programOf(target), args, { env: { ASAN_OPTIONS } })
  const runs = Number(/stat::number_of_executed_units: (\d+)/.exec(output)?.[1] ?? 0)
  const reached = [...output.matchAll(/cov: (\d+)/g)].at(-1)?.[1] ?? '?'
  const done = Number(/Done \d+ runs in (\d+) second/.exec(output)?.[1] ?? 0)
  if (code === 0 && runs > 0) {
    console.log(`${target}: ${runs.toLocaleString('en')} inputs in ${done} s, ${reached} edges`)
    return { target, passed: 1, failed: 0, runs }
  }
  const input = /Test unit written to (\S+)/.exec(output)?.[1]
  console.log(output.split('\n').slice(-60).join('\n'))
  console.log(`${target}: broken${input ? `; again by: ${programOf(target)} ${input}` : ''}`)
  return { target, passed: 0, failed: 1, runs }
}

function printCounts(outcomes) {
  const total = (list) => list.reduce((sum, { runs }) => sum + runs, 0)
  const isWhole = ({ target }) => WHOLE_ENGINE.includes(target)
  for (const { target, runs } of outcomes) console.log(`counted ${runs} fuzz executions: ${target}`)
  const parsers = outcomes.filter((outcome) => !isWhole(outcome))
  console.log(`counted ${total(parsers)} parser fuzz executions`)
  console.log(`counted ${total(outcomes.filter(isWhole))} store fuzz executions`)
}

function wholeNumber(name, text) {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1) return number
  throw new SetupError(`--${name} takes a whole number from 1`)
}

// What to run and how long.
function plan(all) {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      total: { type: 'string' },
      executions: { type: 'string' },
      only: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
  })
  const only = values.only?.split(',')
  const targets = all.filter((name) => only === undefined || only.includes(name))
  if (targets.length === 0 || (only !== undefined && targets.length < only.length)) {
    throw new SetupError(`The targets are ${all.join(', ')}`)
  }
  const executions = values.executions && wholeNumber('executions', values.executions)
  const share = (total) => Math.ceil((total * availableParallelism()) / targets.length)
  const seconds =
    values.total === undefined
      ? wholeNumber('seconds', values.seconds)
      : share(wholeNumber('total', values.total))
  return { targets, limits: { seconds, executions }, keeps: values.keep }
}

async function main() {
  const { targets, limits, keeps } = plan(sources().fuzz.map((path) => basename(path, '.cc')))
  await withLock(build)
  const seeds = linesOf(await must(programOf('seeds'), []))
  const outcomes = []
  const take = async () => {
    for (let target = targets.shift(); target; target = targets.shift()) {
      const folder = unpack(target, seeds)
      outcomes.push(await fuzz(target, folder, limits))
      if (keeps) await keep(target, folder)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, take))
  printCounts(outcomes.sort((a, b) => (a.target < b.target ? -1 : 1)))
  return outcomes
}

try {
  conclude(await main())
} catch (error) {
  report(error)
  conclude([{ passed: 0, failed: 1 }])
}
