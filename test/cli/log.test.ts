import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { openEventLog } from '../../src/index.js'
import { run, temporaryFolder } from './run-command.js'

const folder = temporaryFolder()
const log = join(folder, 'log')
const times: number[] = []

beforeAll(async () => {
  await using made = await openEventLog(log, { codec: 'json' })
  for (let n = 1; n <= 3; n++) {
    times.push((await made.append([{ n, part: 1 }, { n, part: 2 }])).time)
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (n === 2) await made.roll()
  }
})

const moment = (n: number): string => new Date(times[n - 1]!).toISOString()

describe('log read', () => {
  test('prints position, time and event, between bounds', async () => {
    const read = await run('log', 'read', log, '--codec', 'json', '--from', '2', '--limit', '2')
    expect(read).toMatchObject({ code: 0, err: '' })
    expect(read.out).toBe(
      `2\t${moment(1)}\t{"n":1,"part":2}\n3\t${moment(2)}\t{"n":2,"part":1}\n`,
    )
  })

  test('begins at a moment, and gives JSON lines', async () => {
    const read = await run('log', 'read', log, '--codec', 'json', '--since', moment(3), '--json')
    expect(read.out.trim().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([
      { position: 5, time: moment(3), data: { n: 3, part: 1 } },
      { position: 6, time: moment(3), data: { n: 3, part: 2 } },
    ])
  })

  test('shows bytes as hex without a codec', async () => {
    const read = await run('log', 'read', log, '--to', '1')
    expect(read.out).toBe(`1\t${moment(1)}\t${Buffer.from('{"n":1,"part":1}').toString('hex')}\n`)
  })
})

describe('log segments and dump', () => {
  test('show positions, times, bytes and state', async () => {
    const { out } = await run('log', 'segments', log)
    const [head, first, second] = out.split('\n')
    expect(head).toMatch(/^SEGMENT +FIRST +LAST +FROM +TO +BYTES +STATE +CHAIN$/)
    expect(first).toMatch(/^ +1 +1 +4 .* finished +[0-9a-f]{8}$/)
    expect(second).toMatch(/^ +2 +5 +6 .* open +[0-9a-f]{8}$/)
    const json = await run('log', 'segments', log, '--json')
    expect(JSON.parse(json.out)).toMatchObject([{ number: 1, last: 4 }, { number: 2, last: 6 }])
  })

  test.each([
    ['events', '000001.evt', /kind E, .*events/s],
    ['index', '000001.idx', /kind I, /],
    ['catalog', 'CATALOG', /kind S, /],
  ])('show the file of kind %s', async (kind, file, text) => {
    const dumped = await run('dump', kind, join(log, file), '--entries')
    expect(dumped).toMatchObject({ code: 0, err: '' })
    expect(dumped.out).toMatch(text)
    const other = kind === 'index' ? 'events' : 'index'
    expect((await run('dump', other, join(log, file))).code).toBe(1)
  })
})

describe('log verify', () => {
  test('says that all is whole, or where it is not', async () => {
    expect(await run('log', 'verify', log)).toMatchObject({ code: 0, out: `${log} is whole\n` })
    const file = join(log, '000001.evt')
    const content = readFileSync(file)
    content[150]! ^= 1
    writeFileSync(file, content)
    const found = await run('log', 'verify', log)
    expect(found.code).toBe(1)
    expect(found.out).toContain('000001.evt, offset ')
    expect(found.out).toContain('CORRUPTION')
    const json = await run('log', 'verify', log, '--json')
    expect(JSON.parse(json.out)).toMatchObject([{ code: 'CORRUPTION', file: '000001.evt' }])
  })
})

test('A wrong command line is explained', async () => {
  expect((await run('log')).err).toContain('log needs ACTION')
  expect((await run('log', 'reed', log)).err).toContain("not 'reed'")
  expect((await run('log', 'read', log, '--since', 'noon')).code).toBe(2)
  expect((await run('log', 'read', log, '--codec', 'xml')).code).toBe(2)
  const none = await run('log', 'read', join(folder, 'none'))
  expect(none.code).toBe(1)
  expect(none.err).toContain('NOT_FOUND: There is no event log in')
})
