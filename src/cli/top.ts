// ledgerstone top: a live look at a store that another process has open.

import { type Clock, systemClock } from '../base/clock.js'
import type { LiveStats } from '../store/stats-json.js'
import { type Arguments, type Command, JSON_OPTION, STORE_OPTION } from './command.js'
import { CommandError, EXIT } from './failure.js'
import { readLiveStats, socketOf } from './live-stats.js'
import { jsonForm, printJson, printText } from './output.js'
import { Screen } from './screen.js'
import { storeFolder } from './target.js'
import { topLines } from './top-view.js'

const HELP = `
Usage: ledgerstone top [options]

Shows what a store is doing that another program has open: rates, stalls, hit rates,
latencies of the last moments, the levels. The program must offer it:

  await store.serveStatistics()

q or Ctrl-C ends it. Where standard output is no terminal, a page follows each other.

  --store DIR      folder of the store (default ./data)
  --socket PATH    the socket, where it is served elsewhere
  --interval SEC   between two looks (default 1)
  --once           one look, over one interval, then end
  --json           as JSON: one document with --once, else one object a line

Examples:
  ledgerstone top --store ./ledger
  ledgerstone top --store ./ledger --once --json
`

interface Look extends LiveStats {
  atMs: number
}

export const top: Command = {
  name: 'top',
  summary: 'watch a store that another program has open',
  help: HELP,
  positionals: [],
  options: {
    ...STORE_OPTION,
    ...JSON_OPTION,
    socket: { type: 'string' },
    interval: { type: 'string' },
    once: { type: 'boolean', default: false },
  },
  run: async (given) => {
    const watch = new Watch(given, systemClock)
    if (given.flag('once')) await watch.once()
    else await watch.run()
    return EXIT.done
  },
}

class Watch {
  readonly #clock: Clock
  readonly #socket: string
  readonly #intervalMs: number
  readonly #isJson: boolean
  #before: Look | undefined
  #now: Look | undefined
  #note: string | undefined
  #isOver = false
  #wake: () => void = () => undefined

  constructor(given: Arguments, clock: Clock) {
    this.#clock = clock
    this.#socket = given.text('socket') ?? socketOf(storeFolder(given))
    this.#intervalMs = (given.count('interval', 1) ?? 1) * 1000
    this.#isJson = given.flag('json')
  }

  async once(): Promise<void> {
    await this.#look()
    await this.#pause()
    await this.#look()
    if (this.#isJson) printJson(this.#told())
    else printText(this.#lines(80, Infinity).join('\n'))
  }

  async run(): Promise<void> {
    await this.#look()
    const end = (): void => {
      this.#isOver = true
      this.#wake()
    }
    const draw = (): void => {
      screen.draw(this.#lines(screen.columns, screen.rows))
    }
    const screen = new Screen(end, draw)
    process.once('SIGINT', end).once('SIGTERM', end)
    if (!this.#isJson) screen.open()
    try {
      while (!this.#isOver) {
        if (this.#isJson) printText(JSON.stringify(this.#told()))
        else draw()
        await this.#pause()
        if (!this.#isOver) await this.#lookAgain(screen.isTerminal && !this.#isJson)
      }
    } finally {
      screen.close()
      process.off('SIGINT', end).off('SIGTERM', end)
    }
  }

  async #look(): Promise<void> {
    const told = await readLiveStats(this.#socket)
    this.#before = this.#now
    this.#now = { ...told, atMs: this.#clock.nowMs() }
    const isOther = this.#before?.pid !== told.pid
    if (isOther) this.#before = undefined
    this.#note = undefined
  }

  // On a terminal an owner that is gone or busy may come back; a script is told.
  async #lookAgain(waits: boolean): Promise<void> {
    try {
      await this.#look()
    } catch (error) {
      if (!waits || !(error instanceof CommandError)) throw error
      this.#note = `${error.message}. Trying again; q ends.`
    }
  }

  #pause(): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, this.#intervalMs)
      this.#wake = () => {
        clearTimeout(timer)
        done()
      }
    })
  }

  #seen(): Look {
    if (this.#now === undefined) throw new CommandError('NOT_SERVED', 'Nothing was seen yet')
    return this.#now
  }

  #lines(columns: number, rows: number): string[] {
    const { path, pid, stats, atMs } = this.#seen()
    const was = this.#before
    const before = was && { stats: was.stats, elapsedMs: atMs - was.atMs }
    return topLines({ path, pid, stats, before, note: this.#note }, columns, rows)
  }

  #told(): unknown {
    const { atMs, ...told } = this.#seen()
    const was = this.#before
    const before = was && { elapsedMs: Math.round(atMs - was.atMs), stats: was.stats }
    return jsonForm({ ...told, ...(before && { before }) })
  }
}
