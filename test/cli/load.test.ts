import { existsSync, linkSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import { open } from '../../src/index.js'
import { COMMAND, run, start, startProgram, temporaryFolder } from './run-command.js'

const folder = temporaryFolder()
let made = 0

const freshStore = (): string => join(folder, `store-${made++}`)

function fileOf(content: string | Buffer, end: string): string {
  const path = join(folder, `file-${made++}.${end}`)
  writeFileSync(path, content)
  return path
}

async function entriesOf(store: string, namespace = 'n'): Promise<[unknown, unknown][]> {
  const opened = await open(store, { readOnly: true })
  try {
    return await opened.namespace(namespace).range().toArray()
  } finally {
    await opened.close()
  }
}

// Of the log: more than the zeros that lie ahead of its first records.
const UNDER_WAY_BYTES = 700_000

function logBytes(store: string): number {
  if (!existsSync(store)) return 0
  const logs = readdirSync(store).filter((name) => name.endsWith('.wal'))
  return logs.reduce((bytes, name) => bytes + statSync(join(store, name)).size, 0)
}

function manyRows(count: number): string {
  const rows = Array.from({ length: count }, (_, i) => `${i + 1},name ${i + 1},${'x'.repeat(80)}`)
  return `id,name,filler\n${rows.join('\n')}\n`
}

describe('load', () => {
  test('puts each row of a CSV file under the key of its columns', async () => {
    const store = freshStore()
    const file = fileOf('a;b;"c;d"\n1;x;"say ""hi"""\n2;y;"two\nlines"\n', 'csv')
    const options = ['--namespace', 'n', '--key', 'b,a', '--delimiter', ';', '--store', store]
    const { code, out, err } = await run('load', file, ...options)
    expect(err).toMatch(/^Loaded 2 rows in /)
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(await entriesOf(store)).toEqual([
      [['x', '1'], { a: '1', b: 'x', 'c;d': 'say "hi"' }],
      [['y', '2'], { a: '2', b: 'y', 'c;d': 'two\nlines' }],
    ])
  })

  test('numbers the rows when no key is named, and reads gzip', async () => {
    const store = freshStore()
    const file = fileOf(gzipSync('a\nx\ny\n'), 'csv.gz')
    expect((await run('load', file, '--namespace', 'n', '--store', store)).code).toBe(0)
    expect(await entriesOf(store)).toEqual([
      [[1], { a: 'x' }],
      [[2], { a: 'y' }],
    ])
  })

  test('loads NDJSON with the types that it has', async () => {
    const store = freshStore()
    const file = fileOf('{"id":1,"deep":{"x":[true,null]}}\n{"id":2}\n', 'ndjson')
    const { out } = await run(
      ...['load', file, '--namespace', 'n', '--key', 'id', '--store', store, '--json'],
    )
    expect(JSON.parse(out)).toEqual({
      ...{ namespace: 'n', rows: 2, badRows: 0, rowsOfThisRun: 2, finished: true },
    })
    expect(await entriesOf(store)).toEqual([
      [[1], { id: 1, deep: { x: [true, null] } }],
      [[2], { id: 2 }],
    ])
  })

  test('says so when the file is loaded already, and loads it again with --restart', async () => {
    const store = freshStore()
    const args = ['load', fileOf('a\nx\n', 'csv'), '--namespace', 'n', '--store', store]
    await run(...args)
    expect((await run(...args)).err).toContain('loaded already (1 row)')
    expect((await run(...args, '--restart')).err).toMatch(/^Loaded 1 row /)
  })

  test('refuses a file of the same size and beginning that holds other rows', async () => {
    const store = freshStore()
    const rows = manyRows(2000)
    const file = fileOf(rows, 'csv')
    const args = ['load', file, '--namespace', 'n', '--key', 'id', '--store', store]
    await run(...args)
    writeFileSync(file, rows.replace('2000,name 2000', '2000,game 2000'))
    const { code, err } = await run(...args)
    expect(err).toMatch(/^ledgerstone: FILE_CHANGED: [^]*--restart/)
    expect(code).toBe(1)
    expect((await run(...args, '--restart')).err).toMatch(/^Loaded 2,000 rows /)
    expect(await entriesOf(store)).toContainEqual([
      ['2000'],
      expect.objectContaining({ name: 'game 2000' }),
    ])
    expect((await run(...args)).err).toContain('loaded already (2,000 rows)')
  })

  test('refuses to go on in a file whose loaded part was changed', async () => {
    const rows = manyRows(2000)
    const file = fileOf(`${rows}bad\n2001,a,b\n`, 'csv')
    const args = ['load', file, '--namespace', 'n', '--store', freshStore()]
    expect((await run(...args)).err).toContain('BAD_ROW: Line 2002')
    writeFileSync(file, `${rows.replace('1900,name', '1900,game')}bad\n2001,a,b\n`)
    const aside = join(folder, 'changed.ndjson')
    expect((await run(...args, '--skip-bad', aside)).err).toMatch(/FILE_CHANGED: .*to line 2001/)
    writeFileSync(file, `${rows}bad\n2001,a,b\n`)
    expect((await run(...args, '--skip-bad', aside)).err).toContain('1 bad row set aside')
  })

  test('goes on when nobody reads its progress any more', async () => {
    const store = freshStore()
    const file = fileOf(`${manyRows(3000)}bad\n3001,a,b\n`, 'csv')
    const args = ['load', file, '--namespace', 'n', '--store', store]
    await run(...args)
    const { child, result } = start(...args, '--skip-bad', join(folder, 'unread.ndjson'))
    child.stderr?.destroy()
    expect((await result).code).toBe(0)
    expect(await entriesOf(store)).toHaveLength(3001)
  })

  test('refuses to go on with other settings', async () => {
    const store = freshStore()
    const args = ['load', fileOf('a,b\nx,y\n', 'csv'), '--namespace', 'n', '--store', store]
    await run(...args, '--key', 'a')
    const { code, err } = await run(...args, '--key', 'b')
    expect(err).toMatch(/^ledgerstone: MISMATCH: .*--key a, not with .*--key b/)
    expect(code).toBe(1)
  })

  test('names a column that the key needs and the file lacks', async () => {
    const args = ['--namespace', 'n', '--key', 'zz', '--store', freshStore()]
    const { code, err } = await run('load', fileOf('a\nx\n', 'csv'), ...args)
    expect(err).toContain('BAD_HEADER: The first row must name the columns')
    expect(err).toContain("there is no column 'zz' for the key; there are a")
    expect(code).toBe(1)
  })
})

describe('load at a bad row', () => {
  const text = 'a,b\n1,x\n2,y\n3\n4,z\n,\n'

  test('keeps the rows before it, says the line and goes on with --skip-bad', async () => {
    const store = freshStore()
    const args = ['load', fileOf(text, 'csv'), '--namespace', 'n', '--key', 'a', '--store', store]
    const stopped = await run(...args)
    expect(stopped.err).toContain('BAD_ROW: Line 4 cannot be loaded: it has 1 fields')
    expect(stopped.err).toContain('2 rows (up to line 3)')
    expect(stopped.code).toBe(1)
    expect(await entriesOf(store)).toHaveLength(2)
    const aside = join(folder, 'aside.ndjson')
    const { code, err } = await run(...args, '--skip-bad', aside)
    expect(code).toBe(0)
    expect(err).toContain('2 rows done before; going on behind them\nLoaded 2 rows in')
    expect(err).toContain('1 bad row set aside')
    expect(readFileSync(aside, 'utf8')).toBe(
      '{"line":4,"reason":"it has 1 fields and the first row has 2","text":"3"}\n',
    )
    expect(await entriesOf(store)).toHaveLength(4)
  })

  test('takes a row as bad that the store refuses', async () => {
    const store = freshStore()
    const file = fileOf(`{"k":"a"}\n{"k":"${'x'.repeat(70_000)}"}\n{"j":1}\n{"k":{}}\n`, 'ndjson')
    const aside = join(folder, 'refused.ndjson')
    const args = ['--namespace', 'n', '--key', 'k', '--store', store, '--skip-bad', aside]
    expect((await run('load', file, ...args)).code).toBe(0)
    const reasons = readFileSync(aside, 'utf8').trim().split('\n')
    expect(reasons.map((line) => (JSON.parse(line) as { reason: string }).reason)).toEqual([
      'A key holds at most 65535 bytes',
      "it has no field 'k' for the key",
      "its field 'k' is for the key and holds an object",
    ])
    expect(await entriesOf(store)).toHaveLength(1)
  })

  test('loads what a torn gzip file holds before it says so', async () => {
    const store = freshStore()
    const packed = gzipSync(manyRows(5000))
    const file = fileOf(packed.subarray(0, packed.length - 2000), 'csv.gz')
    const { code, err } = await run('load', file, '--namespace', 'n', '--store', store)
    expect(code).toBe(1)
    const rows = (await entriesOf(store)).length
    expect(rows).toBeGreaterThan(0)
    expect(err).toContain(`${rows.toLocaleString('en-US')} rows (up to line`)
  })
})

describe('The file of --skip-bad', () => {
  const refused = /^ledgerstone: BAD_ROW_FILE: /

  test('is never the file that is loaded, under any name', async () => {
    const file = fileOf('a,b\n1\n', 'csv')
    const link = join(folder, 'link.csv')
    linkSync(file, link)
    const args = ['load', file, '--namespace', 'n', '--store', freshStore(), '--skip-bad']
    for (const aside of [file, link]) {
      const { code, err } = await run(...args, aside)
      expect(err).toMatch(refused)
      expect(err).toContain('is the file that is loaded')
      expect(code).toBe(1)
    }
    expect(readFileSync(file, 'utf8')).toBe('a,b\n1\n')
  })

  test('is not taken when it holds something, and left as it is', async () => {
    const notes = fileOf('my notes\n', 'txt')
    const args = ['--namespace', 'n', '--store', freshStore(), '--skip-bad', notes]
    const { code, err } = await run('load', fileOf('a,b\n1\n', 'csv'), ...args)
    expect(err).toMatch(refused)
    expect(err).toContain('is there already and is not empty')
    expect(code).toBe(1)
    expect(readFileSync(notes, 'utf8')).toBe('my notes\n')
  })

  test('keeps the rows of one load when another names it', async () => {
    const aside = join(folder, 'both.ndjson')
    const args = ['--namespace', 'n', '--store', freshStore(), '--skip-bad', aside]
    expect((await run('load', fileOf('a,b\nfirst\n', 'csv'), ...args)).code).toBe(0)
    const kept = readFileSync(aside, 'utf8')
    expect((await run('load', fileOf('a,b\nsecond\n', 'csv'), ...args)).err).toMatch(refused)
    expect(readFileSync(aside, 'utf8')).toBe(kept)
    expect(kept).toContain('first')
  })

  test('must be the same one, and whole, when the load goes on', async () => {
    const store = freshStore()
    const lines = ['bad', ...Array.from({ length: 60_000 }, (_, i) => `${i},${'x'.repeat(80)}`)]
    const file = fileOf(['a,b', ...lines, ''].join('\n'), 'csv')
    const [aside, other] = [join(folder, 'mine.ndjson'), fileOf('not yours\n'.repeat(99), 'txt')]
    const args = ['load', file, '--namespace', 'n', '--store', store, '--batch', '100']
    const { child, result } = start(...args, '--skip-bad', aside)
    await vi.waitUntil(() => logBytes(store) > UNDER_WAY_BYTES, { interval: 1, timeout: 20_000 })
    child.kill('SIGKILL')
    await result
    const set = readFileSync(aside, 'utf8')
    const { code, err } = await run(...args, '--skip-bad', other)
    expect(err).toMatch(refused)
    expect(err).toContain(`The bad rows so far are in ${aside}`)
    expect(code).toBe(1)
    expect(readFileSync(other, 'utf8')).toBe('not yours\n'.repeat(99))
    writeFileSync(aside, '')
    expect((await run(...args, '--skip-bad', aside)).err).toContain('has 0 bytes, fewer than the')
    writeFileSync(aside, `${set}{"line":`)
    expect((await run(...args, '--skip-bad', aside)).code).toBe(0)
    expect(readFileSync(aside, 'utf8')).toBe(set)
    expect(await entriesOf(store)).toHaveLength(60_000)
  })
})

describe('load after a stop', () => {
  const ROWS = 60_000
  const file = fileOf(manyRows(ROWS), 'csv')
  const argsFor = (store: string) => [
    ...['load', file, '--namespace', 'n', '--key', 'id', '--store', store, '--batch', '100'],
  ]

  async function expectWhole(store: string): Promise<void> {
    const entries = await entriesOf(store)
    const ids = entries.map(([key]) => Number((key as [string])[0])).sort((a, b) => a - b)
    expect(ids).toEqual(Array.from({ length: ROWS }, (_, i) => i + 1))
  }

  test.each(['SIGKILL', 'SIGINT'] as const)('by %s goes on behind the last row', async (signal) => {
    const store = freshStore()
    const { child, result } = start(...argsFor(store))
    await vi.waitUntil(() => logBytes(store) > UNDER_WAY_BYTES, { interval: 1, timeout: 20_000 })
    child.kill(signal)
    const stopped = await result
    if (signal === 'SIGKILL') {
      expect(stopped.signal).toBe('SIGKILL')
    } else {
      expect(stopped.code).toBe(130)
      expect(stopped.err).toMatch(/INTERRUPTED: [^]*run the same command again/)
    }
    const again = await run(...argsFor(store))
    expect(again.err).toMatch(/rows done before; going on behind them\nLoaded [\d,]+ rows/)
    expect(again.code).toBe(0)
    await expectWhole(store)
  })

  test('by a disk that takes no more says how far it came, and goes on', async () => {
    const store = freshStore()
    const quoted = [process.execPath, COMMAND, ...argsFor(store)].map((arg) => `'${arg}'`).join(' ')
    const limited = await startProgram('sh', ['-c', `ulimit -f 2000; exec ${quoted}`]).result
    expect(limited.code).toBe(1)
    expect(limited.err).toMatch(/^ledgerstone: [A-Z_]+: /)
    const rows = /^([\d,]+) rows \(up to line [\d,]+\) of .* are safe\.$/m.exec(limited.err)?.[1]
    const safe = Number(rows?.replaceAll(',', ''))
    expect(safe).toBeGreaterThan(0)
    expect((await entriesOf(store)).length).toBeGreaterThanOrEqual(safe)
    const again = await run(...argsFor(store))
    expect(again.err).toMatch(/rows done before; going on behind them/)
    expect(again.code).toBe(0)
    await expectWhole(store)
  })
})
