// The process under the fault tests. It takes jobs, a line of JSON each, from its standard input,
// and tells what it does, each line written before the next step begins: a JSON array of how many
// faults have fired by then, the word, and
//   begin WHAT           a step begins; then either done WHAT or
//   failed WHAT {code, errno, file, n}
//   held {…}             what was there when it was opened
//   issue n [op…] HOW    a commit that will now be issued, and its durability; then
//   acknowledged n       or failed commit {…, n}
//   wrong KEY            a read gave something else than was acknowledged
//   end                  of the job
// An op is [namespace, key, mark], with the mark null for a deletion.
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { open, openEventLog } from 'ledgerstone'
import { Random } from '../../dist/esm/base/random.js'

const FIRED_AT = 24
const STORE_OPTIONS = {
  memoryBudget: '4MiB',
  advanced: { tableBytes: '16KiB', blockBytes: 1024, compactInBackground: false },
}
const FILLER = createHash('shake256', { outputLength: 8192 }).digest('hex')
const STEPS_AT_MOST = 2000
const READ_BACK = 4

const planPath = process.env.LEDGERSTONE_FAULT_PLAN
const plan = planPath === undefined ? undefined : openSync(planPath, 'r')
const word = Buffer.alloc(4)

function fired() {
  if (plan === undefined) return 0
  readSync(plan, word, 0, 4, FIRED_AT)
  return word.readUInt32LE()
}

const tell = (...rest) => writeSync(1, `${JSON.stringify([fired(), ...rest])}\n`)

function tellFailure(what, error, n) {
  const { code, errno, file, message } = error
  tell('failed', what, { code, errno, file, n, message })
}

/** What the work gives; undefined when it failed. */
async function attempt(what, work) {
  tell('begin', what)
  try {
    const result = await work()
    tell('done', what)
    return result ?? true
  } catch (error) {
    tellFailure(what, error)
    return undefined
  }
}

function valueOf(key, mark, size) {
  const text = `${key}|${mark}|${FILLER.slice(0, size)}`
  return `${createHash('sha1').update(text).digest('hex')}|${text}`
}

function markOf(key, value) {
  const [sum, own, mark, filler] = value.split('|')
  const text = `${own}|${mark}|${filler}`
  const right = own === key && sum === createHash('sha1').update(text).digest('hex')
  return right ? mark : `damaged: ${value.slice(0, 80)}`
}

class StoreSubject {
  constructor(job, random) {
    this.job = job
    this.random = random
    this.held = new Map()
  }

  open() {
    return open(this.job.path, STORE_OPTIONS)
  }

  space(name) {
    return this.owner.namespace(name, { key: 'utf8', value: 'utf8' })
  }

  async contents() {
    const held = {}
    for (const { name } of this.owner.namespaces()) {
      const entries = await this.space(name).range().toArray()
      held[name] = Object.fromEntries(entries.map(([key, value]) => [key, markOf(key, value)]))
    }
    return held
  }

  /** What opening left to the background is done. */
  settle() {
    return this.owner.flush()
  }

  async begin() {
    for (const name of ['a', 'b']) this.space(name)
  }

  ops(n) {
    const { random } = this
    const spaces = random.oneIn(3) ? ['a', 'b'] : [random.pick(['a', 'b'])]
    const count = random.oneIn(3) ? 3 : 1
    return spaces.flatMap((space) =>
      Array.from({ length: count }, () => {
        const key = `k${random.below(30)}`
        return [space, key, random.oneIn(6) ? null : `${n}`]
      }),
    )
  }

  commit(ops, durability) {
    const fill = (batch) => {
      for (const [space, key, mark] of ops) {
        if (mark === null) batch.del(this.space(space), key)
        else batch.put(this.space(space), key, valueOf(key, mark, this.random.below(700)))
      }
    }
    return this.owner.write(fill, { durability })
  }

  async read(space, key) {
    const value = await this.space(space).get(key)
    return value === undefined ? null : markOf(key, value)
  }

  extras() {
    return { flush: () => this.owner.flush(), compact: () => this.owner.compact() }
  }
}

/** Each copy is named by its number, from 0, over all sessions of a job. */
class CopySubject extends StoreSubject {
  copies = 0

  extras() {
    const { owner } = this
    const at = (name) => join(`${this.job.path}.copies`, name)
    return {
      checkpoint: () => owner.checkpoint(at(`checkpoint-${this.copies++}`)),
      backup: () => owner.backup(at('backups'), { created: new Date(this.copies++) }),
    }
  }
}

class LogSubject extends StoreSubject {
  open() {
    const segmentBytes = this.job.untilFailure ? '64KiB' : '8KiB'
    return openEventLog(this.job.path, { codec: 'utf8', segmentBytes })
  }

  async contents() {
    this.archive = join(this.job.path, 'archive')
    const events = await this.owner.read().toArray()
    this.last = events.length
    return {
      log: Object.fromEntries(
        events.map(({ position, data }) => [position, markOf(`${position}`, data)]),
      ),
    }
  }

  async settle() {}

  async begin() {}

  ops(n) {
    const count = 1 + this.random.below(3)
    const ops = Array.from({ length: count }, (_, i) => ['log', `${this.last + 1 + i}`, `${n}`])
    this.last += count
    return ops
  }

  async commit(ops) {
    const events = ops.map(([, key, mark]) => valueOf(key, mark, this.random.below(700)))
    try {
      const { last } = await this.owner.append(events)
      if (`${last}` !== ops.at(-1)[1]) tell('wrong', `position ${last}`)
    } catch (error) {
      this.last = this.owner.durablePosition
      throw error
    }
  }

  async read(_, key) {
    const [event] = await this.owner.read({ from: Number(key), limit: 1 }).toArray()
    return event === undefined ? null : markOf(key, event.data)
  }

  extras() {
    return {
      roll: () => this.owner.roll(),
      archive: () => this.owner.archive(this.archive, { through: Math.max(1, this.last - 8) }),
    }
  }
}

class Sessions {
  constructor(job) {
    this.job = job
    this.random = new Random(job.seed)
    const subjects = { store: StoreSubject, copies: CopySubject, events: LogSubject }
    this.subject = new subjects[job.workload](job, this.random)
    this.n = job.next
    this.failures = 0
  }

  async live() {
    for (let session = 0; session < this.job.sessions; session++) await this.session()
    tell('end')
  }

  async session() {
    const { subject } = this
    subject.owner = await attempt('open', () => subject.open())
    if (subject.owner === undefined) return
    const contents = await attempt('read', () => subject.contents())
    if (contents !== undefined) {
      tell('held', contents)
      this.held = new Map()
      for (const [space, keys] of Object.entries(contents)) {
        for (const [key, mark] of Object.entries(keys)) this.hold([space, key, mark])
      }
      await attempt('settle', () => subject.settle())
      if (await attempt('begin', () => subject.begin())) await this.steps()
    }
    await attempt('close', () => subject.owner.close())
  }

  async steps() {
    const extras = Object.entries(this.subject.extras())
    if (this.job.untilFailure) return this.untilFailure(extras)
    for (const [name, extra] of [...extras, ...extras]) {
      for (let i = 0; i < 6; i++) await this.commit(['disk', 'os'][i % 2])
      await this.extra(name, extra)
    }
    await this.commit('disk')
  }

  async untilFailure(extras) {
    const { random } = this
    for (let i = 0; this.failures === 0 && i < STEPS_AT_MOST; i++) {
      const commits = Array.from({ length: 1 + random.below(6) }, () =>
        this.commit(random.pick(['disk', 'disk', 'os', 'memory'])),
      )
      const [name, extra] = random.pick(extras)
      if (random.oneIn(12)) commits.push(this.extra(name, extra))
      await Promise.all(commits)
    }
    this.failures = 0
  }

  async commit(durability) {
    const n = this.n++
    const ops = this.subject.ops(n)
    tell('issue', n, ops, this.job.workload === 'events' ? 'disk' : durability)
    try {
      await this.subject.commit(ops, durability)
    } catch (error) {
      this.failures++
      tellFailure('commit', error, n)
      if (!this.job.untilFailure) await this.readBack()
      return
    }
    tell('acknowledged', n)
    for (const op of ops) this.hold(op)
  }

  async extra(name, work) {
    if ((await attempt(name, work)) !== undefined) return
    this.failures++
    if (!this.job.untilFailure) await this.readBack()
  }

  hold([space, key, mark]) {
    this.held.set(`${space} ${key}`, mark)
  }

  /** Reads go on, and give what was acknowledged. */
  async readBack() {
    await attempt('read', async () => {
      const all = [...this.held]
      for (let i = 0; i < READ_BACK && all.length > 0; i++) {
        const [name, mark] = this.random.pick(all)
        const [space, key] = name.split(' ')
        const found = await this.subject.read(space, key)
        if (found !== mark) tell('wrong', `${name} is ${found} instead of ${mark}`)
      }
    })
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  await new Sessions(JSON.parse(line)).live()
}
