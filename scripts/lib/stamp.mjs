// Stamps tell whether a step has to run again: a step is up to date when its outputs exist and the
// fingerprint of its inputs (path, size and modification time of each file, and the settings) is
// the one that was written after it last succeeded.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inRoot } from './paths.mjs'

export function filesUnder(path) {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return []
  if (!stat.isDirectory()) return [path]
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const child = join(path, entry.name)
      return entry.isDirectory() ? filesUnder(child) : [child]
    })
}

export function fingerprint(paths, settings = {}) {
  const hash = createHash('sha256').update(JSON.stringify(settings))
  for (const file of paths.flatMap((path) => filesUnder(inRoot(path)))) {
    const { size, mtimeMs } = statSync(file)
    hash.update(`\n${file} ${size} ${mtimeMs}`)
  }
  return hash.digest('hex')
}

const stampPath = (name) => inRoot('build/stamps', name)

export function isUpToDate(name, mark, outputs) {
  const path = stampPath(name)
  return existsSync(path) && readFileSync(path, 'utf8') === mark && outputs.every(existsSync)
}

export function writeStamp(name, mark) {
  const path = stampPath(name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, mark)
}
