// Exchange rates behind a cache that outlives the process: Keyv over a store. The first run asks
// the origin, the next ones do not until the rates are too old.
//
//   node scripts/start.mjs --program examples/keyv-rates/main
//   node scripts/start.mjs --program examples/keyv-rates/main --seconds 5 EUR/USD

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Keyv } from 'keyv'
import { KeyvLedgerstone } from 'ledgerstone/keyv'

interface Rate {
  pair: string
  bid: number
}

const ORIGIN: Record<string, number> = { 'EUR/USD': 1.1712, 'USD/CNY': 7.1201, 'USD/JPY': 155.93 }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    store: { type: 'string', default: join(tmpdir(), 'ledgerstone-rates') },
    seconds: { type: 'string', default: '3600' },
  },
})

// A cache can be made again: less durability, more speed.
const cache = new Keyv<Rate>({
  store: new KeyvLedgerstone(values.store, { durability: 'os' }),
  namespace: 'rates',
  ttl: Number(values.seconds) * 1000,
  throwOnErrors: true,
})

async function askOrigin(pair: string): Promise<Rate> {
  const bid = ORIGIN[pair]
  if (bid === undefined) throw new Error(`the origin knows no ${pair}`)
  return { pair, bid }
}

async function rateOf(pair: string): Promise<[rate: Rate, from: string]> {
  const cached = await cache.get(pair)
  if (cached !== undefined) return [cached, 'cache']
  const rate = await askOrigin(pair)
  await cache.set(pair, rate)
  return [rate, 'origin']
}

try {
  for (const pair of positionals.length > 0 ? positionals : Object.keys(ORIGIN)) {
    const [{ bid }, from] = await rateOf(pair)
    console.log(`${pair}  ${bid.toFixed(4).padStart(9)}  from the ${from}`)
  }
} catch (error) {
  console.error(`keyv-rates: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  await cache.disconnect()
}
