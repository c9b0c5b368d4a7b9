// The benchmarks as a program: every workload, small, over the compiled package.

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { workloads } from '../../bench/workloads/all.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const program = join(root, 'dist/bench/main.js')
const SMALL = ['--entries', '2000', '--fill-entries', '2000', '--durable-entries', '20']
const SHORT = ['--runs', '1', '--recovery-mib', '1']
const LONGEST_MS = 240_000

const rows = workloads.flatMap((workload) => workload.rows.map((row) => row.name))
const peersInstalled = ['classic-level', 'lmdb'].every((name) =>
  existsSync(join(root, 'bench/node_modules', name)),
)
let folder = ''

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

function rowOf(output: string, name: string): string[] {
  const line = output.split('\n').find((text) => text.startsWith(`${name} `)) ?? ''
  return line.split(/ {2,}/)
}

const numberOf = (cell: string | undefined): number => Number(cell?.replaceAll(',', ''))

beforeAll(() => {
  expect(existsSync(program), 'compiled by node scripts/setup.mjs').toBe(true)
  folder = mkdtempSync(join(tmpdir(), 'ledgerstone-bench-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the benchmarks', () => {
  test(
    'measure every workload without the peers, and say that those are left out',
    async () => {
      const { code, output, errors } = await bench('--no-peers', ...SMALL, ...SHORT)
      expect({ code, errors }, output).toEqual({ code: 0, errors: '' })
      for (const name of rows) {
        expect(numberOf(rowOf(output, name)[3]), output).toBeGreaterThan(0)
        expect(rowOf(output, name).at(-1)).toBe('left out')
      }
      expect(Math.max(...output.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
      expect(readdirSync(folder)).toEqual([])
    },
    LONGEST_MS,
  )

  test.skipIf(!peersInstalled)(
    'measure every peer (skipped where `npm run bench` has not installed them yet)',
    async () => {
      const { code, output, errors } = await bench(...SMALL, ...SHORT)
      expect({ code, errors }, output).toEqual({ code: 0, errors: '' })
      for (const name of rows) {
        const [, , , , theirs, , ratio] = rowOf(output, name)
        expect(numberOf(theirs), output).toBeGreaterThan(0)
        expect(numberOf(ratio), output).toBeGreaterThan(0)
      }
    },
    LONGEST_MS,
  )

  test('measure only what --only names', async () => {
    const { code, output } = await bench('--no-peers', '--only', 'scan', ...SMALL, ...SHORT)
    expect(code).toBe(0)
    expect(rows.filter((name) => rowOf(output, name).length > 1)).toEqual(['scan'])
  })

  test.each([
    [['--only', 'sacn'], "There is no workload 'sacn'"],
    [['--entries', '1e3x'], '--entries takes a whole number'],
    [['--fast'], '--fast'],
  ])('refuse %j with exit code 2 and a message', async (args, message) => {
    const { code, errors } = await bench(...args)
    expect(code).toBe(2)
    expect(errors).toContain(message)
  })
})
