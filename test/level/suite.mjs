// Runs the test suite that abstract-level publishes on the compiled LedgerstoneLevel, and writes
// TAP to standard output. Its argument is a folder for the databases.
import { join } from 'node:path'
import suite from 'abstract-level/test/index.js'
import { LedgerstoneLevel } from 'ledgerstone/level'
import tape from 'tape'

const folder = process.argv[2]
let count = 0

suite({
  test: tape,
  factory: (options) => new LedgerstoneLevel(join(folder, String(count++)), options),
})
