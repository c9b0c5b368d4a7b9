import { expect, test } from 'vitest'
import { inRoot } from '../support/paths.js'
import { run } from '../support/program.js'

const PROGRAM = inRoot('dist/examples/worker-pool/main.js')

test.each([
  [['--workers', '1', '--customers', '10'], 1, 10, 1_999_000],
  [['--workers', '4', '--customers', '60'], 4, 60, 71_994_000],
])('Workers sum every customer once: %s', async (args, workers, customers, total) => {
  expect(await run([PROGRAM, ...args])).toMatchObject({
    code: 0,
    stderr: '',
    stdout: [
      `${workers} workers summed ${customers} customers`,
      `all payments come to ${total}, as they should\n`,
    ].join('\n'),
  })
})
