#!/usr/bin/env node
// Makes a working copy ready to run: npm packages, the add-on, the compiled TypeScript. Each part
// runs only when something it depends on has changed.
//   node scripts/setup.mjs                everything a program needs
//   node scripts/setup.mjs --only addon   the add-on alone (also for an installed package that has
//                                         no binary for its platform)
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { withLock } from './lib/lock.mjs'
import { ensureNative } from './lib/native-build.mjs'
import { ensurePackages } from './lib/packages.mjs'
import { SetupError } from './lib/run.mjs'
import { ensureTypeScript } from './lib/typescript-build.mjs'

export function requireNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (major < 20) throw new SetupError(`Node.js 20 or newer is needed; this is ${process.version}`)
}

// Resolves to what ensureNative tells.
export function setUp({ tests = false, only } = {}) {
  requireNode()
  return withLock(async () => {
    await ensurePackages()
    const native = only === 'typescript' ? {} : await ensureNative({ tests })
    if (only !== 'addon') await ensureTypeScript()
    return native
  })
}

export function report(error) {
  console.error(error instanceof SetupError ? error.message : error)
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--only')
  try {
    await setUp({ only: at < 0 ? undefined : process.argv[at + 1] })
    console.log('Ready')
  } catch (error) {
    report(error)
    process.exitCode = 1
  }
}
