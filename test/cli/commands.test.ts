import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { open } from '../../src/index.js'
import { run, start, temporaryFolder } from './run-command.js'

const folder = temporaryFolder()
const store = join(folder, 'store')
const empty = join(folder, 'one')

beforeAll(async () => {
  const made = await open(store)
  const rates = made.namespace('rates')
  const numbers = made.namespace('numbers')
  const names = made.namespace('names', { key: 'utf8', value: 'utf8' })
  const blobs = made.namespace('blobs', { key: 'binary', value: 'binary' })
  await Promise.all([
    rates.put(['EUR', 'USD'], { bid: 1.1, units: 10n }),
    rates.put(['USD', 'CNY'], { bid: 7.1201 }),
    rates.put([12n], { big: true }),
    numbers.put([1e300], 'large'),
    numbers.put([2 ** 53], 'unsafe'),
    names.put('USD', 'US dollar'),
    blobs.put(Buffer.from([0, 255]), Buffer.from([1, 2])),
  ])
  await made.flush()
  await made.close()
  const single = await open(empty)
  await single.namespace('only', { key: 'u64' }).put(7n, 'seven')
  await single.close()
})

describe('Help', () => {
  test('comes without arguments and lists every command', async () => {
    const { code, out } = await run()
    expect(code).toBe(0)
    for (const name of ['load', 'get', 'scan', 'stats', 'levels', 'compact', 'verify', 'dump']) {
      expect(out).toContain(`  ${name} `)
    }
    expect(await run('--help')).toEqual(await run('help'))
  })

  test.each([
    ...['load', 'get', 'scan', 'namespaces', 'stats', 'levels', 'compact', 'verify', 'dump'],
    ...['checkpoint', 'backup', 'backups', 'restore', 'salvage'],
  ])(
    'of %s shows usage and an example, and fits 90 columns',
    async (name) => {
      const { code, out } = await run('help', name)
      expect(code).toBe(0)
      expect(out).toMatch(new RegExp(`^Usage: ledgerstone ${name}`))
      expect(out).toMatch(/Examples?:\n {2}ledgerstone /)
      expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(90)
      expect((await run(name, '--help')).out).toBe(out)
    },
  )
})

describe('A wrong command line', () => {
  test.each([
    [['laod'], "Did you mean 'load'?"],
    [['get', 'x', '--jsno'], 'Did you mean --json?'],
    [['get'], 'get needs KEY'],
    [['get', 'a', 'b'], "does not take the argument 'b'"],
    [['scan', '--limit', 'x'], '--limit takes a whole number'],
    [['verify', '--rate', 'fast'], '--rate must be a whole number of bytes'],
    [['scan', '--keys', '--count'], 'Choose one of'],
    [['dump', 'shape', 'f'], "not 'shape'"],
    [['load', 'f'], 'needs --namespace'],
    [['load', 'f', '--namespace', 'ledgerstone.load'], "'ledgerstone.' are the command's own"],
    [['load', 'f', '--namespace', 'n', '--format', 'xml'], 'one of csv, ndjson'],
    [['load', 'f', '--namespace', 'n', '--delimiter', '::'], 'one ASCII character'],
  ])('%j is explained and exits with 2', async (args, hint) => {
    const { code, out, err } = await run(...args)
    expect(err).toContain(hint)
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })
})

describe('get', () => {
  const ask = (...args: string[]) => run('get', ...args, '--store', store)

  test('prints a value, with bigints as text', async () => {
    const { code, out } = await ask('["EUR","USD"]', '--namespace', 'rates')
    expect(JSON.parse(out)).toEqual({ bid: 1.1, units: '10' })
    expect(code).toBe(0)
  })

  test('takes keys of each codec', async () => {
    expect((await ask('[{"bigint":"12"}]', '--namespace', 'rates')).out).toContain('"big": true')
    expect((await ask('USD', '--namespace', 'names')).out).toBe('US dollar\n')
    expect((await ask('00ff', '--namespace', 'blobs')).out).toBe('0102\n')
    expect((await run('get', '7', '--store', empty)).out).toBe('seven\n')
  })

  test('prints key and value as JSON', async () => {
    const { out } = await ask('00ff', '--namespace', 'blobs', '--json')
    expect(JSON.parse(out)).toEqual({ key: '00ff', value: { base64: 'AQI=' } })
  })

  test.each([
    [['["no"]', '--namespace', 'rates'], 'NOT_FOUND: No key'],
    [['x', '--namespace', 'rates'], 'BAD_KEY: '],
    [['x', '--namespace', 'nope'], "NO_NAMESPACE: No namespace 'nope'; there are: rates, numbers"],
    [['x'], 'NO_NAMESPACE: Choose one with --namespace; there are: rates, numbers, names, blobs'],
  ])('%j fails in one line', async (args, message) => {
    const { code, out, err } = await ask(...args)
    expect(err).toMatch(/^ledgerstone: [^\n]*\n$/)
    expect(err).toContain(message)
    expect({ code, out }).toEqual({ code: 1, out: '' })
  })
})

describe('scan', () => {
  const ask = (...args: string[]) => run('scan', ...args, '--store', store, '--namespace', 'rates')

  test('prints entries in the order of their keys', async () => {
    const { out } = await ask()
    expect(out).toBe(
      '[{"bigint":"12"}]\t{"big":true}\n' +
        '["EUR","USD"]\t{"bid":1.1,"units":"10"}\n' +
        '["USD","CNY"]\t{"bid":7.1201}\n',
    )
  })

  test.each([
    [['--prefix', '["USD"]', '--keys'], '["USD","CNY"]\n'],
    [['--gt', '["EUR","USD"]', '--keys'], '["USD","CNY"]\n'],
    [['--gte', '["EUR"]', '--lt', '["USD"]', '--keys'], '["EUR","USD"]\n'],
    [['--reverse', '--limit', '1', '--values'], '{"bid":7.1201}\n'],
    [['--count'], '3\n'],
    [['--count', '--limit', '2', '--json'], '{"count":2}\n'],
    [['--limit', '1', '--json'], '{"key":[{"bigint":"12"}],"value":{"big":true}}\n'],
  ])('takes %j', async (args, out) => {
    expect(await ask(...args)).toMatchObject({ code: 0, out })
  })

  test('prints large numbers in a form that get takes', async () => {
    const at = ['--store', store, '--namespace', 'numbers']
    const { out } = await run('scan', '--keys', ...at)
    const keys = out.trim().split('\n')
    expect(keys).toEqual(['[{"number":"9007199254740992"}]', '[{"number":"1e+300"}]'])
    const values = [await run('get', keys[0]!, ...at), await run('get', keys[1]!, ...at)]
    expect(values.map((result) => result.out)).toEqual(['unsafe\n', 'large\n'])
  })

  test('chooses the only namespace there is', async () => {
    expect((await run('scan', '--store', empty)).out).toBe('7\tseven\n')
  })
})

describe('The state of a store', () => {
  test('namespaces lists names and codecs', async () => {
    const { out } = await run('namespaces', '--store', store)
    expect(out).toMatch(/^names +utf8 +utf8 +logged$/m)
    const json = JSON.parse((await run('namespaces', '--store', store, '--json')).out) as unknown[]
    expect(json).toHaveLength(4)
  })

  test('stats prints figures', async () => {
    expect((await run('stats', '--store', store)).out).toMatch(/^state, table bytes +[\d,]+$/m)
    const json = JSON.parse((await run('stats', '--store', store, '--json')).out) as {
      stats: { state: { tables: number } }
    }
    expect(json.stats.state.tables).toBe(4)
  })

  test('levels draws each namespace, before and after compact', async () => {
    expect((await run('levels', '--store', store)).out).toMatch(/^rates {2}1 table/m)
    expect((await run('compact', '--store', store)).code).toBe(0)
    const { out } = await run('levels', '--store', store, '--json')
    const names = (JSON.parse(out) as { namespace: string }[]).map((each) => each.namespace)
    expect(names).toEqual(['rates', 'numbers', 'names', 'blobs'])
  })

  test('dump shows each kind of file', async () => {
    const files = readdirSync(store)
    const named = (end: string) => join(store, files.find((name) => name.endsWith(end)) ?? end)
    const shown = [
      await run('dump', 'current', join(store, 'CURRENT')),
      await run('dump', 'manifest', named('.manifest')),
      await run('dump', 'log', named('.wal')),
      await run('dump', 'table', named('.sst'), '--entries'),
    ]
    for (const { code, out } of shown) {
      expect(code).toBe(0)
      expect(out).toContain('format version')
    }
    const { out } = await run('dump', 'current', join(store, 'CURRENT'), '--json')
    expect(JSON.parse(out)).toMatchObject({ kind: 'current' })
  })

  test('dump refuses a file of another kind', async () => {
    for (const kind of ['log', 'manifest']) {
      const { code, out, err } = await run('dump', kind, join(store, 'CURRENT'))
      expect(err).toMatch(/^ledgerstone: WRONG_KIND: .*CURRENT is a current, not a /)
      expect({ code, out }).toEqual({ code: 1, out: '' })
    }
  })
})

describe('A store that cannot be opened', () => {
  test.each(['get', 'scan', 'stats', 'levels', 'namespaces', 'compact', 'verify'])(
    '%s says that there is none, and makes none',
    async (command) => {
      const absent = join(folder, 'absent')
      const key = command === 'get' ? ['x'] : []
      const { code, err } = await run(command, ...key, '--store', absent)
      expect(err).toMatch(/^ledgerstone: NOT_FOUND: /)
      expect(code).toBe(1)
      expect(readdirSync(folder)).not.toContain('absent')
    },
  )

  test('is named as locked to what writes while another process has it', async () => {
    const held = await open(store)
    try {
      const { code, err } = await run('compact', '--store', store)
      expect(err).toMatch(/^ledgerstone: LOCKED: /)
      expect(code).toBe(1)
      expect(await run('namespaces', '--store', store)).toMatchObject({ code: 0, err: '' })
    } finally {
      await held.close()
    }
  })
})

describe('verify', () => {
  test('says that a whole store is whole', async () => {
    expect(await run('verify', '--store', empty)).toMatchObject({ code: 0, err: '' })
    expect((await run('verify', '--store', empty, '--json')).out).toBe('[]\n')
  })

  test('names file and offset of damage and exits with 1', async () => {
    const damaged = join(folder, 'damaged')
    const made = await open(damaged)
    await made.namespace('n').put(['k'], 'v'.repeat(1000))
    await made.flush()
    await made.close()
    const table = readdirSync(damaged).find((name) => name.endsWith('.sst')) ?? ''
    const bytes = readFileSync(join(damaged, table))
    bytes[60]! ^= 0xff
    writeFileSync(join(damaged, table), bytes)
    const { code, out } = await run('verify', '--store', damaged)
    expect(out).toMatch(new RegExp(`^${table}.*CORRUPTION`, 'm'))
    expect(code).toBe(1)
    const json = await run('verify', '--store', damaged, '--json')
    expect(JSON.parse(json.out)).toMatchObject([{ code: 'CORRUPTION' }])
    expect(json.code).toBe(1)
    const { child, result } = start('verify', '--store', damaged)
    child.stdout?.destroy()
    expect(await result).toMatchObject({ code: 1, err: '' })
  })
})
