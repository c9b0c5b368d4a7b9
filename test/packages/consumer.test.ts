// The package as its users get it, from dist/: imported, required, and type-checked, by a project
// that has it in its node_modules.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import * as source from '../../src/index.js'
import { temporaryFolders } from '../support/folders.js'
import { inRoot, requireCompiled, root } from '../support/paths.js'
import { type Ending, run } from '../support/program.js'

const folder = temporaryFolders('packages')
const TYPE_CHECK_TIMEOUT_MS = 120_000

const STEPS = `
  const store = await open(process.argv[2])
  const rates = store.namespace('rates', { key: 'tuple', value: 'json' })
  await rates.put(['USD', 'CNY'], 7.1)
  const value = rates.getSync(['USD', 'CNY'])
  const refused = await open(process.argv[2]).catch((error) => error)
  await store.close()
  console.log(JSON.stringify({ value, typed: refused instanceof LedgerstoneError, names }))
`

const USE = `
async function use(path: string): Promise<bigint> {
  const store: Store = await open(path, { advanced: { blockBytes: '4KiB' } })
  const rates = store.namespace('rates', { key: tuple<[string, string]>(), value: 'utf8' })
  const rate: string | undefined = await rates.get(['USD', 'CNY'])
  const keys: [string, string][] = await rates.range({ gte: ['USD', ''] }).keys().toArray()
  try {
    await store.write((batch) => batch.put(rates, ['USD', 'CNY'], rate ?? ''))
  } catch (error) {
    if (error instanceof LedgerstoneError && error.code === 'LOCKED') return BigInt(error.pid ?? 0)
  }
  // @ts-expect-error: the key codec takes two strings
  await rates.put(['USD'], '')
  // @ts-expect-error: there is no such code
  const wrong: ErrorCode = 'UNHEARD_OF'
  await store.close()
  return BigInt(keys.length + wrong.length)
}
void use
`

const NAMES = 'type ErrorCode, LedgerstoneError, type Store, open, tuple'

const FILES = {
  'run.mjs': `
    import { LedgerstoneError, open } from 'ledgerstone'
    import * as all from 'ledgerstone'
    const names = Object.keys(all).sort()
    ${STEPS}`,
  'run.cjs': `
    const all = require('ledgerstone')
    const { LedgerstoneError, open } = all
    const names = Object.keys(all).sort()
    async function main() { ${STEPS} }
    main()`,
  'both.mjs': `
    import { createRequire } from 'node:module'
    import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
    const load = [() => import('ledgerstone'), () => createRequire(import.meta.url)('ledgerstone')]
    if (workerData?.isReversed) load.reverse()
    const builds = [await load[0](), await load[1]()]
    const path = workerData?.path ?? process.argv[2]
    const verdicts = []
    const stores = []
    for (const [index, { open }] of builds.entries()) stores.push(await open(path + '/' + index))
    for (const [index, store] of stores.entries()) {
      const numbers = store.namespace('numbers', { key: 'u64' })
      const errors = [await builds[index].open(store.path).catch((error) => error)]
      errors.push(await numbers.put(1.5, 1).catch((error) => error))
      errors.push(await numbers.put('one', 1).catch((error) => error))
      await store.close()
      for (const error of errors) {
        verdicts.push([
          error.code,
          ...builds.map((build) => error instanceof build.LedgerstoneError),
          ...builds.map((build) => error instanceof build.InvalidTypeError),
        ].join(' '))
      }
    }
    if (!isMainThread) parentPort.postMessage(verdicts)
    else {
      const url = new URL(import.meta.url)
      const inWorker = (name, isReversed) => new Promise((resolve, reject) => {
        const worker = new Worker(url, { workerData: { path: path + '/' + name, isReversed } })
        worker.once('message', resolve).once('error', reject)
      })
      const others = await Promise.all([inWorker('a', false), inWorker('b', true)])
      console.log(JSON.stringify([verdicts, ...others]))
    }`,
  'module.mts': `import { ${NAMES} } from 'ledgerstone'\n${USE}`,
  'common.cts': `import { ${NAMES} } from 'ledgerstone'\n${USE}`,
  'required.cts': `import ledgerstone = require('ledgerstone')\nvoid ledgerstone.open('data')\n`,
  'wrong.mts':
    "import { open } from 'ledgerstone'\nexport const n: number = (await open('')).path\n",
  'package.json': '{ "name": "consumer", "private": true }',
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2023', 'esnext.disposable'],
      strict: true,
      noEmit: true,
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
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(project, name), text)
})

const told = ({ stdout }: Ending): unknown => JSON.parse(stdout)
const expected = { value: 7.1, typed: true, names: Object.keys(source).sort() }

it.each(['run.mjs', 'run.cjs'])('works and exports the same names in %s', async (name) => {
  const ending = await run([join(project, name), folder()])
  expect(ending).toMatchObject({ code: 0, stderr: '' })
  expect(told(ending)).toEqual(expected)
})

it('knows its errors in both builds at once, in any order of loading and in workers', async () => {
  const path = folder()
  mkdirSync(path)
  for (const worker of ['a', 'b']) mkdirSync(join(path, worker))
  const ending = await run([join(project, 'both.mjs'), path])
  expect(ending).toMatchObject({ code: 0, stderr: '' })
  const verdicts = [
    'LOCKED true true false false',
    'INVALID_ARGUMENT true true false false',
    'INVALID_TYPE false false true true',
  ]
  const build = [...verdicts, ...verdicts]
  expect(told(ending)).toEqual([build, build, build])
})

it(
  'has types that check, for ES modules and CommonJS under nodenext',
  async () => {
    const tsc = inRoot('node_modules/typescript/bin/tsc')
    const ending = await run([tsc, '-p', project], TYPE_CHECK_TIMEOUT_MS)
    const errors = ending.stdout.split('\n').filter((line) => line.includes('error TS'))
    expect(errors.map((line) => line.replace(/^.*\//, ''))).toEqual([
      "wrong.mts(2,14): error TS2322: Type 'string' is not assignable to type 'number'.",
    ])
  },
  TYPE_CHECK_TIMEOUT_MS,
)
