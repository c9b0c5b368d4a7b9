// Finds and loads the native add-on. CommonJS in both builds of the package, because only a
// CommonJS module knows its own folder in either (__dirname). Searched, in this order:
//   prebuilds/<platform>-<arch>/ledgerstone.node   carried by a published package
//   build/Release/ledgerstone.node                 built here
// A binary that is found but cannot be loaded ends the search: its error is the one to know.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export class AddonMissingError extends Error {
  readonly code = 'ADDON_MISSING'
  override name = 'AddonMissingError'
}

export function packageRoot(from: string = __dirname): string {
  let folder = from
  while (!existsSync(join(folder, 'native', 'sources.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new AddonMissingError(`No package of Ledgerstone above ${from}`)
    folder = parent
  }
  return folder
}

export function addonCandidates(root: string): string[] {
  return [
    join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'ledgerstone.node'),
    join(root, 'build', 'Release', 'ledgerstone.node'),
  ]
}

export function loadAddon(root: string = packageRoot()): unknown {
  const candidates = addonCandidates(root)
  const found = candidates.find((path) => existsSync(path))
  if (found === undefined) throw new AddonMissingError(missing(root, candidates))
  try {
    return createRequire(__filename)(found) as unknown
  } catch (cause) {
    throw new AddonMissingError(`The binary ${found} cannot be loaded: ${String(cause)}`, { cause })
  }
}

function missing(root: string, candidates: string[]): string {
  return [
    `Ledgerstone has no binary for this platform (${process.platform}-${process.arch}, Node.js ` +
      `${process.versions.node}). Looked for:`,
    ...candidates.map((path) => `  ${path}`),
    'To build it, install a C++20 compiler, make, Python 3 and the development files of zstd and',
    'LZ4 (Debian: apt-get install g++ make python3 libzstd-dev liblz4-dev), then run:',
    '  npm install --no-save --ignore-scripts node-addon-api',
    `  node ${join(root, 'scripts', 'setup.mjs')} --only addon`,
  ].join('\n')
}
