// The benchmarks as a program: every workload, small, over the compiled package.

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PACKAGED } from '../../bench/peers/contenders.js'
import { rows } from '../../bench/workloads/all.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const program = join(root, 'dist/bench/main.js')
const SMALL = ['--entries', '2000', '--fill-entries', '2000', '--durable-entries', '20']
const SHORT = ['--runs', '1', '--recovery-mib', '1', '--sustained-entries', '2000']
const LONGEST_MS = 240_000

const names = rows.map((row) => row.name)
const peersInstalled = PACKAGED.every((name) => installedIn(root, name))
let folder = ''

function installedIn(repository: string, name: string): boolean {
  const binary = name === 'better-sqlite3' ? 'build/Release/better_sqlite3.node' : 'package.json'
  return existsSync(join(repository, 'bench/node_modules', name, binary))
}

interface Ended {
  code: number | null
  output: string
  errors: string
}

function bench(...args: string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, '--dir', folder, ...args])
    let [output, errors] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output, errors }))
  })
}

/** The cells of a row's line in the table at the end. */
function rowOf(output: string, name: string): string[] {
  const line = output.split('\n').find((text) => text.startsWith(`${name}  `)) ?? ''
  return line.split(/ {2,}/)
}

const SCALES: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9 }

function numberOf(cell = ''): number {
  const [digits = '', unit] = cell.replaceAll(',', '').split(' ')
  return Number(digits) * (unit === undefined ? 1 : (SCALES[unit] ?? NaN))
}

beforeAll(() => {
  expect(existsSync(program), 'compiled by node scripts/setup.mjs').toBe(true)
  folder = mkdtempSync(join(tmpdir(), 'ledgerstone-bench-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the benchmarks', () => {
  test(
    'measure every row without the peers, and write a page that has each of them',
    async () => {
      const html = join(folder, 'page.html')
      const { code, output, errors } = await bench('--no-peers', ...SMALL, ...SHORT, '--html', html)
      expect({ code, errors }, output).toEqual({ code: 0, errors: '' })
      for (const name of names) {
        expect(numberOf(rowOf(output, name)[3]), output).toBeGreaterThan(0)
        expect(rowOf(output, name).at(-1)).toBe('left out')
      }
      const page = readFileSync(html, 'utf8')
      expect(names.filter((name) => !page.includes(`>${name}<`))).toEqual([])
      expect(Math.max(...output.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
      expect(readdirSync(folder)).toEqual(['page.html'])
    },
    LONGEST_MS,
  )

  test.skipIf(!peersInstalled)(
    'measure every peer (skipped where `npm run bench` has not installed them yet)',
    async () => {
      const { code, output, errors } = await bench(...SMALL, ...SHORT)
      expect({ code, errors }, output).toEqual({ code: 0, errors: '' })
      for (const name of names) {
        const [, , , , theirs, , ratio] = rowOf(output, name)
        expect(numberOf(theirs), output).toBeGreaterThan(0)
        expect(numberOf(ratio), output).toBeGreaterThan(0)
      }
    },
    LONGEST_MS,
  )

  test.each([
    ['a row', ['--only', 'readseq'], ['readseq']],
    ['a row by its former name', ['--only', 'scan'], ['readseq']],
    ['a row of a wide shape', ['--only', 'overwrite', '--shape', '20/400'], ['overwrite']],
    ['a workload of several rows', ['--only', 'event-log'], names.filter((n) => /^event/.test(n))],
    [
      'rows that several threads can do, with little memory',
      ['--only', 'readrandom,readreverse,fillseq', '--threads', '2', '--budget', 'small'],
      ['readrandom', 'readreverse'],
    ],
  ])('measure only %s', async (_what, args, expected) => {
    const { code, output } = await bench('--no-peers', ...args, ...SMALL, ...SHORT)
    expect(code, output).toBe(0)
    expect(names.filter((name) => rowOf(output, name).length > 1)).toEqual(expected)
  })

  test.skipIf(!installedIn(root, 'benchmark'))(
    'measure single functions (skipped where the packages are not installed yet)',
    async () => {
      const { code, output, errors } = await bench('--micro', '--quick')
      expect({ code, errors }, output).toEqual({ code: 0, errors: '' })
      for (const name of ['getSync', 'bloom-filters: has', 'tuple: decode', 'msgpackr: pack']) {
        expect(output).toMatch(new RegExp(`  ${name} +\\d.* ±`))
      }
    },
    LONGEST_MS,
  )

  test('print the table as Markdown when asked', async () => {
    const args = ['--no-peers', '--only', 'readseq', '--readme', ...SMALL, ...SHORT]
    const { output } = await bench(...args)
    expect(output).toMatch(/^\| readseq: .* \| – \| [\d.,]+( [kM])? entries\/s \| – \| – \|$/m)
  })

  test.each([
    [['--only', 'sacn'], "There is no workload 'sacn'"],
    [['--entries', '1e3x'], '--entries takes a whole number'],
    [['--shape', '8/8'], '--shape takes 16/100 or'],
    [['--only', 'fillsync', '--threads', '2'], 'No row of fillsync can be done by 2 threads'],
    [['--fast'], '--fast'],
  ])('refuse %j with exit code 2 and a message', async (args, message) => {
    const { code, errors } = await bench(...args)
    expect(code).toBe(2)
    expect(errors).toContain(message)
  })
})
