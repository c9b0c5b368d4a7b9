import { expect, test } from 'vitest'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { run } from '../support/program.js'

const folder = temporaryFolders('counters')
const PROGRAM = inRoot('dist/examples/counters/main.js')

test('The sample counts each request once, in large numbers, and forgets days', async () => {
  const { code, stdout, stderr } = await run([PROGRAM, '--store', folder()])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.split('\n')).toEqual([
    ...['request-1: counted', 'request-2: counted', 'request-3: counted'],
    ...['request-3: counted before', 'request-4: counted', 'request-5: counted'],
    ...['2026-03', '  acme calls 2', '  acme storage 9007199254740993', '  zeta calls 20'],
    'forgot the days before 2026-03-02',
    ...['all days', '  acme storage 9007199254740993', '  zeta calls 20', ''],
  ])
})

test('Counts go on in the next run, and what cannot be done is an error', async () => {
  const store = folder()
  const meters = (line: string) => run([PROGRAM, '--store', store, ...line.split(' ')])
  await meters('record 2026-03-01 acme calls 40 a')
  await meters('record 2026-03-01 acme calls 2 b')
  expect((await meters('record 2026-03-01 acme calls 2 b')).stdout).toBe('b: counted before\n')
  expect((await meters('bill')).stdout).toBe('all days\n  acme calls 42\n')
  expect(await meters('count 5')).toMatchObject({
    code: 1,
    stderr: 'counters: cannot count 5; there are record, bill and forget\n',
  })
})
