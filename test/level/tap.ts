// Reads TAP as tape writes it: numbered assertions under `# name` lines, and a plan at the end.

export interface TapTest {
  name: string
  passed: number
  /** The failed assertions, each with what tape says about it. */
  failures: string[]
}

export interface TapReport {
  tests: TapTest[]
  /** Of the last line; undefined when the program ended before its tests did. */
  planned: number | undefined
}

const ASSERTION = /^(not )?ok \d+(?: (.*))?$/
const PLAN = /^1\.\.(\d+)$/

export function parseTap(text: string): TapReport {
  const tests: TapTest[] = []
  let current: TapTest = { name: 'before the first test', passed: 0, failures: [] }
  for (const line of text.split('\n')) {
    const plan = PLAN.exec(line)
    if (plan !== null) return { tests, planned: Number(plan[1]) }
    const assertion = ASSERTION.exec(line)
    if (line.startsWith('# ')) {
      current = { name: line.slice('# '.length), passed: 0, failures: [] }
      tests.push(current)
    } else if (assertion === null) {
      if (/^ {4}(expected|actual|at): /.test(line)) addDetail(current, line.trim())
    } else if (assertion[1] === undefined) {
      current.passed++
    } else {
      current.failures.push(assertion[2] ?? 'failed')
    }
  }
  return { tests, planned: undefined }
}

function addDetail({ failures }: TapTest, detail: string): void {
  const last = failures.pop()
  if (last !== undefined) failures.push(`${last}; ${detail}`)
}
