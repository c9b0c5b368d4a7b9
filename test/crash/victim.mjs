// The process that the crash tests kill. It reads one job (a line of JSON) from its standard input,
// and tells what it does, each line written before the next step begins:
//   O  C  K              opening, closing, compacting begins; o  c  k  the same is done
//   F                    flushing begins
//   s {…}                what the store held when it was opened
//   p {n,kind,ops}       a commit that will now be issued
//   a n                  it was acknowledged as safe from the end of the process
//   f n                  derived changes up to event n were acknowledged as flushed
// An op is [namespace, key, mark], with the mark null for a deletion; or [namespace] for a drop.
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { readSync, writeSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { open } from 'ledgerstone'
import { Random } from '../../dist/esm/base/random.js'
import { addon } from '../../dist/esm/binding/addon.js'

const FILLER_BYTES_MAX = 3000
const WAITING_MAX = 48
// A sync holds up the writes behind it, so some victims do without.
const DURABILITIES = [
  ['os', 'os', 'os', 'memory'],
  ['disk', 'os', 'os', 'os', 'os', 'memory'],
]
const ACCOUNTS = 24
const FIRST_BALANCE = 1000

// Text that does not compress well.
const FILLER = createHash('shake256', { outputLength: 32_768 }).digest('hex')

const tell = (line) => writeSync(1, `${line}\n`)

const checksum = (text) => createHash('sha1').update(text).digest('hex')

function valueOf(key, mark, filler) {
  return `${checksum(`${key}|${mark}|${filler}`)}|${mark}|${filler}`
}

function markOf(key, value) {
  const [sum, mark, filler] = value.split('|')
  return sum === checksum(`${key}|${mark}|${filler}`) ? mark : `damaged: ${value.slice(0, 80)}`
}

function contents(store) {
  const held = {}
  for (const { name } of store.namespaces()) {
    const entries = [...store.namespace(name).range()]
    held[name] = Object.fromEntries(entries.map(([key, value]) => [key, markOf(key, value)]))
  }
  return { applied: Number(store.applied), held }
}

class Victim {
  constructor(job) {
    this.job = job
    this.random = new Random(job.seed)
    this.n = job.next
    this.waiting = new Set()
    this.durabilities = this.random.pick(DURABILITIES)
  }

  async live() {
    const deadline = performance.now() + 5000
    while (performance.now() < deadline) await this.round()
  }

  async round() {
    tell('O')
    this.store = await open(this.job.path, this.job.options)
    tell('o')
    const found = contents(this.store)
    tell(`s ${JSON.stringify(found)}`)
    this.event = found.applied
    this.balances = balancesIn(found.held.accounts)
    this.space = (name, derived = false) =>
      this.store.namespace(name, { key: 'utf8', value: 'utf8', derived })
    const steps = 1 + this.random.below(this.job.stepsMax)
    for (let i = 0; i < steps; i++) await this.step()
    if (this.random.oneIn(2)) await Promise.all(this.waiting)
    tell('C')
    await this.store.close()
    await Promise.all(this.waiting)
    tell('c')
  }

  async step() {
    for (let i = 0; i <= this.random.below(8); i++) this.issue(this[this.job.workload]())
    if (this.random.oneIn(this.job.flushOneIn)) this.issue(this.flush())
    if (this.random.oneIn(this.job.compactOneIn)) this.issue(this.compact())
    if (this.waiting.size > WAITING_MAX) await Promise.all(this.waiting)
    else await setImmediate()
  }

  issue(promise) {
    this.waiting.add(promise)
    promise.then(() => this.waiting.delete(promise))
  }

  async flush() {
    const event = this.event
    tell('F')
    if (await finished(this.store.flush())) tell(`f ${event}`)
  }

  async compact() {
    tell('K')
    if (await finished(this.store.compact())) tell('k')
  }

  mixed() {
    const { random } = this
    if (random.oneIn(60)) return this.drop(`t${random.below(3)}`)
    const spaces = random.oneIn(20) ? ['a', 'b', `t${random.below(3)}`] : ['a', 'b']
    const ops = []
    for (let i = 0; i <= random.below(4); i++) {
      for (const space of spaces) {
        ops.push([space, `k${random.below(120)}`, random.oneIn(5) ? null : `${this.n}`])
      }
    }
    return this.commit(random.oneIn(3) ? [ops[0]] : ops)
  }

  bank() {
    const { random, balances } = this
    if (balances.size === 0) {
      for (let i = 0; i < ACCOUNTS; i++) balances.set(`${i}`, FIRST_BALANCE)
      return this.commit([...balances].map(([key, balance]) => this.balance(key, balance)))
    }
    const from = `${random.below(ACCOUNTS)}`
    const to = `${(Number(from) + 1 + random.below(ACCOUNTS - 1)) % ACCOUNTS}`
    const amount = random.below(50)
    balances.set(from, balances.get(from) - amount)
    balances.set(to, balances.get(to) + amount)
    const ops = [from, to].map((key) => this.balance(key, balances.get(key)))
    return this.commit([...ops, ['transfers', `${this.n}`.padStart(9, '0'), `${amount}`]])
  }

  balance(key, balance) {
    return ['accounts', key, `${this.n}=${balance}`]
  }

  /** An event changes derived state; what it changes is a function of its number alone. */
  derived() {
    if (this.random.oneIn(4)) return this.mixed()
    const n = ++this.event
    const chance = new Random(this.job.events + n)
    const ops = []
    for (let i = 0; i <= chance.below(3); i++) {
      for (const space of ['x', 'y']) {
        ops.push([space, `k${chance.below(80)}`, chance.oneIn(6) ? null : `${n}`])
      }
    }
    tell(`p ${JSON.stringify({ n, kind: 'derived', ops })}`)
    const fill = (batch) => this.fill(batch, ops, true)
    return this.store.write(fill, { applied: BigInt(n) })
  }

  async drop(name) {
    const space = this.space(name)
    const n = this.n++
    tell(`p ${JSON.stringify({ n, kind: 'disk', ops: [[name]] })}`)
    await space.drop()
    tell(`a ${n}`)
  }

  async commit(ops) {
    const n = this.n++
    const durability = this.random.pick(this.durabilities)
    tell(`p ${JSON.stringify({ n, kind: durability, ops })}`)
    const [op] = ops
    if (ops.length > 1) {
      await this.store.write((batch) => this.fill(batch, ops), { durability })
    } else if (op[2] === null) {
      await this.space(op[0]).del(op[1], { durability })
    } else {
      await this.space(op[0]).put(op[1], this.value(op), { durability })
    }
    if (durability !== 'memory') tell(`a ${n}`)
  }

  fill(batch, ops, derived = false) {
    for (const op of ops) {
      const [space, key, mark] = op
      if (mark === null) batch.del(this.space(space, derived), key)
      else batch.put(this.space(space, derived), key, this.value(op))
    }
  }

  value([, key, mark]) {
    const size = this.random.below(this.random.oneIn(3) ? FILLER_BYTES_MAX : 200)
    const from = this.random.below(FILLER.length - size)
    return valueOf(key, mark, FILLER.slice(from, from + size))
  }
}

/** False when the store was closed first. */
async function finished(work) {
  try {
    await work
    return true
  } catch (error) {
    if (error.code !== 'ABORTED' && error.code !== 'CLOSED') throw error
    return false
  }
}

function balancesIn(accounts = {}) {
  return new Map(Object.entries(accounts).map(([key, mark]) => [key, Number(mark.split('=')[1])]))
}

function readJob() {
  const bytes = Buffer.alloc(65_536)
  let text = ''
  while (!text.endsWith('\n')) {
    const read = readSync(0, bytes)
    if (read === 0) process.exit(0)
    text += bytes.toString('utf8', 0, read)
  }
  return JSON.parse(text)
}

addon()
await new Victim(readJob()).live()
