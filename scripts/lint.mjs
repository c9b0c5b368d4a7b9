#!/usr/bin/env node
// The static checks of the TypeScript code: ESLint, the type checker, and the API reference
// (typedoc.json), which is built without warnings: every type that a published one names is
// published too, or said not to be.
import { inRoot } from './lib/paths.mjs'
import { ensurePackages } from './lib/packages.mjs'
import { show } from './lib/run.mjs'
import { conclude } from './lib/totals.mjs'

const checks = [
  ['ESLint', 'eslint/bin/eslint.js', ['--max-warnings', '0', '.']],
  ['Type check', 'typescript/bin/tsc', ['--noEmit', '-p', inRoot('tsconfig.json')]],
  ['API reference', 'typedoc/bin/typedoc', ['--logLevel', 'Warn']],
]

await ensurePackages()
const counts = []
for (const [name, program, args] of checks) {
  const code = await show(process.execPath, [inRoot('node_modules', program), ...args])
  console.log(`${name}: ${code === 0 ? 'clean' : 'failed'}`)
  counts.push(code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 })
}
conclude(counts)
