import { expect, test } from 'vitest'
import { type StoreEvent, open } from '../../src/index.js'
import { temporaryFolders } from '../support/folders.js'

const folder = temporaryFolders('events')

async function eventsOf(rounds: number): Promise<StoreEvent[]> {
  const events: StoreEvent[] = []
  const store = await open(folder(), {
    memoryBudget: '1MiB',
    advanced: { generationBytes: '64KiB', l0CompactionTrigger: 2 },
    onEvent: (event) => events.push(event),
  })
  const a = store.namespace('a', { key: 'u64', value: 'utf8' })
  for (let round = 0; round < rounds; round++) {
    await Promise.all(Array.from({ length: 1000 }, (_, i) => a.put(i, 'value '.repeat(10))))
  }
  await store.compact()
  await store.close()
  return events
}

test('events come with the fields of their kind, from opened to closed', async () => {
  const events = await eventsOf(6)
  expect(events[0]).toMatchObject({ kind: 'opened', bytes: 0 })
  expect(events[0]?.text).toMatch(/^opened new/)
  expect(events.at(-1)).toEqual({ kind: 'closed', text: 'closed', error: undefined })
  const flushed = events.filter((event) => event.kind === 'flushed')
  expect(flushed.length).toBeGreaterThan(1)
  for (const event of flushed) {
    expect(Object.keys(event)).toEqual(['kind', 'text', 'namespace', 'file', 'bytes', 'micros'])
    expect(event.namespace).toBe('a')
    expect(event.file).toMatch(/^\d+\.sst$/)
    expect(event.bytes).toBeGreaterThan(0)
    expect(event.text).toContain(`flushed a: L0 ${event.file}`)
  }
  const compacted = events.find((event) => event.kind === 'compacted')
  expect(compacted?.namespace).toBe('a')
  expect(compacted?.inputTables).toBeGreaterThan(0)
  expect(compacted?.outputLevel).toBeGreaterThan(0)
  expect(events.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['generationFull', 'tableDeleted']),
  )
})
