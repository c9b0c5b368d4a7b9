// Runs vitest and counts its tests; a file that cannot be loaded counts as one failed test.
import { readFileSync, rmSync } from 'node:fs'
import { inRoot } from './paths.mjs'
import { show } from './run.mjs'

const vitest = inRoot('node_modules/vitest/vitest.mjs')
const resultFile = inRoot('build/test-results/vitest.json')

export function countTests(result) {
  const files = result.testResults ?? []
  const unloaded = files.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((t) => t.status !== 'failed'),
  )
  return { passed: result.numPassedTests, failed: result.numFailedTests + unloaded.length }
}

export async function runVitest(args) {
  rmSync(resultFile, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${resultFile}`]
  const code = await show(process.execPath, [vitest, 'run', ...reporters, ...args])
  try {
    const counts = countTests(JSON.parse(readFileSync(resultFile, 'utf8')))
    const silent = code !== 0 && counts.failed === 0
    return silent ? { ...counts, failed: 1 } : counts
  } catch {
    console.log('vitest left no result')
    return { passed: 0, failed: 1 }
  }
}
