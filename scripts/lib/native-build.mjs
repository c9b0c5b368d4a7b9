// Builds the native code: with CMake (configured through cmake-js) where CMake is installed, else
// with node-gyp. Both read native/sources.json and put the add-on into build/Release.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { addonPath, inRoot, root } from './paths.mjs'
import { SetupError, jobCount, must, step, which } from './run.mjs'
import { fingerprint, isUpToDate, writeStamp } from './stamp.mjs'
import { ensureGtest, ensureToolchain } from './system-packages.mjs'

const jobs = String(jobCount())
const cmakeJs = inRoot('node_modules/cmake-js/bin/cmake-js')
const inputs = ['native', 'CMakeLists.txt', 'CMakePresets.json', 'binding.gyp', 'package-lock.json']

export const sources = () => JSON.parse(readFileSync(inRoot('native/sources.json'), 'utf8'))

// CMake counts when it is new enough for the presets (3.21).
export function hasCMake() {
  if (!which('cmake') || !existsSync(cmakeJs)) return false
  const { stdout } = spawnSync('cmake', ['--version'], { encoding: 'utf8' })
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(stdout ?? '') ?? [0, 0, 0]
  return Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 21)
}

export const testsPath = (folder) => inRoot('build', folder, 'ledgerstone_tests')

// Not of the coverage build: nobody else compiles the tests with its compiler.
function warningsAsErrors(preset) {
  const lenient = preset === 'release' || preset === 'coverage'
  return process.env.LEDGERSTONE_WERROR ?? (lenient ? '0' : '1')
}

function generator() {
  return which('ninja') ? 'Ninja' : 'Unix Makefiles'
}

// Configures build/<preset>. The release build goes through cmake-js, which names the headers.
export async function configure(preset, gtest) {
  const definitions = {
    LEDGERSTONE_WERROR: warningsAsErrors(preset) === '0' ? 'OFF' : 'ON',
    ...(gtest && { CMAKE_PREFIX_PATH: gtest.prefix }),
  }
  if (preset === 'release') {
    const args = Object.entries(definitions).map(([key, value]) => `--CD${key}=${value}`)
    const target = ['--out', inRoot('build/release'), '--generator', generator()]
    await must(process.execPath, [cmakeJs, 'configure', ...target, ...args])
    return
  }
  const args = Object.entries(definitions).map(([key, value]) => `-D${key}=${value}`)
  await must('cmake', ['--preset', preset, '-G', generator(), ...args])
}

export async function compile(preset, target) {
  const where = ['--build', inRoot('build', preset)]
  await must('cmake', [...where, '--parallel', jobs, ...(target ? ['--target', target] : [])])
}

// npm carries a node-gyp of its own and names it to its scripts.
export function findNodeGyp() {
  const named = process.env.npm_config_node_gyp
  if (named && existsSync(named)) return named
  const npm = process.env.npm_execpath ?? which('npm')
  const bin = npm && dirname(realpathSync(npm))
  const carried = bin && join(bin, '../node_modules/node-gyp/bin/node-gyp.js')
  if (carried && existsSync(carried)) return carried
  throw new SetupError('Neither CMake nor node-gyp was found: install CMake, or npm with node-gyp.')
}

export function nodeHeaders() {
  const prefix = join(dirname(realpathSync(process.execPath)), '..')
  const found = existsSync(join(prefix, 'include/node/node_api.h'))
  return found ? [`--nodedir=${prefix}`] : []
}

async function buildWithGyp(gtest) {
  const gyp = findNodeGyp()
  const variables = {
    ledgerstone_werror: warningsAsErrors('release'),
    ...(gtest && { ledgerstone_tests: 1, gtest_include: gtest.include, gtest_lib: gtest.lib }),
  }
  const args = Object.entries(variables).map(([key, value]) => `-D${key}=${value}`)
  const configured = [gyp, 'configure', `--directory=${root}`, ...nodeHeaders(), '--', ...args]
  await must(process.execPath, configured)
  const built = [gyp, 'build', `--directory=${root}`, ...nodeHeaders(), '--jobs', jobs]
  await must(process.execPath, built)
}

async function buildWithCMake(gtest) {
  await configure('release', gtest)
  await compile('release', gtest ? undefined : 'ledgerstone_addon')
}

function settings(withCMake, tests) {
  const { CC, CXX, CFLAGS, CXXFLAGS } = process.env
  const werror = warningsAsErrors('release')
  return { withCMake, tests, werror, CC, CXX, CFLAGS, CXXFLAGS, abi: process.arch }
}

// Ensures the add-on and, with `tests`, the native unit tests. Resolves to { tests }: the path of
// the test program, or undefined where there is none to run, with `reason` for the reader.
export async function ensureNative({ tests = false } = {}) {
  const lists = sources()
  if (lists.binding.length === 0) {
    console.log('native/sources.json lists no add-on sources: nothing native to build')
    return { reason: 'there are no native sources' }
  }
  const withCMake = hasCMake()
  const gtest = tests && lists.tests.length > 0 ? await ensureGtest() : undefined
  const program = gtest && testsPath(withCMake ? 'release' : 'Release')
  const name = tests ? 'native-with-tests' : 'native'
  const mark = fingerprint(inputs, settings(withCMake, program))
  const outputs = program ? [addonPath, program] : [addonPath]
  if (!isUpToDate(name, mark, outputs)) {
    await ensureToolchain(!withCMake || generator() !== 'Ninja')
    await step(`Building the engine (${withCMake ? 'CMake' : 'node-gyp'})`, () =>
      withCMake ? buildWithCMake(gtest) : buildWithGyp(gtest),
    )
    writeStamp(name, mark)
  }
  if (program !== undefined) {
    writeStamp('native', fingerprint(inputs, settings(withCMake, undefined)))
    return { tests: program }
  }
  return { reason: tests ? missingTests(lists) : undefined }
}

function missingTests(lists) {
  if (lists.tests.length === 0) return 'native/sources.json lists no unit tests'
  return (
    'GoogleTest is missing and could not be installed without root: ' +
    'run "apt-get install libgtest-dev" as root, then npm test again'
  )
}
