// The npm packages: installed exactly as locked, and never with their install scripts.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { inRoot } from './paths.mjs'
import { must, step } from './run.mjs'

const lockFile = inRoot('package-lock.json')
const markFile = inRoot('node_modules/.ledgerstone-packages')
const npmRecord = inRoot('node_modules/.package-lock.json')

const lockHash = () => createHash('sha256').update(readFileSync(lockFile)).digest('hex')

function isInstalled() {
  if (!existsSync(npmRecord)) return false
  if (existsSync(markFile) && readFileSync(markFile, 'utf8') === lockHash()) return true
  return !existsSync(markFile) && statSync(npmRecord).mtimeMs >= statSync(lockFile).mtimeMs
}

export async function ensurePackages() {
  if (!existsSync(lockFile) || isInstalled()) return
  const npm = process.env.npm_execpath
  const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []]
  await step('Installing packages', () =>
    must(command, [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund']),
  )
  writeFileSync(markFile, lockHash())
}
