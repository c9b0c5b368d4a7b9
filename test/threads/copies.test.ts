// Two copies of the package in one process do not know each other: the second to open a folder is
// refused like another process. The two builds of one copy are one.

import { copyFileSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { temporaryFolders } from '../support/folders.js'
import { inRoot, requireCompiled } from '../support/paths.js'
import { run } from '../support/program.js'

const folder = temporaryFolders('copies')
let copies: string

const PROGRAM = `
import { createRequire } from 'node:module'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'

const path = workerData ?? process.argv[2]
const first = await import('./first/dist/esm/index.js')
const second = await import('./second/dist/esm/index.js')
const firstRequired = createRequire(import.meta.url)('./first/dist/cjs/index.js')
const verdicts = []

async function attempt(name, { open, LedgerstoneError }) {
  try {
    const store = await open(path)
    verdicts.push(name + ' opened')
    return store
  } catch (error) {
    const isTyped = error instanceof LedgerstoneError
    verdicts.push([name, error.code, error.pid === process.pid, isTyped].join(' '))
  }
}

const inWorker = () => new Promise((resolve, reject) => {
  const worker = new Worker(new URL(import.meta.url), { workerData: path })
  worker.once('message', resolve).once('error', reject)
})

if (!isMainThread) {
  const a = await attempt('first', first)
  await attempt('second', second)
  const b = await attempt('first by require', firstRequired)
  await a?.close()
  await b?.close()
  parentPort.postMessage(verdicts)
} else {
  let store = await attempt('first', first)
  const numbers = store.namespace('numbers', { key: 'u64' })
  await attempt('second', second)
  await attempt('first by require', firstRequired)
  verdicts.push(...await inWorker())
  for (let n = 0; n < 100; n++) await numbers.put(n, n, { durability: 'os' })
  await store.close()
  store = await attempt('second', second)
  verdicts.push(store.namespace('numbers').range().countSync())
  await attempt('first', first)
  verdicts.push((await store.verify()).length, store.report.cleanClose)
  await store.close()
  console.log(JSON.stringify(verdicts))
}
`

beforeAll(() => {
  requireCompiled()
  copies = folder()
  for (const name of ['first', 'second']) {
    const copy = join(copies, name)
    mkdirSync(join(copy, 'build/Release'), { recursive: true })
    mkdirSync(join(copy, 'native'))
    cpSync(inRoot('dist'), join(copy, 'dist'), { recursive: true })
    copyFileSync(inRoot('package.json'), join(copy, 'package.json'))
    copyFileSync(inRoot('native/sources.json'), join(copy, 'native/sources.json'))
    copyFileSync(
      inRoot('build/Release/ledgerstone.node'),
      join(copy, 'build/Release/ledgerstone.node'),
    )
  }
  symlinkSync(inRoot('node_modules'), join(copies, 'node_modules'), 'dir')
  writeFileSync(join(copies, 'program.mjs'), PROGRAM)
})

it('refuses the second copy with LOCKED and the own pid, and harms nothing', async () => {
  const ending = await run([join(copies, 'program.mjs'), folder()])
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  expect(JSON.parse(ending.stdout)).toEqual([
    'first opened',
    'second LOCKED true true',
    'first by require LOCKED true true',
    ...['first opened', 'second LOCKED true true', 'first by require LOCKED true true'],
    'second opened',
    100,
    'first LOCKED true true',
    0,
    true,
  ])
})
