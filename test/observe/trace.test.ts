// A trace as its viewers read it: docs/observing.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Store, open, openMemory } from '../../src/index.js'
import { expectError } from '../contract/expect-error.js'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { start } from '../support/program.js'

const folder = temporaryFolders('trace')

interface TraceEvent {
  ph: 'M' | 'X' | 'i'
  tid: number
  name: string
  ts: number
  dur: number
  args?: Record<string, unknown>
}

async function work(store: Store, rounds: number): Promise<void> {
  const a = store.namespace('a', { key: 'u64', value: 'utf8' })
  for (let round = 0; round < rounds; round++) {
    await Promise.all(Array.from({ length: 500 }, (_, i) => a.put(i, 'value '.repeat(10))))
  }
}

const advanced = { generationBytes: '64KiB', l0CompactionTrigger: 2 }
const openSmall = (path: string) => open(path, { memoryBudget: '1MiB', advanced })

/** Each span lies within the one around it, lane by lane. */
function expectNested(spans: readonly TraceEvent[]): void {
  for (const lane of new Set(spans.map(({ tid }) => tid))) {
    const own = spans.filter(({ tid }) => tid === lane)
    own.sort((x, y) => x.ts - y.ts || y.dur - x.dur)
    const around: TraceEvent[] = []
    for (const span of own) {
      while (around.length > 0 && around.at(-1)!.ts + around.at(-1)!.dur <= span.ts) around.pop()
      const outer = around.at(-1)
      if (outer !== undefined) expect(span.ts + span.dur).toBeLessThanOrEqual(outer.ts + outer.dur)
      around.push(span)
    }
  }
}

test('a trace is JSON with named lanes and nested spans of what each lane did', async () => {
  const path = `${folder()}.json`
  const store = await openSmall(folder())
  const trace = await store.trace(path)
  expect(trace.path).toBe(path)
  await work(store, 8)
  await store.compact()
  await trace.stop()
  await store.close()
  const events = JSON.parse(readFileSync(path, 'utf8')) as TraceEvent[]
  const names = events
    .filter(({ ph, name }) => ph === 'M' && name === 'thread_name')
    .map(({ tid, args }) => [tid, args?.['name']])
  expect(names).toEqual([
    [1, 'commit lane'],
    [2, 'flush lane'],
    [3, 'compaction lane'],
    [4, 'events'],
  ])
  const spans = events.filter(({ ph }) => ph === 'X')
  expectNested(spans)
  const lanes = new Map(spans.map(({ name, tid }) => [name, tid]))
  expect(Object.fromEntries(lanes)).toMatchObject({
    ...{ 'commit group': 1, append: 1, memtables: 1, sync: 1, 'switch generation': 1 },
    ...{ flush: 2, compaction: 3 },
  })
  expect(spans.find(({ name }) => name === 'commit group')?.args).toHaveProperty('entries')
  expect(events.some(({ ph, name }) => ph === 'i' && name.startsWith('flushed a: L0'))).toBe(true)
})

test('a trace stays within its limit, and says where it ends', async () => {
  const path = `${folder()}.json`
  await using store = await openSmall(folder())
  await using trace = await store.trace(path, { bytesMax: '8KiB' })
  await work(store, 20)
  await trace.stop()
  const text = readFileSync(path, 'utf8')
  expect(text.length).toBeLessThan(9 * 1024)
  expect((JSON.parse(text) as TraceEvent[]).at(-1)?.name).toBe('the trace is full')
})

test('a trace never takes the place of a file, and one runs at a time', async () => {
  const path = `${folder()}.json`
  writeFileSync(path, 'precious')
  await using store = await openSmall(folder())
  await expectError('INVALID_ARGUMENT', () => store.trace(path))
  expect(readFileSync(path, 'utf8')).toBe('precious')
  const trace = await store.trace(`${path}.2`)
  await expectError('INVALID_ARGUMENT', () => store.trace(`${path}.3`))
  await expectError('INVALID_ARGUMENT', () => store.trace(`${path}.4`, { bytesMax: -1 }))
  await trace.stop()
})

test('a trace whose process died is whole but for its end', async () => {
  const path = `${folder()}.json`
  const program = `
    import { open } from ${JSON.stringify(inRoot('dist/esm/index.js'))}
    const store = await open(${JSON.stringify(folder())})
    await store.trace(${JSON.stringify(path)})
    const a = store.namespace('a', { key: 'u64', value: 'utf8' })
    const until = performance.now() + 1500
    for (let n = 0; performance.now() < until; n++) await a.put(n, 'value', { durability: 'os' })
    console.log('written')
    setInterval(() => undefined, 1000)`
  const owner = start(['--input-type=module', '--eval', program])
  await owner.line('written')
  owner.process.kill('SIGKILL')
  await owner.ended
  const text = readFileSync(path, 'utf8')
  expect(() => JSON.parse(text) as unknown).toThrowError()
  const events = JSON.parse(`${text}]`) as TraceEvent[]
  expectNested(events.filter(({ ph }) => ph === 'X'))
  expect(events.length).toBeGreaterThan(100)
})

test('a store in memory has no lanes to trace', async () => {
  const store = await openMemory()
  await expectError('NOT_SUPPORTED', () => store.trace(`${folder()}.json`))
})
