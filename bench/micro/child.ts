// Runs the cases one after the other in a process that does nothing else, with the npm package
// `benchmark`, and tells the parent of each when it is done. Arguments: a folder, seconds per case.

import { loadPackage } from '../packages.js'
import { openCases } from './cases.js'

export interface CaseResult {
  group: string
  name: string
  opsPerSecond: number
  /** Of the mean, in percent. */
  error: number
}

interface Bench {
  hz: number
  stats: { rme: number }
  error?: Error
  run(): void
}

type Package = new (name: string, run: () => unknown, options: { maxTime: number }) => Bench

const [directory = '', seconds = '1'] = process.argv.slice(2)
const Benchmark = loadPackage('benchmark') as Package
const { cases, close } = await openCases(directory)
for (const { group, name, run } of cases) {
  const bench = new Benchmark(name, run, { maxTime: Number(seconds) })
  bench.run()
  if (bench.error !== undefined) throw bench.error
  const result: CaseResult = { group, name, opsPerSecond: bench.hz, error: bench.stats.rme }
  process.send?.(result)
}
await close()
process.disconnect?.()
