// The peers' npm packages: a package of its own in bench/, so that the product never depends on
// them. Installed exactly as locked, without install scripts: their binaries come inside.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository, seen from dist/bench/. */
export const repository = fileURLToPath(new URL('../../', import.meta.url))
export const benchFolder = join(repository, 'bench')

const manifest = join(benchFolder, 'package.json')
const NPM_ARGUMENTS = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']

export function loadPackage(name: string): unknown {
  return createRequire(manifest)(name) as unknown
}

/** The installed version, or undefined. */
export function installedVersion(name: string): string | undefined {
  const file = join(benchFolder, 'node_modules', name, 'package.json')
  if (!existsSync(file)) return undefined
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** Undefined, or why the packages could not be installed. */
export function installPackages(): string | undefined {
  const npm = process.env['npm_execpath']
  const [command, first] = npm === undefined ? ['npm', []] : [process.execPath, [npm]]
  const { status, stdout, stderr, error } = spawnSync(command, [...first, ...NPM_ARGUMENTS], {
    cwd: dirname(manifest),
    encoding: 'utf8',
  })
  if (status === 0) return undefined
  return error?.message ?? `npm ci failed (${status}): ${`${stdout}${stderr}`.trim()}`
}
