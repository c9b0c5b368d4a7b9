// The house rules as data: which room may include or import which. A room may always use itself.
// The reasons are in docs/architecture.md; a new room needs a row here.

export interface Room {
  readonly may: readonly string[]
  readonly mayAsTypes?: readonly string[]
  readonly packages?: readonly string[]
  readonly pure?: boolean
}

const upToVersion = ['include', 'base', 'log', 'memtable', 'sstable', 'version']
const allButBinding = [...upToVersion, 'env', 'compaction', 'store', 'resp', 'tools', 'testing']

export const nativeRooms: Readonly<Record<string, Room>> = {
  include: { may: [] },
  base: { may: ['include'] },
  env: { may: ['include', 'base'] },
  log: { may: ['include', 'base'] },
  memtable: { may: ['include', 'base'] },
  sstable: { may: ['include', 'base'] },
  version: { may: ['include', 'base', 'log', 'sstable'] },
  compaction: { may: upToVersion },
  store: { may: [...upToVersion, 'compaction', 'env'] },
  resp: { may: ['include', 'base', 'env'] },
  binding: { may: ['include', 'resp'] },
  tools: { may: allButBinding },
  testing: { may: allButBinding },
  fuzz: { may: allButBinding },
}

export const nativeTestRow: Room = { may: [...allButBinding, 'fuzz'] }

const all = [
  ...['base', 'binding', 'codec', 'store', 'log', 'machine', 'ledger', 'ledger/model', 'ring'],
  ...['resp', 'node', 'cache', 'cache/adapters', 'level', 'keyv', 'cli', 'entry'],
]

export const sourceRooms: Readonly<Record<string, Room>> = {
  base: { may: [] },
  binding: { may: ['base'] },
  codec: { may: ['base'], packages: ['msgpackr'] },
  store: { may: ['base', 'codec', 'binding'] },
  log: { may: ['base', 'codec', 'binding'], packages: ['pg'] },
  machine: { may: ['base', 'codec', 'store', 'log'] },
  'ledger/model': { may: ['base'], pure: true },
  ledger: { may: ['base', 'codec', 'machine', 'ledger/model'], mayAsTypes: ['store', 'log'] },
  ring: { may: ['base'], pure: true },
  resp: { may: ['base'] },
  node: { may: ['base', 'store', 'ring', 'resp', 'binding'] },
  'cache/adapters': { may: ['base', 'ring', 'resp', 'cache', 'store', 'ledger'] },
  cache: { may: ['base', 'ring', 'resp'] },
  level: { may: ['base', 'codec', 'store'], packages: ['abstract-level'] },
  keyv: { may: ['base', 'store'] },
  cli: { may: all },
  entry: { may: all },
}

// Rooms (and files) that may do what is otherwise forbidden.
export const systemCallRooms = ['env', 'binding']
export const nativeClockRooms = ['base', 'env']
export const sourceClockRooms = ['base']

export const limits = { lines: 500, testLines: 800, columns: 100, functionLines: 70 }
