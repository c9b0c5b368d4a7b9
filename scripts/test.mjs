#!/usr/bin/env node
// Makes the working copy ready, then runs the native unit tests and vitest.
//   npm test                       everything
//   npm test -- --only native      one part: native or ts
//   npm test -- ring               vitest's own arguments select among the TypeScript tests
// With CI set, native tests that cannot be built are a failure.
import { runNativeTests } from './lib/native-tests.mjs'
import { endWithReader } from './lib/reader.mjs'
import { conclude } from './lib/totals.mjs'
import { runVitest } from './lib/vitest-run.mjs'
import { report, setUp } from './setup.mjs'

function parse(args) {
  const at = args.indexOf('--only')
  if (at < 0) return { only: undefined, rest: args }
  return { only: args[at + 1], rest: [...args.slice(0, at), ...args.slice(at + 2)] }
}

async function nativePart(native) {
  if (native.tests !== undefined) {
    console.log('Native unit tests')
    return runNativeTests(native.tests)
  }
  console.log(`Native unit tests are skipped: ${native.reason}`)
  return { passed: 0, failed: process.env.CI ? 1 : 0 }
}

async function main() {
  const { only, rest } = parse(process.argv.slice(2))
  const native = await setUp({ tests: only !== 'ts' })
  const counts = []
  if (only !== 'ts') counts.push(await nativePart(native))
  if (only !== 'native') counts.push(await runVitest(rest))
  return counts
}

endWithReader(1)
try {
  conclude(await main())
} catch (error) {
  report(error)
  conclude([{ passed: 0, failed: 1 }])
}
