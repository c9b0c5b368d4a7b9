import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe } from 'vitest'
import type { Store } from '../../src/index.js'
import { open, openMemory } from '../../src/index.js'
import { changesContract, forgettingContract } from './changes-contract.js'
import type { StoreFactory } from './contract.js'

const root = mkdtempSync(join(tmpdir(), 'ledgerstone-changes-'))
let stores = 0

afterAll(() => {
  rmSync(root, { recursive: true })
})

const path = (): string => join(root, `${stores++}`)
const retention = { bytes: '1GiB' }
const TINY = {
  memoryBudget: '8MiB',
  advanced: { generationBytes: '16KiB', blockBytes: 512, tableBytes: '8KiB' },
}

function storeThat(name: string, factory: StoreFactory, run: typeof changesContract): void {
  describe(name, () => {
    let store: Store | undefined
    beforeEach(async () => {
      store = await factory()
    })
    afterEach(() => store?.close())
    run(() => store!)
  })
}

storeThat('native', () => open(path(), { retention }), changesContract)
storeThat('native with tiny tables', () => open(path(), { ...TINY, retention }), changesContract)
storeThat('memory', () => openMemory({ retention }), changesContract)

const little = { retention: { bytes: 300_000 } }
const TINY_AND_LITTLE = { ...TINY, ...little }
storeThat('native, retaining little', () => open(path(), TINY_AND_LITTLE), forgettingContract)
storeThat('native, retaining nothing', () => open(path(), TINY), forgettingContract)
storeThat('memory, retaining little', () => openMemory(little), forgettingContract)
