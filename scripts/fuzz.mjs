#!/usr/bin/env node
// Runs the fuzz targets of native/fuzz under AddressSanitizer and UndefinedBehaviorSanitizer.
//   node scripts/fuzz.mjs [--seconds 60] [--only TARGET] [--keep]
// Each target runs so many seconds, as many targets at a time as there are cores. It starts from
// native/fuzz/corpus/TARGET.txt (an input a line, in hexadecimal) and from what earlier runs found
// (build/fuzz/corpus); --keep writes a small set that reaches as much back to the text file. An
// input that breaks a target stays in build/fuzz/findings. Needs CMake and clang 19 (installed by
// apt where that is possible).
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

const KEPT_INPUTS_MAX = 150
const INPUT_BYTES_MAX = 1024
const work = (...parts) => inRoot('build/fuzz', ...parts)
const textOf = (target) => inRoot('native/fuzz/corpus', `${target}.txt`)
const programOf = (target) => work(`ledgerstone_fuzz_${target}`)

async function build() {
  if (!hasCMake()) throw new SetupError('CMake is missing: the fuzz targets need it')
  const packages = ['clang-19', 'libclang-rt-19-dev']
  if (!which('clang++-19') && !(await installSystem(packages))) {
    throw new SetupError(`clang 19 is missing: install ${packages.join(' and ')}`)
  }
  await ensurePackages()
  await step('Building the fuzz targets', async () => {
    await configure('fuzz')
    await compile('fuzz')
  })
}

// Puts the kept inputs among those that earlier runs found.
function unpack(target) {
  const folder = work('corpus', target)
  mkdirSync(folder, { recursive: true })
  if (!existsSync(textOf(target))) return folder
  const lines = readFileSync(textOf(target), 'utf8').split('\n')
  for (const [index, line] of lines.filter((each) => each !== '').entries()) {
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
  writeFileSync(textOf(target), `${lines.slice(0, KEPT_INPUTS_MAX).join('\n')}\n`)
}

async function fuzz(target, seconds) {
  const folder = unpack(target)
  const findings = work('findings', target)
  mkdirSync(findings, { recursive: true })
  const { code, output } = await capture(programOf(target), [
    folder,
    `-max_total_time=${seconds}`,
    `-max_len=${INPUT_BYTES_MAX}`,
    '-timeout=20',
    '-rss_limit_mb=2048',
    '-print_final_stats=1',
    `-artifact_prefix=${findings}/`,
  ])
  const runs = Number(/stat::number_of_executed_units: (\d+)/.exec(output)?.[1] ?? 0)
  const reached = [...output.matchAll(/cov: (\d+)/g)].at(-1)?.[1] ?? '?'
  if (code === 0 && runs > 0) {
    console.log(`${target}: ${runs.toLocaleString('en')} inputs, ${reached} edges reached`)
    return { passed: 1, failed: 0, runs }
  }
  const input = /Test unit written to (\S+)/.exec(output)?.[1]
  console.log(output.split('\n').slice(-60).join('\n'))
  console.log(`${target}: broken${input ? `; again by: ${programOf(target)} ${input}` : ''}`)
  return { passed: 0, failed: 1, runs }
}

async function main() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      only: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
  })
  const seconds = Number(values.seconds)
  if (!Number.isInteger(seconds) || seconds < 1) {
    throw new SetupError('--seconds takes a whole number from 1')
  }
  const all = sources().fuzz.map((path) => basename(path, '.cc'))
  const targets = all.filter((name) => values.only === undefined || name === values.only)
  if (targets.length === 0) throw new SetupError(`The targets are ${all.join(', ')}`)
  await withLock(build)
  const outcomes = []
  const take = async () => {
    for (let target = targets.shift(); target; target = targets.shift()) {
      outcomes.push(await fuzz(target, seconds))
      if (values.keep) await keep(target, work('corpus', target))
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, take))
  const runs = outcomes.reduce((sum, outcome) => sum + outcome.runs, 0)
  console.log(`${runs.toLocaleString('en')} inputs in all`)
  return outcomes
}

try {
  conclude(await main())
} catch (error) {
  report(error)
  conclude([{ passed: 0, failed: 1 }])
}
