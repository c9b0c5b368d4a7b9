// The background scrub: it finds damage that nobody has read, goes on, and stands in no one's way.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { type ScrubbedEvent, type Store, open } from '../../src/index.js'
import { expectError } from '../contract/expect-error.js'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { run } from '../support/program.js'

const newFolder = temporaryFolders('scrub')
let store: Store | undefined
afterEach(() => store?.close())

async function filled(): Promise<string> {
  const path = newFolder()
  const filling = await open(path)
  const numbers = filling.namespace('numbers', {
    key: 'u64',
    value: 'binary',
    bottomCompression: 'none',
  })
  const entries = Array.from({ length: 5000 }, (_, n) => [n, Buffer.alloc(100, n)] as const)
  await numbers.ingest(entries)
  await filling.close()
  return path
}

async function scrubbing(path: string, bytesPerSecond: number | string, every = 20) {
  const passes: ScrubbedEvent[] = []
  store = await open(path, {
    scrub: { bytesPerSecond: bytesPerSecond as number, every },
    onEvent: (event) => {
      if (event.kind === 'scrubbed') passes.push(event)
    },
  })
  return passes
}

it('reads everything again and again while all is whole', async () => {
  const passes = await scrubbing(await filled(), '64MiB')
  await vi.waitFor(() => {
    expect(passes.length).toBeGreaterThan(2)
  })
  expect(passes[0]).toMatchObject({ findings: [], error: undefined })
  expect(passes[0]!.files).toBeGreaterThan(0)
  expect(passes[0]!.bytes).toBeGreaterThan(500_000)
})

it('tells of damage by file before anybody reads it', async () => {
  const path = await filled()
  const file = readdirSync(path).find((name) => name.endsWith('.sst'))!
  const bytes = readFileSync(join(path, file))
  bytes[200]! ^= 1
  writeFileSync(join(path, file), bytes)
  const passes = await scrubbing(path, '64MiB')
  await vi.waitFor(() => {
    expect(passes.length).toBeGreaterThan(1)
  })
  for (const { findings } of passes) expect(findings).toMatchObject([{ code: 'CORRUPTION', file }])
})

it('ends with the store, which does not wait for it', async () => {
  const passes = await scrubbing(await filled(), 1000)
  await new Promise((resolve) => setTimeout(resolve, 100))
  const began = performance.now()
  await store!.close()
  expect(performance.now() - began).toBeLessThan(5000)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(passes).toEqual([])
})

it('does not keep the process alive', async () => {
  const path = await filled()
  const began = performance.now()
  const ending = await run([inRoot('test/lifecycle/programs.mjs'), 'scrubbing', path])
  expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' })
  expect(performance.now() - began).toBeLessThan(20_000)
})

it('refuses what is no plan', async () => {
  const path = newFolder()
  const plans = [{}, { bytesPerSecond: 0 }, { bytesPerSecond: 1, every: 0 }, { rate: 1 }]
  for (const scrub of [...plans, { bytesPerSecond: 1, every: 2 ** 31 }]) {
    await expectError('INVALID_ARGUMENT', () => open(path, { scrub: scrub as never }))
  }
  await expectError('INVALID_TYPE', () => open(path, { scrub: 1 as never }))
})
