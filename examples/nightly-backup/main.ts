// node main.js STORE BACKUPS [KEEP]

import { open } from 'ledgerstone'
import { nightly } from './nightly.js'

const [path, backups, keep = '7'] = process.argv.slice(2)
if (path === undefined || backups === undefined || !/^[1-9]\d*$/.test(keep)) {
  process.stderr.write('Usage: node main.js STORE BACKUPS [KEEP]\n')
  process.exit(2)
}

await using store = await open(path, { createIfMissing: false })
const { made, removed } = await nightly(store, backups, `${backups}.scratch`, Number(keep))
const gone = removed.length === 0 ? 'none' : removed.join(', ')
process.stdout.write(
  `Backup ${made.backup}: ${made.sentBytes} of ${made.bytes} bytes were new; removed: ${gone}\n`,
)
