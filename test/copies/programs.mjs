// The owner that read-only.test.ts opens beside: node programs.mjs PATH
// Every batch puts one number in two namespaces; `a n` on standard output tells that n was
// acknowledged.
import { writeSync } from 'node:fs'
import { open } from 'ledgerstone'

const [path = ''] = process.argv.slice(2)
const store = await open(path, {
  memoryBudget: '4MiB',
  advanced: { generationBytes: '64KiB', tableBytes: '32KiB', l0CompactionTrigger: 2 },
})
const left = store.namespace('left', { key: 'u64', value: 'utf8' })
const right = store.namespace('right', { key: 'utf8', value: 'utf8' })
for (let n = 1; ; n++) {
  const durability = n % 25 === 0 ? 'disk' : 'os'
  const value = `${n}:${'x'.repeat(500)}`
  await store.write(
    (batch) => {
      batch.put(left, n % 200, value)
      batch.put(left, 1000, `${n}`)
      batch.put(right, 'count', `${n}`)
    },
    { durability },
  )
  if (n % 50 === 0) writeSync(1, `a ${n}\n`)
  if (n % 1500 === 0) store.compact().catch(() => undefined)
}
