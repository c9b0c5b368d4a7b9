import { expect, test } from 'vitest'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { run } from '../support/program.js'

const folder = temporaryFolders('level-invoices')
const PROGRAM = inRoot('dist/examples/level-invoices/main.js')

test('The invoices are listed by due date, and a paid one is gone in the next run', async () => {
  const store = folder()
  const invoices = (...args: string[]) => run([PROGRAM, '--store', store, ...args])
  expect(await invoices('--until', '2026-02-28')).toMatchObject({
    code: 0,
    stderr: '',
    stdout: [
      '2026-01-31  2026-002  Borealis       99.00',
      '2026-01-31  2026-004  Cygnus       3100.00',
      '2026-02-28  2026-001  Aurora       1250.00',
      'Due until 2026-02-28: 4449.00\n',
    ].join('\n'),
  })
  expect((await invoices('--pay', '2026-004')).stdout).toMatch(/^2026-004 is paid\n/)
  const { stdout } = await invoices()
  expect(stdout).not.toContain('2026-004')
  expect(stdout).toContain('Due until 2026-12-31: 1829.50')
  expect(await invoices('--pay', '2026-004')).toMatchObject({
    code: 1,
    stderr: 'level-invoices: there is no open invoice 2026-004\n',
  })
})
