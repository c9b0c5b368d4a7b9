// Runs a GoogleTest program and counts its cases: each suite in a process of its own, as many at a
// time as there are cores. Only failures and what the suites say are shown. A program that dies
// counts the case it was in as failed.
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { capture, jobCount, must, which } from './run.mjs'

const noise =
  /^\[( RUN {6}| {7}OK | {2}PASSED {2}|-{10}|={10})\]|^$|^Note: Google Test filter|^Running main/

const environments = {
  asan: {
    ASAN_OPTIONS: 'detect_stack_use_after_return=1:check_initialization_order=1',
    UBSAN_OPTIONS: 'print_stacktrace=1',
  },
  tsan: { TSAN_OPTIONS: 'second_deadlock_stack=1:halt_on_error=1' },
}

// ThreadSanitizer of older compilers does not bear the address layout of newer kernels.
async function fixedLayout(preset) {
  if (preset !== 'tsan' || !which('setarch')) return []
  const { code } = await capture('setarch', ['-R', 'true'])
  return code === 0 ? ['setarch', '-R'] : []
}

export function countCases(output, exited) {
  const count = (pattern) => output.match(pattern)?.length ?? 0
  const passed = count(/^\[ {7}OK \] \S+ \(\d+ ms\)$/gm)
  const failed = count(/^\[ {2}FAILED {2}\] \S+.*\(\d+ ms\)$/gm)
  const skipped = count(/^\[ {2}SKIPPED \] \S+ \(\d+ ms\)$/gm)
  const finished = /^\[={10}\] \d+ tests? from .* ran\./m.test(output)
  const died = failed === 0 && (exited !== 0 || !finished)
  return { passed, failed: died ? 1 : failed, skipped, died }
}

// From what --gtest_list_tests prints: { suite, tests }, tests with their suite's name. Those of a
// suite with parameters are many or long, so they come first.
export function listedSuites(listing) {
  const suites = []
  for (const line of listing.split('\n')) {
    const [, indent, name] = /^( *)(\S+)/.exec(line) ?? []
    if (indent === '' && name.endsWith('.')) suites.push({ suite: name, tests: [] })
    else if (indent === '  ') suites.at(-1)?.tests.push(suites.at(-1).suite + name)
  }
  const sweeps = suites.filter(({ suite }) => suite.includes('/'))
  return [...sweeps, ...suites.filter(({ suite }) => !suite.includes('/'))]
}

async function runSuite(command, tests, env) {
  const [name, ...args] = [...command, `--gtest_filter=${tests.join(':')}`]
  const echo = (line) => !noise.test(line)
  const { code, signal, output } = await capture(name, args, { env, echo })
  const counts = countCases(output, signal ? 1 : code)
  if (counts.died) {
    const last = [...output.matchAll(/^\[ RUN {6}\] (\S+)/gm)].at(-1)?.[1] ?? 'no test'
    console.log(`${basename(command.at(-1))} ended with ${signal ?? code} in ${last}`)
  }
  return counts
}

export async function runNativeTests(program, { preset = 'release', filter, env: added } = {}) {
  const total = { passed: 0, failed: 0, skipped: 0 }
  if (!existsSync(program)) {
    console.log(`There is no test program ${program}`)
    return { ...total, failed: 1 }
  }
  const command = [...(await fixedLayout(preset)), program]
  const select = filter ? [`--gtest_filter=${filter}`] : []
  const env = { ...environments[preset], ...added }
  const [name, ...args] = [...command, '--gtest_list_tests', ...select]
  const queue = listedSuites(await must(name, args, { env }))
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const counts = await runSuite(command, next.tests, env)
      for (const key of Object.keys(total)) total[key] += counts[key]
    }
  }
  await Promise.all(Array.from({ length: jobCount() }, work))
  if (total.skipped > 0) console.log(`${total.skipped} native tests skipped`)
  return total
}
