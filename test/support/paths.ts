// Where things of this repository are, for tests that start programs of their own.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

export const inRoot = (...parts: string[]): string => join(root, ...parts)

/** Programs use the package as its users get it: compiled. */
export function requireCompiled(): void {
  if (existsSync(inRoot('dist/esm/index.js'))) return
  throw new Error('dist/ is missing; make it with: node scripts/setup.mjs')
}
