#!/usr/bin/env node
// Compiles the add-on of an npm package from the sources in its folder, against the headers of this
// Node.js: for a package whose install script would download a binary instead.
//   node scripts/build-package.mjs bench/node_modules/better-sqlite3
import { resolve } from 'node:path'
import { findNodeGyp, nodeHeaders } from './lib/native-build.mjs'
import { SetupError, must } from './lib/run.mjs'
import { report } from './setup.mjs'

try {
  const [folder] = process.argv.slice(2)
  if (folder === undefined) throw new SetupError('Which package? Give its folder.')
  const directory = `--directory=${resolve(folder)}`
  await must(process.execPath, [findNodeGyp(), 'rebuild', '--release', directory, ...nodeHeaders()])
} catch (error) {
  report(error)
  process.exit(1)
}
