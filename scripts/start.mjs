#!/usr/bin/env node
// Runs a compiled program after making the working copy ready: examples/bank-ledger, or the one
// that --program names (a path below dist/, without its extension). Its arguments follow.
//   npm start -- --help
//   node scripts/start.mjs --program examples/rates/main EUR
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { inRoot } from './lib/paths.mjs'
import { endWithReader } from './lib/reader.mjs'
import { SetupError } from './lib/run.mjs'
import { report, setUp } from './setup.mjs'

function parse(args) {
  if (args[0] !== '--program') return { program: 'examples/bank-ledger/main', rest: args }
  if (args[1] === undefined) throw new SetupError('--program needs a path, such as bench/main')
  return { program: args[1], rest: args.slice(2) }
}

async function prepare() {
  const { program, rest } = parse(process.argv.slice(2))
  await setUp()
  const file = inRoot('dist', `${program}.js`)
  if (!existsSync(file)) throw new SetupError(`There is no program ${program}.ts`)
  process.argv = [process.execPath, file, ...rest]
  return file
}

endWithReader(0)
let file
try {
  file = await prepare()
} catch (error) {
  report(error)
  process.exit(1)
}
await import(pathToFileURL(file).href)
