// The whole test suite that abstract-level publishes, on the compiled LedgerstoneLevel: once on the
// database, and once more on a sublevel of it. Nothing of it is left out.

import { mkdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { run } from '../support/program.js'
import { parseTap } from './tap.js'

const TIMEOUT_MS = 300_000
// Each is in the name of a test that the suite leaves away when the feature is not declared.
const FEATURES = [
  ...['getSync()', 'hasMany()', 'createIfMissing', 'errorIfExists', 'from multiple snapshots'],
  ...['seek() respects snapshot', 'with signal yields error', 'empty keys in batch with buffer'],
]

const databases = temporaryFolders('level-suite')()
mkdirSync(databases)
const { stdout, stderr, code } = await run([inRoot('test/level/suite.mjs'), databases], TIMEOUT_MS)
const { tests, planned } = parseTap(stdout)
const passed = tests.reduce((sum, { passed }) => sum + passed, 0)
const failed = tests.reduce((sum, { failures }) => sum + failures.length, 0)

describe('The test suite of abstract-level', () => {
  test(`ran to its end: ${passed} assertions passed, ${failed} failed`, () => {
    expect({ code, stderr, assertions: passed + failed }).toEqual({
      code: 0,
      stderr: '',
      assertions: planned,
    })
    expect(failed).toBe(0)
  })

  test('asked for every optional feature, and skipped nothing', () => {
    const names = tests.map(({ name }) => name)
    const absent = FEATURES.filter((feature) => !names.some((name) => name.includes(feature)))
    expect(absent).toEqual([])
    expect(stdout).not.toMatch(/^# SKIP|^(not )?ok .*# SKIP/im)
  })

  test.each(tests)('$name', ({ failures }) => {
    expect(failures).toEqual([])
  })
})

describe('The reader of TAP', () => {
  test('counts what passed and keeps what failed with its details', () => {
    const text = [
      'TAP version 13',
      '# first',
      'ok 1 should be equal',
      'not ok 2 should be equal',
      '  ---',
      "    expected: 'a'",
      "    actual:   'b'",
      '  ...',
      '# second',
      'ok 3',
      '',
      '1..3',
      '# tests 3',
    ]
    expect(parseTap(text.join('\n'))).toEqual({
      tests: [
        { name: 'first', passed: 1, failures: ["should be equal; expected: 'a'; actual:   'b'"] },
        { name: 'second', passed: 1, failures: [] },
      ],
      planned: 3,
    })
    expect(parseTap(text.slice(0, 10).join('\n')).planned).toBeUndefined()
  })
})
