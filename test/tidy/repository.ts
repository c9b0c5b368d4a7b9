// Reads the repository's own text files into a Tree.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isWritten, sourceFile, type SourceFile, type Tree } from './model.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const skipped = new Set(['node_modules', 'build', 'dist', 'prebuilds', 'data', 'coverage', '.git'])

function* filesUnder(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (skipped.has(entry.name)) continue
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* filesUnder(path)
    else yield path
  }
}

export function readRepository(): Tree {
  const tree = new Map<string, SourceFile>()
  for (const path of filesUnder('')) {
    const isText = isWritten(path) || path.endsWith('.json')
    tree.set(path, sourceFile(path, isText ? readFileSync(join(root, path), 'utf8') : ''))
  }
  return tree
}
