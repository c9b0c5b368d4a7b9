// What the native build needs from the system. Missing Debian packages are installed by root (or
// by sudo where that asks nothing); GoogleTest can also be unpacked into build/deps by anybody.
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from './paths.mjs'
import { SetupError, capture, must, step, which } from './run.mjs'

const privateRoot = inRoot('build/deps')

async function installer() {
  if (!which('apt-get')) return undefined
  if (process.getuid?.() === 0) return ['apt-get']
  if (which('sudo') && (await capture('sudo', ['-n', 'true'])).code === 0) {
    return ['sudo', '-n', 'apt-get']
  }
  return undefined
}

// Resolves to true when the packages were installed.
export async function installSystem(packages) {
  const apt = await installer()
  if (apt === undefined) return false
  const [command, ...first] = apt
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const install = [...first, 'install', '-y', '--no-install-recommends', ...packages]
  return step(`Installing system packages (${packages.join(', ')})`, async () => {
    if ((await capture(command, install, { env })).code === 0) return true
    await capture(command, [...first, 'update'], { env })
    const { code, output } = await capture(command, install, { env })
    if (code !== 0) console.log(output.trimEnd())
    return code === 0
  })
}

async function unpackGtest() {
  if (!which('apt-get') || !which('dpkg-deb')) return false
  const debs = join(privateRoot, 'debs')
  mkdirSync(join(debs, 'state/lists/partial'), { recursive: true })
  mkdirSync(join(debs, 'cache/archives/partial'), { recursive: true })
  const own = ['-o', `Dir::State=${debs}/state`, '-o', `Dir::Cache=${debs}/cache`]
  own.push('-o', 'Dir::State::status=/var/lib/dpkg/status')
  return step('Unpacking libgtest-dev into build/deps', async () => {
    const download = ['download', 'libgtest-dev']
    if ((await capture('apt-get', download, { cwd: debs })).code !== 0) {
      await capture('apt-get', [...own, 'update'], { cwd: debs })
      const { code } = await capture('apt-get', [...own, ...download], { cwd: debs })
      if (code !== 0) return false
    }
    const deb = readdirSync(debs).find((name) => name.endsWith('.deb'))
    if (deb === undefined) return false
    await must('dpkg-deb', ['-x', join(debs, deb), privateRoot])
    return true
  })
}

// { include, lib } of an installed GoogleTest under `prefix`, or undefined.
function gtestUnder(prefix) {
  const include = join(prefix, 'include')
  if (!existsSync(join(include, 'gtest/gtest.h'))) return undefined
  const lib = join(prefix, 'lib')
  const folders = existsSync(lib) ? readdirSync(lib).map((name) => join(lib, name)) : []
  const found = [lib, ...folders].find((folder) => existsSync(join(folder, 'libgtest.a')))
  return found === undefined ? undefined : { prefix, include, lib: found }
}

function findGtest() {
  const prefixes = ['/usr', '/usr/local', '/opt/homebrew', join(privateRoot, 'usr')]
  return prefixes.map(gtestUnder).find((found) => found !== undefined)
}

export async function ensureGtest() {
  const found = findGtest()
  if (found !== undefined) return found
  if (!(await installSystem(['libgtest-dev']))) await unpackGtest()
  return findGtest()
}

// The programs without which nothing can be compiled.
export async function ensureToolchain(needsMake) {
  const missing = []
  if (!process.env.CXX && !['c++', 'g++', 'clang++'].some(which)) missing.push('g++')
  if (needsMake && !which('make')) missing.push('make')
  if (missing.length === 0 || (await installSystem(missing))) return
  throw new SetupError(
    `The native build needs ${missing.join(' and ')}. Install it (Debian: apt-get install ` +
      `${missing.join(' ')}; macOS: xcode-select --install) and run this again.`,
  )
}
