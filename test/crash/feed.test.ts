// SIGKILL of a process that writes and follows its own feed: the consumer stores its last sequence,
// and over all its lives it gets every batch once, whole, in order.
//   LEDGERSTONE_FEED_KILLS=400 npx vitest run test/crash/feed.test.ts

import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import { type Change, type OpenOptions, open } from '../../src/index.js'
import { counted } from '../support/counted.js'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { start } from '../support/program.js'

const KILLS = Number(process.env['LEDGERSTONE_FEED_KILLS'] ?? 40)
const VICTIM = inRoot('test/crash/feed-victim.mjs')
const OPTIONS: OpenOptions = {
  memoryBudget: '4MiB',
  retention: { bytes: '1GiB' },
  advanced: { generationBytes: '32KiB', tableBytes: '16KiB', l0CompactionTrigger: 2 },
}
const folder = temporaryFolders('feed')

const lineOf = ({ sequence, first, entries }: Change): string => {
  const numbers = entries.map((entry) =>
    'value' in entry ? (entry.value as { n: number }).n : entry.type,
  )
  return `${sequence} ${first} ${numbers.join(',')}`
}

it(
  `resumes without a gap or a double over ${KILLS} kills`,
  async () => {
    const path = folder()
    const out = `${path}.feed`
    writeFileSync(out, '')
    const random = new Random(seedFromEnvironment())
    let acknowledged = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const victim = start([VICTIM, path, out, JSON.stringify(OPTIONS)])
      await victim.line('o')
      await setTimeout(random.below(120))
      victim.process.kill('SIGKILL')
      await victim.ended
      for (const line of victim.lines()) {
        if (line.startsWith('a ')) acknowledged = Math.max(acknowledged, Number(line.slice(2)))
      }
    }
    const consumed = readFileSync(out, 'utf8')
    const lines = consumed.slice(0, consumed.lastIndexOf('\n') + 1).split('\n').slice(0, -1)
    const all: string[] = []
    await using store = await open(path, OPTIONS)
    for await (const change of store.changes({ after: 0n, until: store.sequence })) {
      all.push(lineOf(change))
    }
    expect(lines.length).toBeGreaterThan(KILLS)
    expect(lines).toEqual(all.slice(0, lines.length))
    const numbers = all.slice(1).map((line) => line.split(' ')[2]!.split(',').map(Number))
    expect(numbers.length).toBeGreaterThanOrEqual(acknowledged)
    for (const [i, batch] of numbers.entries()) {
      const n = i + 1
      expect(batch).toEqual(Array.from({ length: 1 + (n % 4) }, () => n))
    }
    process.stdout.write(
      `${KILLS} kills: ${all.length} batches, ${lines.length} consumed, ${acknowledged} told\n`,
    )
    counted('real kills: feed', KILLS)
  },
  60_000 + KILLS * 2000,
)
