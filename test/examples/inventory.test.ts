// The inventory against a model that knows nothing of the example's rules but what they mean: it
// goes through the whole log and keeps plain maps. The process that works is killed in between.

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Inventory } from '../../examples/inventory/inventory.js'
import { requestAt } from '../../examples/inventory/requests.js'
import type { Command, InventoryEvent } from '../../examples/inventory/rules.js'
import { Random, seedFromEnvironment } from '../../src/base/random.js'
import { counted } from '../support/counted.js'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { type Program, run, start } from '../support/program.js'

const folder = temporaryFolders('inventory')
const PROGRAM = inRoot('dist/examples/inventory/main.js')
const WORK = inRoot('dist/examples/inventory/work.js')
const KILLS = Number(process.env['LEDGERSTONE_KILLS'] ?? 30)
const REQUESTS_MAX = 1_000_000

class Model {
  readonly onHand = new Map<string, number>()
  readonly reserved = new Map<string, number>()
  readonly orders = new Map<string, { item: string; count: number; shipped: boolean }>()
  readonly requests: number[] = []

  /** What is wrong with this event, as an answer to this request, at this point. */
  wrong(event: InventoryEvent, request: Command): string | undefined {
    this.requests.push(event.request)
    const before = this.#refusal(request)
    if ((event.kind === 'refused') !== before) return `refused: ${!before}`
    if (event.kind === 'refused') return event.what === request.kind ? undefined : event.what
    switch (event.kind) {
      case 'received':
        return this.#add(event.item, event.count, 0)
      case 'adjusted':
        return this.#add(event.item, event.by, 0)
      case 'reserved':
        this.orders.set(event.order, { item: event.item, count: event.count, shipped: false })
        return this.#add(event.item, 0, event.count)
      case 'shipped': {
        const order = this.orders.get(event.order)!
        order.shipped = true
        return this.#add(order.item, -order.count, -order.count)
      }
    }
  }

  state(): unknown {
    const items: Record<string, unknown> = {}
    for (const [name, onHand] of this.onHand) {
      items[name] = { onHand, reserved: this.reserved.get(name) ?? 0 }
    }
    return { items, orders: Object.fromEntries(this.orders) }
  }

  #refusal(request: Command): boolean {
    const free = (name: string): number =>
      (this.onHand.get(name) ?? 0) - (this.reserved.get(name) ?? 0)
    switch (request.kind) {
      case 'receive':
        return false
      case 'reserve':
        return this.orders.has(request.order) || free(request.item) < request.count
      case 'ship':
        return this.orders.get(request.order)?.shipped !== false
      case 'adjust':
        return free(request.item) + request.by < 0
    }
  }

  #add(item: string, onHand: number, reserved: number): string | undefined {
    this.onHand.set(item, (this.onHand.get(item) ?? 0) + onHand)
    this.reserved.set(item, (this.reserved.get(item) ?? 0) + reserved)
    const isSound = this.onHand.get(item)! >= this.reserved.get(item)!
    return isSound ? undefined : `more of ${item} is reserved than there is`
  }
}

async function stateOf(inventory: Inventory): Promise<unknown> {
  const [items, orders]: [[string, unknown][], [string, unknown][]] = [[], []]
  for await (const entry of inventory.items()) items.push(entry)
  for await (const entry of inventory.orders()) orders.push(entry)
  return { items: Object.fromEntries(items), orders: Object.fromEntries(orders) }
}

/** Opens the inventory here: it is what the model makes of its log. */
async function expectEqualsModel(
  path: string,
  seed: number,
  answers: ReadonlyMap<number, number>,
): Promise<{ events: number; replayed: number }> {
  const inventory = await Inventory.open(path)
  try {
    const model = new Model()
    const positions = new Map<number, number>()
    for await (const { position, data } of inventory.log.read()) {
      expect(model.wrong(data, requestAt(seed, data.request))).toBeUndefined()
      positions.set(data.request, position)
    }
    const events = model.requests.length
    expect(positions.size).toBe(events)
    expect(inventory.position).toBe(events)
    expect(await stateOf(inventory)).toEqual(model.state())
    const lost = [...answers].filter(([request, at]) => positions.get(request) !== at)
    expect(lost).toEqual([])
    expect(await inventory.log.verify()).toEqual([])
    return { events, replayed: inventory.replayed }
  } finally {
    await inventory.close()
  }
}

interface Figures {
  events: number
  answered: number
  replayed: number
  /** Positions that state was found saved at. */
  saved: Set<number>
  looks: number
  killedBeforeOpen: number
}

function readLines(worker: Program, answers: Map<number, number>, figures: Figures): void {
  for (const line of worker.lines()) {
    const [kind, number, position] = line.split(' ')
    if (kind === 'a') answers.set(Number(number), Number(position))
    if (kind !== 'r') continue
    figures.replayed += Number(number)
    figures.saved.add(Number(position))
  }
  if (worker.lines().length === 0) figures.killedBeforeOpen++
}

describe('The inventory', () => {
  test(
    `killed ${KILLS} times at random moments is what a plain replay of its log makes it`,
    async () => {
      const seed = seedFromEnvironment()
      process.stdout.write(`LEDGERSTONE_SEED=${seed} npx vitest run test/examples/inventory\n`)
      const random = new Random(seed)
      const path = folder()
      const answers = new Map<number, number>()
      const figures: Figures = {
        ...{ events: 0, answered: 0, replayed: 0, looks: 0, killedBeforeOpen: 0 },
        saved: new Set(),
      }
      const next = (): number => {
        let first = 1
        while (answers.has(first)) first++
        return first
      }
      for (let kill = 0; kill < KILLS; kill++) {
        const worker = start([WORK, path, `${seed}`, `${next()}`, `${REQUESTS_MAX}`])
        const early = random.oneIn(4)
        const afterMs = random.fraction() * (early ? 250 : 120)
        if (!early) await worker.line('o')
        await new Promise((resolve) => setTimeout(resolve, afterMs))
        worker.process.kill('SIGKILL')
        const { signal, stderr } = await worker.ended
        expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' })
        readLines(worker, answers, figures)
        if (!random.oneIn(8)) continue
        figures.replayed += (await expectEqualsModel(path, seed, answers)).replayed
        figures.looks++
      }
      const last = await run([WORK, path, `${seed}`, `${next()}`, `${next() + 200}`])
      expect(last).toMatchObject({ code: 0, stderr: '' })
      const end = await expectEqualsModel(path, seed, answers)
      Object.assign(figures, { events: end.events, answered: answers.size })
      const told = { ...figures, saved: figures.saved.size }
      process.stdout.write(`${KILLS} kills: ${JSON.stringify(told)}\n`)
      counted('real kills: event log', KILLS)
      expect(end.events).toBeGreaterThanOrEqual(answers.size)
      expect(end.replayed).toBe(0)
      expect(figures.replayed).toBeGreaterThan(0)
      expect(figures.saved.size).toBeGreaterThan(1)
      expect(answers.size).toBeGreaterThan(KILLS)
    },
    60_000 + KILLS * 2000,
  )

  test('writes an event to the disk once, and state without a log of its own', async () => {
    const path = folder()
    const inventory = await Inventory.open(path)
    await inventory.submit(requestAt(1, 1))
    const before = inventory.store.stats().writes.logBytes
    const answers = []
    for (let request = 2; request <= 3000; request++) {
      answers.push(inventory.submit(requestAt(1, request)))
      if (request % 100 === 0) await Promise.all(answers)
    }
    await Promise.all(answers)
    const { bytes, events } = inventory.log.stats()
    const logBytes = inventory.store.stats().writes.logBytes - before
    await inventory.close()
    const files = readdirSync(join(path, 'log'))
    const size = (ending: string): number =>
      files
        .filter((name) => name.endsWith(ending))
        .reduce((sum, name) => sum + statSync(join(path, 'log', name)).size, 0)
    process.stdout.write(
      `${events} events of ${bytes} bytes: ${size('.evt')} bytes of records, ` +
        `${size('.idx')} of index, ${logBytes} in the store's own log\n`,
    )
    expect(events).toBe(3000)
    expect(size('.evt')).toBeGreaterThan(bytes)
    expect(size('.evt')).toBeLessThan(bytes * 1.3)
    expect(logBytes).toBeLessThan(1000)
  })

  test('gives a request made again its first answer, also after opening again', async () => {
    const path = folder()
    const first = await Inventory.open(path)
    const answers = await Promise.all([1, 2, 3, 1, 2].map((n) => first.submit(requestAt(9, n))))
    expect(answers.map(({ position }) => position)).toEqual([1, 2, 3, 1, 2])
    expect(answers[3]).toEqual(answers[0])
    await first.close()
    const again = await Inventory.open(path)
    expect(again.replayed).toBe(0)
    expect(await again.submit(requestAt(9, 2))).toEqual(answers[1])
    expect((await again.submit(requestAt(9, 4))).position).toBe(4)
    await again.close()
  })

  test('as a program ends well after its kills', async () => {
    const { code, stdout, stderr } = await run([PROGRAM, '--requests', '1500', '--kills', '3'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.match(/^killed; \d+ events had been replayed/gm)).toHaveLength(3)
    expect(stdout).toMatch(/^1500 events for 1500 requests: /m)
    expect(stdout).toMatch(/^ok {4}all state is what the events make of it$/m)
    expect(stdout).not.toContain('FAIL')
  })
})
