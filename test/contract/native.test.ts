import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { open } from '../../src/index.js'
import { contract } from './contract.js'

const root = mkdtempSync(join(tmpdir(), 'ledgerstone-contract-'))
let stores = 0

afterAll(() => {
  rmSync(root, { recursive: true })
})

contract('native', () => open(join(root, `${stores++}`)))

// Tables of a few kilobytes: every test crosses flushes, compactions and reads of blocks.
contract('native with tiny tables', () =>
  open(join(root, `${stores++}`), {
    memoryBudget: '8MiB',
    advanced: { generationBytes: '16KiB', blockBytes: 512, tableBytes: '8KiB' },
  }),
)
