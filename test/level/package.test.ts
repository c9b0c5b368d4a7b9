// ledgerstone/level and ledgerstone/keyv as a user's project has them: imported, required and
// type-checked from dist/.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { temporaryFolders } from '../support/folders.js'
import { inRoot, requireCompiled, root } from '../support/paths.js'
import { run } from '../support/program.js'

const folder = temporaryFolders('level-packages')
const TYPE_CHECK_TIMEOUT_MS = 120_000
const PACKAGES = ['abstract-level', 'keyv', 'quadstore', 'rdf-data-factory']

const STEPS = `
  const db = new LedgerstoneLevel(process.argv[2])
  await db.put('rate', '7.1', { sync: false })
  const rate = db.getSync('rate')
  const keyv = new Keyv({ store: new KeyvLedgerstone(db.store) })
  await keyv.set('rate', { bid: 7.1 })
  const cached = await keyv.get('rate')
  await db.close()
  console.log(JSON.stringify({ rate, cached, same: db instanceof AbstractLevel }))
`

const USE = `
import { AbstractLevel } from 'abstract-level'
import { Keyv } from 'keyv'
import { KeyvLedgerstone } from 'ledgerstone/keyv'
import { Level, LedgerstoneLevel } from 'ledgerstone/level'

export async function use(path: string): Promise<string | undefined> {
  const db = new LedgerstoneLevel<string, { bid: number }>(path, { valueEncoding: 'json' })
  await db.put('a', { bid: 1 }, { durability: 'os' })
  await db.batch([{ type: 'del', key: 'a' }], { sync: true })
  await db.batch().put('b', { bid: 2 }).write({ sync: false })
  const entries: [string, { bid: number }][] = await db.iterator({ gte: 'a' }).all()
  const texts: string[] = await db.sublevel('texts').values().all()
  const any: AbstractLevel<unknown, string, { bid: number }> = db as never
  // @ts-expect-error: the value is no text
  await db.put('a', 'text')
  // @ts-expect-error: there is no such durability
  await db.del('a', { durability: 'perhaps' })
  const keyv = new Keyv({ store: new KeyvLedgerstone(db.store, { durability: 'os' }) })
  await keyv.set('key', entries.length)
  return any === db && Level === LedgerstoneLevel ? texts[0] : keyv.get<string>('key')
}
`

const BACKEND = `
import { LedgerstoneLevel } from 'ledgerstone/level'
import { Quadstore } from 'quadstore'
import { DataFactory } from 'rdf-data-factory'

const backend = new LedgerstoneLevel('data')
export const store = new Quadstore({ backend, dataFactory: new DataFactory() })
`

const NAMES = ['AbstractLevel', 'Keyv', 'KeyvLedgerstone', 'LedgerstoneLevel']
const FROM = ['abstract-level', 'keyv', 'ledgerstone/keyv', 'ledgerstone/level']
const imported = NAMES.map((name, i) => `import { ${name} } from '${FROM[i]}'`)
const required = NAMES.map((name, i) => `const { ${name} } = require('${FROM[i]}')`)

const FILES = {
  'run.mjs': `${imported.join('\n')}${STEPS}`,
  'run.cjs': `${required.join('\n')}\nasync function main() {${STEPS}}\nmain()`,
  'module.mts': USE,
  'common.cts': USE,
  'backend.mts': BACKEND,
  'package.json': '{ "name": "consumer", "private": true }',
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2023', 'esnext.disposable'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      preserveSymlinks: true,
      typeRoots: [inRoot('node_modules/@types')],
      types: ['node'],
    },
    include: ['*.mts', '*.cts'],
  }),
}

let project: string

beforeAll(() => {
  requireCompiled()
  project = folder()
  mkdirSync(join(project, 'node_modules'), { recursive: true })
  symlinkSync(root, join(project, 'node_modules/ledgerstone'), 'dir')
  for (const name of PACKAGES) {
    symlinkSync(inRoot('node_modules', name), join(project, 'node_modules', name), 'dir')
  }
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(project, name), text)
})

it.each(['run.mjs', 'run.cjs'])('both entries work in %s', async (name) => {
  const { code, stderr, stdout } = await run([join(project, name), folder()])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toEqual({ rate: '7.1', cached: { bid: 7.1 }, same: true })
})

it(
  'both entries have types that check, for ES modules and CommonJS under nodenext',
  async () => {
    const tsc = inRoot('node_modules/typescript/bin/tsc')
    const { code, stdout } = await run([tsc, '-p', project], TYPE_CHECK_TIMEOUT_MS)
    expect({ code, errors: stdout }).toEqual({ code: 0, errors: '' })
  },
  TYPE_CHECK_TIMEOUT_MS,
)
