// Folders of their own for the tests of one file, removed when its tests are over.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A function that names a new folder at each call; the folder itself is not made. */
export function temporaryFolders(about: string, under = tmpdir()): () => string {
  const parent = mkdtempSync(join(under, `ledgerstone-${about}-`))
  let count = 0
  afterAll(() => {
    rmSync(parent, { recursive: true, force: true })
  })
  return () => join(parent, `${count++}`)
}
