import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { open } from '../../src/index.js'
import { run, temporaryFolder } from './run-command.js'

const folder = temporaryFolder()
const store = join(folder, 'store')
const backups = join(folder, 'backups')

beforeAll(async () => {
  await using made = await open(store)
  await made.namespace('names', { key: 'utf8', value: 'utf8' }).put('USD', 'US dollar')
})

describe('checkpoint', () => {
  test('makes a folder that the other commands can read', async () => {
    const copy = join(folder, 'copy')
    const made = await run('checkpoint', copy, '--store', store)
    expect(made).toMatchObject({ code: 0, err: '' })
    expect(made.out).toMatch(/^.*copy: 1 table, [\d,]+ bytes, linked\n$/)
    expect((await run('get', 'USD', '--store', copy)).out).toBe('US dollar\n')
    const again = await run('checkpoint', copy, '--store', store)
    expect(again.code).toBe(1)
    expect(again.err).toContain('INVALID_ARGUMENT')
    expect(again.err).toContain('is not empty')
  })
})

describe('backup, backups and restore', () => {
  test('add, list, check, restore and remove', async () => {
    expect((await run('backup', backups, '--store', store)).out).toMatch(/^Backup 1 in /)
    const second = await run('backup', backups, '--store', store, '--json')
    expect(JSON.parse(second.out)).toMatchObject({ backup: 2, sentTables: 0, tables: 1 })
    const list = await run('backups', backups)
    expect(list.out.split('\n')).toHaveLength(4)
    expect(list.out).toMatch(/^BACKUP +CREATED +BYTES +NEW BYTES +RECORD\n +1 .*whole\n +2 /)
    expect(await run('backups', backups, '--verify', '2')).toMatchObject({
      code: 0,
      out: 'Backup 2 is whole\n',
    })
    const target = join(folder, 'restored')
    expect(await run('restore', backups, target, '--backup', '1')).toMatchObject({ code: 0 })
    expect((await run('get', 'USD', '--store', target)).out).toBe('US dollar\n')
    expect((await run('backups', backups, '--remove', '1')).out).toBe('Backup 1 is removed\n')
    expect(JSON.parse((await run('backups', backups, '--json')).out)).toMatchObject([
      { backup: 2 },
    ])
  })

  test('name the damaged file and exit with 1', async () => {
    const [table = ''] = readdirSync(join(backups, 'tables'))
    const path = join(backups, 'tables', table)
    writeFileSync(path, readFileSync(path).subarray(1))
    const target = join(folder, 'none')
    const restored = await run('restore', backups, target)
    expect(restored.code).toBe(1)
    expect(restored.err).toContain(`CORRUPTION: a table has not the size`)
    expect(restored.err).toContain(`tables/${table}`)
    expect(existsSync(target)).toBe(false)
    const verified = await run('backups', backups, '--verify', '2')
    expect(verified.code).toBe(1)
    expect(verified.out).toContain('Backup 2 is damaged')
  })

  test('explain a wrong command line', async () => {
    expect((await run('backup')).err).toContain('backup needs BACKUPS')
    expect((await run('restore', backups)).err).toContain('restore needs FOLDER')
    expect((await run('backups', backups, '--verify', '1', '--remove', '1')).code).toBe(2)
  })
})
