// Real power cuts: ext4 and XFS in a loop-mounted file are shut down at a random moment of a
// working process (the ioctl drops what was not synced, as a power cut does), mounted again, and
// what is there is compared with what was acknowledged as durable. What is acknowledged once the
// power is going does not count: nobody hears a machine without power.
//   LEDGERSTONE_CUTS=2000 npx vitest run test/faults/power-cut.test.ts

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import { counted } from '../support/counted.js'
import { contentsAt } from './contents.js'
import { Judge, type Line } from './judge.js'
import { type Mount, mounted } from './mounts.js'
import { Subject, type Workload } from './subject.js'

const CUTS = Number(process.env['LEDGERSTONE_CUTS'] ?? 45)
const MOMENTS: readonly Moment[] = [
  { word: 'begin', afterMaxMs: 8 },
  { word: 'held', afterMaxMs: 10 },
  { word: 'held', afterMaxMs: 40 },
  { word: 'held', afterMaxMs: 120 },
]
/** How the file system goes down. */
const WAYS = [
  { name: 'journal dropped', flag: 2 },
  { name: 'journal dropped', flag: 2 },
  { name: 'journal kept', flag: 1 },
  { name: 'frozen first', flag: 0 },
] as const
/** EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN are _IOR('X', 125, __u32). */
const CUTTER = `
  $| = 1;
  while (<STDIN>) {
    my ($flag, $path) = /^(\\d) (.*)$/;
    open(my $there, '<', $path) or die "open: $!";
    ioctl($there, 0x8004587d, pack('L', $flag)) or die "ioctl: $!";
    close($there);
    print "cut\\n";
  }`

interface Moment {
  word: Line[1]
  afterMaxMs: number
}

/** A process that shuts file systems down. */
class Cutter {
  readonly #process: ChildProcess
  readonly #lines: Interface
  readonly #ended: Promise<never>

  constructor() {
    this.#process = spawn('perl', ['-e', CUTTER])
    let stderr = ''
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    this.#ended = once(this.#process, 'close').then(() => {
      throw new Error(`the cutter ended: ${stderr}`)
    })
    this.#ended.catch(() => undefined)
    this.#lines = createInterface({ input: this.#process.stdout! })
  }

  end(): void {
    this.#process.stdin!.end()
  }

  async cut({ path }: Mount, flag: number): Promise<void> {
    this.#process.stdin!.write(`${flag} ${path}\n`)
    await Promise.race([once(this.#lines, 'line'), this.#ended])
  }
}

let cutter: Cutter | undefined
const theCutter = (): Cutter => (cutter ??= new Cutter())
afterAll(() => cutter?.end())

interface Series {
  readonly mount: Mount
  readonly workload: Workload
  readonly random: Random
  readonly judge: Judge
  readonly subject: Subject
  readonly path: string
  readonly counts: Map<string, number>
}

function count(counts: Map<string, number>, name: string, more = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + more)
}

async function cutOnce(series: Series, moment: Moment): Promise<void> {
  const { mount, workload, random, judge, subject, path, counts } = series
  const way = random.pick(WAYS)
  let phase = 'starting'
  let reach: () => void = () => undefined
  const reached = new Promise<void>((resolve) => (reach = resolve))
  const job = {
    ...{ workload, path, sessions: 1, untilFailure: true },
    ...{ seed: random.below(2 ** 32), next: judge.issued },
  }
  const ended = subject.run(job, (line) => {
    judge.take(line)
    if (line[1] === 'begin') phase = line[2]
    else if (line[1] === 'done' && line[2] !== 'open' && line[2] !== 'read') phase = 'writing'
    if (line[1] === moment.word) reach()
  })
  await Promise.race([reached, ended])
  await sleep(random.fraction() * moment.afterMaxMs)
  count(counts, `in ${phase}`)
  count(counts, way.name)
  judge.cut()
  await theCutter().cut(mount, way.flag)
  const died = await ended
  expect(died).toBeUndefined()
  mount.unmount()
  mount.mount()
  judge.restore()
}

async function runSeries(series: Series, cuts: number): Promise<void> {
  for (let cut = 0; cut < cuts; cut++) {
    await cutOnce(series, MOMENTS[cut % MOMENTS.length]!)
    expect(series.judge.complaints).toEqual([])
  }
  await series.subject.end()
  series.judge.settle(await contentsAt(series.workload, series.path))
  expect(series.judge.complaints).toEqual([])
}

describe.each([
  ['ext4', 64 << 20],
  ['xfs', 320 << 20],
] as const)('a power cut under %s', (system, bytes) => {
  const perl = spawnSync('perl', ['-e', '1']).status === 0
  const mount = perl ? mounted(system, bytes) : { refused: 'perl is missing' }
  const refused = 'refused' in mount
  if (refused) process.stdout.write(`Not run: power cuts under ${system}, since ${mount.refused}\n`)

  it.skipIf(refused)('drops what was not synced, and keeps what was', async () => {
    const there = mount as Mount
    for (const isSynced of [true, false]) {
      const file = join(there.path, `synced-${isSynced}`)
      const fd = openSync(file, 'w')
      writeSync(fd, 'bytes')
      if (isSynced) fsyncSync(fd)
      closeSync(fd)
    }
    await theCutter().cut(there, 2)
    there.unmount()
    there.mount()
    expect(readFileSync(join(there.path, 'synced-true'), 'utf8')).toBe('bytes')
    expect(existsSync(join(there.path, 'synced-false'))).toBe(false)
  })

  it.skipIf(refused).each(['store', 'events'] as const)(
    'takes nothing that was acknowledged from: %s',
    async (workload) => {
      const there = mount as Mount
      const seed = seedFromEnvironment()
      const series = {
        ...{ mount: there, workload, random: new Random(seed) },
        ...{ judge: new Judge(workload, 'disk'), subject: new Subject() },
        ...{ path: join(there.path, workload), counts: new Map<string, number>() },
      }
      const began = performance.now()
      const cuts = workload === 'store' ? Math.ceil((CUTS * 2) / 3) : Math.ceil(CUTS / 3)
      process.stdout.write(`LEDGERSTONE_SEED=${seed}\n`)
      await runSeries(series, cuts)
      const { judge, counts } = series
      const list = [...counts].map(([name, times]) => `${times} ${name}`).join(', ')
      process.stdout.write(
        `${workload} on ${system}: ${cuts} power cuts in ` +
          `${((performance.now() - began) / 1000).toFixed(0)} s: ${list}; ` +
          `${judge.issued} commits issued, ${judge.acknowledged} acknowledged\n`,
      )
      counted(`real power cuts: ${workload} on ${system}`, cuts)
      expect(judge.acknowledged).toBeGreaterThan(cuts)
      expect(counts.get('in writing')).toBeGreaterThan(0)
      expect(['in open', 'in read', 'in settle'].some((phase) => counts.has(phase))).toBe(true)
    },
    60_000 + CUTS * 2000,
  )
})
