// Runs a GoogleTest program and counts its cases. Only failures and the summary are shown. A
// program that dies counts the case it was in as failed.
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { capture, which } from './run.mjs'

const noise = /^\[( RUN {6}| {7}OK |-{10}|={10})\]|^$|^Note: Google Test filter|^Running main/

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

export async function runNativeTests(program, { preset = 'release', filter } = {}) {
  if (!existsSync(program)) {
    console.log(`There is no test program ${program}`)
    return { passed: 0, failed: 1, skipped: 0 }
  }
  const args = filter ? [`--gtest_filter=${filter}`] : []
  const [command, ...rest] = [...(await fixedLayout(preset)), program, ...args]
  const { code, signal, output } = await capture(command, rest, {
    env: environments[preset],
    echo: (line) => !noise.test(line),
  })
  const counts = countCases(output, signal ? 1 : code)
  if (counts.died) {
    const last = [...output.matchAll(/^\[ RUN {6}\] (\S+)/gm)].at(-1)?.[1] ?? 'no test'
    console.log(`${basename(program)} ended with ${signal ?? code} in ${last}`)
  }
  if (counts.skipped > 0) console.log(`${counts.skipped} native tests skipped`)
  return counts
}
