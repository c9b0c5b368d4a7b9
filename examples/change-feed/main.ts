// A store whose accounts are written all the time, and a second store that follows by the first
// one's feed of changes. Kill it at any moment and start it again: the mirror goes on where it was.
//
//   node scripts/start.mjs --program examples/change-feed/main FOLDER [BATCHES]
//
// FOLDER holds both stores. The program ends once so many batches were written in all (default:
// 2000), and the mirror has them.

import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { open, tuple } from 'ledgerstone'
import { mirror } from './mirror.js'

const ACCOUNTS = 40
const [folder, batchesText = '2000'] = process.argv.slice(2)
if (folder === undefined) throw new Error('Usage: main FOLDER [BATCHES]')
const batches = Number(batchesText)

const source = await open(join(folder, 'source'), { retention: { bytes: '64MiB' } })
const target = await open(join(folder, 'mirror'))
const OPTIONS = { key: tuple<[string, number]>(), value: 'i64', merge: 'add' } as const
const accounts = source.namespace('accounts', OPTIONS)
const copy = target.namespace('accounts', OPTIONS)
const written = source.namespace('written', { key: 'utf8', value: 'u64' })

async function write(): Promise<bigint> {
  for (let n = Number(written.getSync('batches') ?? 0n); n < batches; n++) {
    const from = n % ACCOUNTS
    const to = (n * 7 + 1) % ACCOUNTS
    const done = source.write(
      (batch) => {
        batch.merge(accounts, ['account', from], -BigInt(n))
        batch.merge(accounts, ['account', to], BigInt(n))
        if (n % 500 === 499) batch.deleteRange(accounts, { prefix: ['account', n % ACCOUNTS] })
        batch.put(written, 'batches', n + 1)
      },
      { durability: n % 10 === 9 ? 'disk' : 'os' },
    )
    if (n % 10 === 9) await done
    if (n % 100 === 0) await setImmediate()
  }
  await source.flush()
  return source.sequence
}

console.log('running')
const started = new AbortController()
const following = mirror(source, 'accounts', target, copy).catch((error: unknown) => {
  started.abort(error)
  throw error
})
const until = await write()
started.signal.throwIfAborted()
// The follower ends with its store; what it had not reached yet is taken over now.
await source.close()
const followed = await following
const reopened = await open(join(folder, 'source'), { readOnly: true })
const rest = await mirror(reopened, 'accounts', target, copy, { until })
console.log(`${followed + rest} batches mirrored in this run`)
const sum = [...copy.range().values()].reduce((total, amount) => total + amount, 0n)
console.log(`${copy.range().countSync()} accounts, together ${sum}`)
await reopened.close()
await target.close()
