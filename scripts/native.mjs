#!/usr/bin/env node
// Configures, builds and runs the native unit tests of one CMake preset, in build/<preset>.
//   node scripts/native.mjs release|asan|tsan [GoogleTest filter]
import { withLock } from './lib/lock.mjs'
import { compile, configure, hasCMake, testsPath } from './lib/native-build.mjs'
import { runNativeTests } from './lib/native-tests.mjs'
import { ensurePackages } from './lib/packages.mjs'
import { SetupError, step } from './lib/run.mjs'
import { ensureGtest, ensureToolchain } from './lib/system-packages.mjs'
import { conclude } from './lib/totals.mjs'
import { report, requireNode } from './setup.mjs'

const presets = ['release', 'asan', 'tsan']

async function build(preset) {
  await ensurePackages()
  await ensureToolchain(false)
  const gtest = await ensureGtest()
  if (gtest === undefined) throw new SetupError('GoogleTest is missing: install libgtest-dev')
  if (!hasCMake()) throw new SetupError('CMake is missing: the presets need it')
  await step(`Building the native tests (${preset})`, async () => {
    await configure(preset, gtest)
    await compile(preset)
  })
}

async function main() {
  requireNode()
  const [preset, filter] = process.argv.slice(2)
  if (!presets.includes(preset)) {
    throw new SetupError(`Usage: node scripts/native.mjs ${presets.join('|')} [filter]`)
  }
  await withLock(() => build(preset))
  return runNativeTests(testsPath(preset), { preset, filter })
}

try {
  conclude([await main()])
} catch (error) {
  report(error)
  conclude([{ passed: 0, failed: 1 }])
}
