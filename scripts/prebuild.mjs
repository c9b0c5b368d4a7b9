#!/usr/bin/env node
// Puts the add-on of this platform into prebuilds/ for packing, and takes it out again afterwards
// (--remove), so that a working copy always loads what it has just built. On x86-64 Linux it is
// linked for older systems too (scripts/lib/floor.mjs), and packing fails when it would not load
// there.
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { aboveFloor } from './lib/floor.mjs'
import { compile, hasCMake } from './lib/native-build.mjs'
import { addonPath, inRoot } from './lib/paths.mjs'
import { SetupError, step } from './lib/run.mjs'
import { report, setUp } from './setup.mjs'

const platform = `${process.platform}-${process.arch}`
const folder = inRoot('prebuilds', platform)
const binary = inRoot('prebuilds', platform, 'ledgerstone.node')
const linked = inRoot('build/Prebuilt/ledgerstone.node')

async function linkForOlderSystems() {
  if (!hasCMake()) throw new SetupError('CMake is missing: the binary for packing needs it')
  await step('Linking the add-on for older systems', () =>
    compile('release', 'ledgerstone_prebuilt'),
  )
  const problems = aboveFloor(readFileSync(linked))
  if (problems.length > 0) {
    throw new SetupError(`The binary would not load on older systems: it ${problems.join(', ')}`)
  }
}

async function add() {
  await setUp()
  if (platform === 'linux-x64') await linkForOlderSystems()
  mkdirSync(folder, { recursive: true })
  copyFileSync(platform === 'linux-x64' ? linked : addonPath, `${binary}.new`)
  renameSync(`${binary}.new`, binary)
}

try {
  if (process.argv.includes('--remove')) rmSync(folder, { recursive: true, force: true })
  else await add()
} catch (error) {
  report(error)
  rmSync(folder, { recursive: true, force: true })
  process.exitCode = 1
}
