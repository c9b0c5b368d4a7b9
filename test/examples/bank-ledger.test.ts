import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { formatHellers, parseHellers, parseRow } from '../../examples/bank-ledger/rows.js'
import { sampleRows } from '../../examples/bank-ledger/sample.js'
import { open } from '../../src/index.js'
import { startProgram } from '../cli/run-command.js'

const PROGRAM = fileURLToPath(new URL('../../dist/examples/bank-ledger/main.js', import.meta.url))
const REAL_FILE = fileURLToPath(
  new URL('../../../shared/data/bank-transactions.csv.gz', import.meta.url),
)
const folder = mkdtempSync(join(tmpdir(), 'ledgerstone-bank-'))

afterAll(() => {
  rmSync(folder, { recursive: true })
})

function book(name: string, ...args: string[]) {
  const store = join(folder, name)
  return startProgram(process.execPath, [PROGRAM, '--store', store, ...args]).result
}

// Each row as account, gain in hellers and stated balance, summed without the example's code.
function expectedCsv(rows: Iterable<readonly [account: number, gain: bigint, stated: bigint]>) {
  const balances = new Map<number, bigint>()
  let disagreeing = 0
  for (const [account, gain, stated] of rows) {
    const balance = (balances.get(account) ?? 0n) + gain
    balances.set(account, balance)
    if (balance !== stated) disagreeing++
  }
  const lines = [...balances].sort(([a], [b]) => a - b).map(([id, balance]) => `${id},${balance}\n`)
  return { csv: `account_id,balance_in_hellers\n${lines.join('')}`, disagreeing }
}

function* rowsOfText(text: string) {
  for (const line of text.trim().split('\n').slice(1)) {
    const [, account = '', , type = '', , amount = '', stated = ''] = line.split(';')
    const hellers = (money: string) => BigInt(Math.round(Number(money) * 100))
    const gain = type === '"PRIJEM"' ? hellers(amount) : -hellers(amount)
    yield [Number(account), gain, hellers(stated)] as const
  }
}

function* brief(rows: number) {
  for (const { account, delta, stated } of sampleRows(rows)) yield [account, delta, stated] as const
}

const ROWS = 20_000

describe('The bank ledger', () => {
  test('is killed half-way, loses nothing and comes to the right balances', async () => {
    const out = join(folder, 'sample.csv')
    const { code, out: text } = await book('sample', '--rows', String(ROWS), '--out', out)
    const { csv, disagreeing } = expectedCsv(brief(ROWS))
    expect(text).toContain('was killed (SIGKILL)')
    expect(text).toMatch(/^ok {4}after the crash all [\d,]+ acknowledged rows are there$/m)
    expect(text).toMatch(/^total of all balances +0\.00$/m)
    expect(text).toContain(`${disagreeing} of 20,000 rows state another balance`)
    expect(text).not.toContain('FAIL')
    expect(readFileSync(out, 'utf8')).toBe(csv)
    expect(code).toBe(0)
  })

  test('fits a terminal of 80 columns', async () => {
    const { out } = await book('narrow', '--rows', '3000')
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  test('comes to the same balances without a crash, and keeps a ledger with --keep', async () => {
    const out = join(folder, 'calm.csv')
    const args = ['--rows', '5000', '--out', out]
    const calm = await book('calm', ...args, '--no-crash')
    expect(calm.out).not.toContain('killed')
    const { csv } = expectedCsv(brief(5000))
    expect(readFileSync(out, 'utf8')).toBe(csv)
    const kept = await book('calm', ...args, '--keep')
    expect(kept.out).toContain('5,000 rows were booked before.')
    expect(readFileSync(out, 'utf8')).toBe(csv)
    expect([calm.code, kept.code]).toEqual([0, 0])
  })

  test('prints the statement of the account asked for', async () => {
    const { out } = await book('statement', '--rows', '3000', '--account', '7')
    expect(out).toMatch(/^Statement of account 7$/m)
    const { out: none, err, code } = await book('statement', '--rows', '3000', '--account', '7777')
    expect(err).toBe('bank-ledger: there is no account 7777\n')
    expect(none).not.toContain('Statement')
    expect(code).toBe(1)
  })

  test('removes no folder that is not a store', async () => {
    writeFileSync(join(folder, 'precious.txt'), 'x')
    const { code, err } = await book('.', '--rows', '10')
    expect(err).toContain('which no store has')
    expect(code).toBe(1)
    expect(existsSync(join(folder, 'precious.txt'))).toBe(true)
  })

  test('removes no damaged store', async () => {
    await book('damaged', '--rows', '1000')
    rmSync(join(folder, 'damaged', 'CURRENT'))
    const before = readdirSync(join(folder, 'damaged'))
    const { code, err } = await book('damaged', '--rows', '1000')
    expect(err).toMatch(/^bank-ledger: .* holds files of a store without its CURRENT: /)
    expect(code).toBe(1)
    expect(readdirSync(join(folder, 'damaged'))).toEqual(before)
  })

  test.each([
    ['progress', ['source']],
    ['balances', ['alice']],
    ['prices', ['source']],
  ])('removes no store of someone else with entries in %s', async (namespace, key) => {
    const path = join(folder, `other-${namespace}`)
    const store = await open(path)
    await store.namespace(namespace).put(key, { precious: true })
    await store.close()
    const { code, err } = await book(`other-${namespace}`, '--rows', '10')
    expect(err).toContain('is a store that is no ledger of this example; choose another --store')
    expect(code).toBe(1)
    await using again = await open(path)
    expect(again.namespace(namespace).getSync(key)).toEqual({ precious: true })
  })

  test('takes a store that holds nothing, and a new ledger in place of an old one', async () => {
    await (await open(join(folder, 'empty'))).close()
    expect((await book('empty', '--rows', '1000')).code).toBe(0)
    const again = await book('empty', '--rows', '1000')
    expect(again.out).not.toContain('were booked before')
    expect(again.code).toBe(0)
  })

  test('ends without a word when nobody reads on', async () => {
    const args = [PROGRAM, '--store', join(folder, 'unread'), '--rows', String(ROWS)]
    const { child, result } = startProgram(process.execPath, args)
    child.stdout?.once('data', () => child.stdout?.destroy())
    const { code, err } = await result
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const left = async () => (await open(join(folder, 'unread'))).close().then(() => true)
    await vi.waitFor(left, { timeout: 10_000, interval: 50 })
  })
})

const HEADER =
  '"trans_id";"account_id";"date";"type";"operation";"amount";"balance";"k_symbol";"bank";"account"'

describe('A file of transactions', () => {
  test('is booked exactly, plain or gzip', async () => {
    const rows = ['1;5;930101;"PRIJEM";"";0.29;0.29;"";;', '2;5;930102;"VYDAJ";"";0.1;0.19;"";;']
    const packed = join(folder, 'small.csv.gz')
    writeFileSync(packed, gzipSync([HEADER, ...rows, ''].join('\r\n')))
    const out = join(folder, 'small-balances.csv')
    const { code, out: text } = await book('small', packed, '--out', out)
    expect(readFileSync(out, 'utf8')).toBe('account_id,balance_in_hellers\n5,19\n')
    expect(text).toContain('0 of 2 rows state another balance')
    expect(code).toBe(0)
  })

  test.each([
    ['1;5;930101;"PRIJEM";"VKLAD";1.001;1;"";;', "line 3: '1.001' is no amount of money"],
    ['1;5;930101;"PRIJEM";"VKLAD";1', 'line 3: 6 fields, not 10'],
    ['1;x;930101;"PRIJEM";"VKLAD";1;1;"";;', "line 3: the account 'x'"],
    ['1;5;930101;"GIFT";"VKLAD";1;1;"";;', "line 3: the type 'GIFT'"],
    ['1;5;930101;"PRIJEM;"VKLAD";1;1;"";;', 'line 3: a stray quote'],
  ])('with the row %s is refused before anything is booked', async (row, message) => {
    const file = join(folder, 'bad.csv')
    writeFileSync(file, `${HEADER}\n1;5;930101;"PRIJEM";"";1;1;"";;\n${row}\n`)
    const { code, err } = await book('bad', file)
    expect(err).toContain(message)
    expect(code).toBe(1)
    expect(existsSync(join(folder, 'bad'))).toBe(false)
  })

  test('with nothing below the names is refused before anything is booked', async () => {
    const file = join(folder, 'header.csv')
    writeFileSync(file, `${HEADER}\n`)
    const { code, err } = await book('header', file)
    expect({ code, err }).toEqual({
      code: 1,
      err: 'bank-ledger: header.csv holds no transactions\n',
    })
    expect(existsSync(join(folder, 'header'))).toBe(false)
  })

  test.runIf(existsSync(REAL_FILE))('of a real bank comes to the right balances', async () => {
    const text = String(gunzipSync(readFileSync(REAL_FILE)))
    const { csv, disagreeing } = expectedCsv(rowsOfText(text))
    const out = join(folder, 'real.csv')
    const booked = await book('real', REAL_FILE, '--out', out)
    expect(readFileSync(out, 'utf8')).toBe(csv)
    const disagree = disagreeing.toLocaleString('en-US')
    expect(booked.out).toContain(`${disagree} of 49,102 rows state another`)
    expect(booked.code).toBe(0)
  })
})

describe('Money', () => {
  test.each([
    ['0', 0n],
    ['1.5', 150n],
    ['-0.05', -5n],
    ['90071992547409930.07', 9007199254740993007n],
  ])('%s is read and written exactly', (text, hellers) => {
    expect(parseHellers(text, 1)).toBe(hellers)
    expect(parseHellers(formatHellers(hellers).replaceAll(',', ''), 1)).toBe(hellers)
  })

  test.each(['', '1.', '.5', '1,5', '1e3', '+1', 'NaN'])('%j is refused', (text) => {
    expect(() => parseHellers(text, 9)).toThrow('line 9')
  })

  test('is a gain for a credit and a loss for a debit', () => {
    const row = (type: string) => parseRow(`1;5;930101;"${type}";"";2.00;1.00;"";;`, 2, 1).delta
    expect([row('PRIJEM'), row('VYDAJ'), row('VYBER')]).toEqual([200n, -200n, -200n])
  })
})
