// The peers' npm packages: a package of its own in bench/, so that the product never depends on
// them. Installed exactly as locked, without install scripts: most bring their binaries inside. The
// one that does not is compiled from the sources it brings, once.

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

/** By package: the binary that compiling it makes. */
const COMPILED: Readonly<Record<string, string>> = {
  'better-sqlite3': 'build/Release/better_sqlite3.node',
}

export function loadPackage(name: string): unknown {
  return createRequire(manifest)(name) as unknown
}

const folderOf = (name: string): string => join(benchFolder, 'node_modules', name)

function isCompiled(name: string): boolean {
  const binary = COMPILED[name]
  return binary === undefined || existsSync(join(folderOf(name), binary))
}

function presentVersion(name: string): string | undefined {
  const file = join(folderOf(name), 'package.json')
  if (!existsSync(file)) return undefined
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** The installed version, or undefined where it cannot be used. */
export function installedVersion(name: string): string | undefined {
  return isCompiled(name) ? presentVersion(name) : undefined
}

/** Whether something is missing, or of another version than bench/package.json says. */
function isStale(): boolean {
  const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    dependencies: Record<string, string>
  }
  return Object.entries(dependencies).some(([name, version]) => presentVersion(name) !== version)
}

interface Ended {
  failure: string | undefined
}

function run(command: string, args: readonly string[]): Ended {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: dirname(manifest),
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  })
  if (status === 0) return { failure: undefined }
  const output = `${stdout}${stderr}`.trim().split('\n').slice(-20).join('\n')
  return { failure: error?.message ?? `It ended with ${status}: ${output}` }
}

function install(): Ended {
  const npm = process.env['npm_execpath']
  const [command, first] = npm === undefined ? ['npm', []] : [process.execPath, [npm]]
  return run(command, [...first, ...NPM_ARGUMENTS])
}

const compile = (name: string): Ended =>
  run(process.execPath, [join(repository, 'scripts/build-package.mjs'), folderOf(name)])

/** Makes the packages ready and tells what failed; `say` hears of what takes a while. */
export function ensurePackages(say: (text: string) => void): string[] {
  const failures: string[] = []
  if (isStale()) {
    say('Installing the peers …')
    const { failure } = install()
    if (failure !== undefined) return [`The peers could not be installed. ${failure}`]
  }
  for (const name of Object.keys(COMPILED)) {
    if (presentVersion(name) === undefined || isCompiled(name)) continue
    say(`Compiling ${name}, once, for a minute or two …`)
    const { failure } = compile(name)
    if (failure !== undefined) failures.push(`${name} could not be compiled. ${failure}`)
  }
  return failures
}
