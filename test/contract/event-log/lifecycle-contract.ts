import { describe, expect, it } from 'vitest'
import { expectError } from '../expect-error.js'
import { type OpenLog, bytes, numbered } from './contract.js'

export function lifecycleContract(openLog: OpenLog): void {
  describe('an event log', () => {
    it('tells about itself', async () => {
      const log = await openLog()
      expect(typeof log.path).toBe('string')
      expect(log.id).toMatch(/^[0-9a-f]{32}$/)
      expect(log.report).toMatchObject({ created: true, cutBytes: 0, cutFile: '' })
      await log.append(numbered(1, 3))
      await expectError('POSITION_MISMATCH', () => log.append(bytes('x'), { expected: 1 }))
      expect(log.stats()).toMatchObject({ appends: 2, events: 4, bytes: 8, failures: 1 })
      expect(log.segments()).toMatchObject([{ first: 1, last: 3, finished: false }])
    })

    it('settles the appends of the turn it is closed in, and then closes', async () => {
      const log = await openLog()
      const settled: string[] = []
      const append = log.append(bytes('a')).then(() => settled.push('append'))
      const closing = log.close().then(() => settled.push('close'))
      expect(log.closed).toBe(true)
      await Promise.all([append, closing])
      expect(settled).toEqual(['append', 'close'])
    })

    it('closes once, however often it is told to', async () => {
      const log = await openLog()
      const first = log.close()
      expect(log.close()).toBe(first)
      await first
      await log[Symbol.asyncDispose]()
      await (async () => {
        await using other = await openLog()
        await other.append(bytes('a'))
      })()
    })

    it('refuses everything with CLOSED from the moment close() is called', async () => {
      const log = await openLog()
      await log.append(numbered(1, 100))
      const reading = log.read()
      const iterator = reading[Symbol.asyncIterator]()
      await iterator.next()
      const closing = log.close()
      const calls = [
        () => log.append(bytes('b')),
        () => log.fence(1),
        () => log.roll(),
        () => log.archive('/nowhere'),
        () => log.verify(),
        () => log.chain(1),
        () => log.positionAt(0),
        () => reading.toArray(),
        () => iterator.next(),
        () => log.read(),
        () => log.segments(),
        () => log.stats(),
        () => log.firstPosition,
        () => log.durablePosition,
        () => log.epoch,
      ]
      await expectError('CLOSED', calls[8]!)
      const rest = calls.filter((_, i) => i !== 8)
      for (const call of rest) await expectError('CLOSED', call)
      await closing
      for (const call of rest) await expectError('CLOSED', call)
      expect(log.closed).toBe(true)
      expect(await iterator.next()).toEqual({ done: true, value: undefined })
    })
  })
}
