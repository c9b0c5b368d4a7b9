// Programs of a project that has the packed package installed: what its users write, in short. Each
// prints one line of JSON.
const STEPS = `
  const folder = process.argv[2]
  const store = await open(folder)
  const rates = store.namespace('rates', { key: 'tuple', value: 'json' })
  await rates.put(['USD', 'CNY'], 7.1)
  await store.transact(async (tx) => {
    tx.put(rates, ['USD', 'EUR'], await tx.get(rates, ['USD', 'CNY']))
  })
  await store.flush()
  const worker = new Worker(SOURCE, { eval: true, workerData: folder })
  const inWorker = await new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject)
  })
  const refused = await open(folder).catch((error) => error)
  const entries = await rates.range().toArray()
  const findings = await store.verify()
  await store.close()
  const told = [entries, inWorker, refused instanceof LedgerstoneError, refused.code, findings]
  console.log(JSON.stringify(told))
`
const SOURCE = `
const SOURCE = \`
  const { parentPort, workerData } = require('node:worker_threads')
  const { open } = require('ledgerstone')
  open(workerData).then(async (store) => {
    parentPort.postMessage(store.namespace('rates').range().countSync())
    await store.close()
  })
\`
`
export const MAIN_TELLS = [[[['USD', 'CNY'], 7.1], [['USD', 'EUR'], 7.1]], 2, true, 'LOCKED', []]

const PEER_STEPS = `
  const db = new LedgerstoneLevel(process.argv[2])
  await db.put('rate', '7.1', { sync: false })
  const keyv = new Keyv({ store: new KeyvLedgerstone(db.store) })
  await keyv.set('rate', { bid: 7.1 })
  const told = [db.getSync('rate'), await keyv.get('rate'), db instanceof AbstractLevel]
  await db.close()
  console.log(JSON.stringify(told))
`
export const PEERS_TELL = ['7.1', { bid: 7.1 }, true]

const ABSENT = `
const told = []
const note = (error) => told.push([error.code, String(error.message).includes('abstract-level')])
`
export const ABSENT_TELLS = [['ERR_MODULE_NOT_FOUND', true], ['MODULE_NOT_FOUND', true], 'function']

const USE = `
export async function use(path: string): Promise<string[]> {
  const store: Store = await open(path, { advanced: { blockBytes: '4KiB' } })
  const rates = store.namespace('rates', { key: tuple<[string, string]>(), value: 'utf8' })
  const rate: string | undefined = await rates.get(['USD', 'CNY'])
  // @ts-expect-error: the key codec takes two strings
  await rates.put(['USD'], '')
  const db = new LedgerstoneLevel<string, { bid: number }>(path, { valueEncoding: 'json' })
  // @ts-expect-error: the value is no text
  await db.put('a', 'text')
  const keyv = new Keyv({ store: new KeyvLedgerstone(db.store, { durability: 'os' }) })
  await keyv.set('key', rate)
  const keys: string[] = await db.keys().all()
  if (keys.length === 0) throw new LedgerstoneError('CLOSED', 'nothing')
  await store.close()
  return keys
}
`
const TYPE_IMPORTS = `
import { Keyv } from 'keyv'
import { LedgerstoneError, type Store, open, tuple } from 'ledgerstone'
import { KeyvLedgerstone } from 'ledgerstone/keyv'
import { LedgerstoneLevel } from 'ledgerstone/level'
`

const compilerOptions = {
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: ['node'],
}

export const FILES = {
  'main.mjs': `
    import { Worker } from 'node:worker_threads'
    import { LedgerstoneError, open } from 'ledgerstone'
    ${SOURCE}${STEPS}`,
  'main.cjs': `
    const { Worker } = require('node:worker_threads')
    const { LedgerstoneError, open } = require('ledgerstone')
    ${SOURCE}
    async function main() {${STEPS}}
    main()`,
  'peers.mjs': `
    import { AbstractLevel } from 'abstract-level'
    import { Keyv } from 'keyv'
    import { KeyvLedgerstone } from 'ledgerstone/keyv'
    import { LedgerstoneLevel } from 'ledgerstone/level'
    ${PEER_STEPS}`,
  'peers.cjs': `
    const { AbstractLevel } = require('abstract-level')
    const { Keyv } = require('keyv')
    const { KeyvLedgerstone } = require('ledgerstone/keyv')
    const { LedgerstoneLevel } = require('ledgerstone/level')
    async function main() {${PEER_STEPS}}
    main()`,
  'absent.mjs': `
    import { createRequire } from 'node:module'
    ${ABSENT}
    await import('ledgerstone/level').catch(note)
    try { createRequire(import.meta.url)('ledgerstone/level') } catch (error) { note(error) }
    told.push(typeof (await import('ledgerstone/keyv')).KeyvLedgerstone)
    console.log(JSON.stringify(told))`,
  'binary.mjs': `
    import { open } from 'ledgerstone'
    const { code, message } = await open(process.argv[2]).catch((error) => error)
    console.log(JSON.stringify([code, message]))`,
  'module.mts': TYPE_IMPORTS + USE,
  'common.cts': TYPE_IMPORTS + USE,
  'bundled/main.ts': TYPE_IMPORTS + USE,
  'bundled/tsconfig.json': JSON.stringify({
    compilerOptions: { ...compilerOptions, module: 'esnext', moduleResolution: 'bundler' },
    include: ['*.ts'],
  }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: { ...compilerOptions, module: 'nodenext', moduleResolution: 'nodenext' },
    include: ['*.mts', '*.cts'],
  }),
  'rates.csv': 'base,quote,bid\nUSD,CNY,7.1\nEUR,CNY,8.2\n',
  'package.json': '{ "name": "consumer", "private": true, "type": "module" }',
}
