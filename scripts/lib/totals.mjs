// The last line of every script that runs checks: `N passed, N failed`. A run without a single
// check is a failure.
export function sum(counts) {
  return counts.reduce(
    (total, { passed, failed }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
    }),
    { passed: 0, failed: 0 },
  )
}

export function conclude(counts) {
  const { passed, failed } = sum(counts)
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
}
