#!/usr/bin/env node
// Proves the native tests: puts each bug of test/planted/bugs.mjs into the engine by itself, links
// the tests with it, and expects one of the bug's suites to fail.
//   node scripts/planted-bugs.mjs [--only TEXT] [--record]
// --only takes the bugs whose name or file holds TEXT; --record puts the table into
// docs/testing.md. Needs CMake and Ninja. Nothing in the sources is changed: the altered file is
// compiled from a copy.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bugs } from '../test/planted/bugs.mjs'
import { withLock } from './lib/lock.mjs'
import { compile, configure, testsPath } from './lib/native-build.mjs'
import { inRoot } from './lib/paths.mjs'
import { SetupError, capture, must, step, which } from './lib/run.mjs'
import { ensureGtest } from './lib/system-packages.mjs'
import { conclude } from './lib/totals.mjs'
import { report } from './setup.mjs'

const TEST_SECONDS_MAX = 240
const buildFolder = inRoot('build/release')
const page = inRoot('docs/testing.md')
const marks = ['<!-- planted bugs: begin -->', '<!-- planted bugs: end -->']

// The words of a shell command as the build system writes them.
const words = (command) =>
  (command.match(/(?:[^\s"\\]|\\.|"(?:[^"\\]|\\.)*")+/g) ?? []).map((word) =>
    word.replace(/"((?:[^"\\]|\\.)*)"/g, '$1').replace(/\\(.)/g, '$1'),
  )

function compileCommands() {
  const text = readFileSync(join(buildFolder, 'compile_commands.json'), 'utf8')
  return new Map(JSON.parse(text).map(({ file, command }) => [file, words(command)]))
}

// The command that links the tests, from Ninja: [program, ...arguments].
async function linkCommand() {
  const ninja = which('ninja')
  if (!ninja) throw new SetupError('Ninja is missing: install ninja-build')
  const all = await must(ninja, ['-C', buildFolder, '-t', 'commands', 'ledgerstone_tests'])
  const link = words(all.trimEnd().split('\n').at(-1)).filter((word) => !/^(:|&&)$/.test(word))
  if (!link.includes('-o')) throw new SetupError('Ninja does not say how the tests are linked')
  return link
}

// What links the tests into `program`, with `object` in place of the engine's own.
function linkWith(link, object, program) {
  const firstLibrary = link.findIndex((word) => word.endsWith('.a'))
  const args = [...link.slice(0, firstLibrary), object, ...link.slice(firstLibrary)]
  args[args.indexOf('-o') + 1] = program
  return args
}

async function buildWith(bug, folder, commands, link) {
  const original = inRoot('native', bug.file)
  const text = readFileSync(original, 'utf8')
  if (text.split(bug.find).length !== 2) throw new Error(`no place for it in ${bug.file}`)
  const command = commands.get(original)
  if (command === undefined) throw new Error(`${bug.file} is not compiled`)
  const source = join(folder, 'planted.cc')
  const object = join(folder, 'planted.o')
  writeFileSync(source, text.replace(bug.find, () => bug.replace))
  const args = command.map((word) => (word === original ? source : word))
  args[args.indexOf('-o') + 1] = object
  await must(args[0], args.slice(1), { cwd: buildFolder })
  const program = join(folder, 'tests')
  const [linker, ...rest] = linkWith(link, object, program)
  await must(linker, rest, { cwd: buildFolder })
  return program
}

// The first test that fails, or what else stopped the program; undefined when all pass.
async function firstFailure(program, filter) {
  const args = [`--gtest_filter=${filter}`, '--gtest_fail_fast']
  const { code, output } = await capture('timeout', [`${TEST_SECONDS_MAX}`, program, ...args])
  if (!/^\[={10}\] Running [1-9]/m.test(output)) throw new Error(`no test is named ${filter}`)
  if (code === 0) return undefined
  const failed = /^\[ {2}FAILED {2}\] ([^\s,]+)/m.exec(output)?.[1]
  const last = [...output.matchAll(/^\[ RUN {6}\] (\S+)/gm)].at(-1)?.[1] ?? 'the start'
  return failed ?? `${last} (${code === 124 ? 'it hangs' : 'it stops the program'})`
}

async function tryBug(bug, folder, commands, link) {
  mkdirSync(folder)
  try {
    const caught = await firstFailure(await buildWith(bug, folder, commands, link), bug.suites)
    return { bug, caught }
  } catch (error) {
    return { bug, error: error.message }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function tryAll(chosen, commands, link) {
  const folder = mkdtempSync(join(tmpdir(), 'ledgerstone-planted-'))
  const waiting = [...chosen.entries()]
  const outcomes = []
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, bug] = next
      outcomes[index] = await tryBug(bug, join(folder, String(index)), commands, link)
      const { caught, error } = outcomes[index]
      console.log(`${caught ? 'caught' : 'MISSED'}  ${bug.name}: ${caught ?? error ?? 'all pass'}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, work))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return outcomes
}

function record(outcomes) {
  const rows = outcomes.map(
    ({ bug, caught }) => `| ${bug.name} | \`${bug.file}\` | ${caught ?? '**none**'} |`,
  )
  const table = ['| planted bug | in | first test that caught it |', '|---|---|---|', ...rows]
  const text = readFileSync(page, 'utf8')
  const [before, after] = [text.indexOf(marks[0]) + marks[0].length, text.indexOf(marks[1])]
  const changed = `${text.slice(0, before)}\n${table.join('\n')}\n${text.slice(after)}`
  writeFileSync(page, changed)
}

async function main() {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, record: { type: 'boolean', default: false } },
  })
  const wanted = values.only ?? ''
  const chosen = bugs.filter(({ name, file }) => name.includes(wanted) || file.includes(wanted))
  await withLock(() =>
    step('Building the native tests', async () => {
      await configure('release', await ensureGtest())
      await compile('release')
    }),
  )
  const filters = [...new Set(chosen.map(({ suites }) => suites))].join(':')
  const sound = await step('Running the suites without a bug', () =>
    firstFailure(testsPath('release'), filters),
  )
  if (sound !== undefined) throw new SetupError(`${sound} fails without a bug`)
  const outcomes = await tryAll(chosen, compileCommands(), await linkCommand())
  if (values.record) record(outcomes)
  const passed = outcomes.filter(({ caught }) => caught !== undefined).length
  return { passed, failed: outcomes.length - passed }
}

try {
  conclude([await main()])
} catch (error) {
  report(error)
  conclude([{ passed: 0, failed: 1 }])
}
