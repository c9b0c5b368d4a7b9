// The process that feed.test.ts kills: it writes numbered batches, and a consumer in it appends
// what the feed gives to a file, with the sequence to go on from.
//   o        the store is open
//   a n      batch n was acknowledged as safe from the end of the process
// A line of the file: sequence, first, then the numbers that the batch's entries carry.
import { openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import { open } from 'ledgerstone'

const [path, out, optionsText] = process.argv.slice(2)

// What stands behind the last whole line was being written when the last process died.
function lastSequence() {
  const text = readFileSync(out, 'utf8')
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  truncateSync(out, whole.length)
  const last = whole.trimEnd().split('\n').at(-1)
  return last === '' ? 0n : BigInt(last.split(' ')[0])
}

const file = openSync(out, 'a')
const store = await open(path, JSON.parse(optionsText))
const space = store.namespace('numbers', { key: 'utf8', value: 'json' })
const feed = store.changes({ after: lastSequence() })
writeSync(1, 'o\n')

const consume = async () => {
  for await (const changes of feed.batches()) {
    const lines = changes.map(({ sequence, first, entries }) => {
      const numbers = entries.map((entry) => entry.value?.n ?? entry.type)
      return `${sequence} ${first} ${numbers.join(',')}\n`
    })
    for (const line of lines) writeSync(file, line)
  }
}
const consuming = consume()

const DURABILITIES = ['os', 'os', 'memory', 'os', 'disk']
let last
for (let n = (space.getSync('newest')?.n ?? 0) + 1; ; n++) {
  const durability = DURABILITIES[n % DURABILITIES.length]
  const written = store.write(
    (batch) => {
      batch.put(space, 'newest', { n })
      for (let i = 0; i < n % 4; i++) batch.put(space, `key${(n + i) % 50}`, { n })
    },
    { durability },
  )
  if (durability !== 'memory') written.then(() => writeSync(1, `a ${n}\n`))
  if (n % 7 === 0) await written
  if (n % 211 === 0) await store.flush()
  last = written
  if (process.argv[5] !== undefined && n >= Number(process.argv[5])) break
}
await last
await store.close()
await consuming
