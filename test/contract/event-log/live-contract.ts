import { describe, expect, it } from 'vitest'
import { expectError } from '../expect-error.js'
import { type OpenLog, bytes, numbered } from './contract.js'

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2))

export function liveContract(openLog: OpenLog): void {
  describe('live reading', () => {
    it('gives what is there, then each new event as it comes', async () => {
      const log = await openLog()
      await log.append(numbered(1, 3))
      const seen: string[] = []
      const walk = (async () => {
        for await (const { data } of log.read({ live: true, limit: 40 })) seen.push(data.toString())
      })()
      for (let n = 4; n <= 40; n += 4) {
        await log.append(numbered(n, Math.min(4, 41 - n)))
        if (n % 3 === 0) await turn()
      }
      await walk
      expect(seen).toEqual(numbered(1, 40).map(String))
    })

    it('sees the same as another one beside it, whenever each of them looks', async () => {
      const log = await openLog()
      const follow = async (pauses: boolean): Promise<string[]> => {
        const seen: string[] = []
        for await (const { events } of log.read({ live: true, to: 200 }).batches()) {
          seen.push(...events.map(String))
          if (pauses) await turn()
        }
        return seen
      }
      const walks = [follow(false), follow(true), follow(true)]
      for (let n = 1; n <= 200; n += 10) void (await log.append(numbered(n, 10)))
      const expected = numbered(1, 200).map(String)
      for (const seen of await Promise.all(walks)) expect(seen).toEqual(expected)
    })

    it('waits for a position that is still to come, and ends at its last one', async () => {
      const log = await openLog()
      const walk = log.read({ live: true, from: 5, to: 6 }).toArray()
      await log.append(numbered(1, 4))
      await turn()
      await log.append(numbered(5, 4))
      expect((await walk).map(({ position }) => position)).toEqual([5, 6])
    })

    it('stops waiting when its signal says so', async () => {
      const log = await openLog()
      await log.append(bytes('a'))
      const stop = new AbortController()
      const seen: string[] = []
      let onSeen!: () => void
      const isSeen = new Promise<void>((resolve) => (onSeen = resolve))
      const walk = (async () => {
        for await (const { data } of log.read({ live: true, signal: stop.signal })) {
          seen.push(data.toString())
          onSeen()
        }
      })()
      await isSeen
      await turn()
      const reason = new Error('enough')
      stop.abort(reason)
      await expect(walk).rejects.toBe(reason)
      expect(seen).toEqual(['a'])
      await log.append(bytes('b'))
    })

    it('stops waiting when the iterator is returned', async () => {
      const log = await openLog()
      const iterator = log.read({ live: true })[Symbol.asyncIterator]()
      const waiting = iterator.next()
      await turn()
      expect(await iterator.return!()).toEqual({ done: true, value: undefined })
      expect(await waiting).toEqual({ done: true, value: undefined })
    })

    it('stops waiting with CLOSED when the log is closed', async () => {
      const log = await openLog()
      await log.append(bytes('a'))
      const walks = [1, 9].map((from) => log.read({ live: true, from }).toArray())
      const settled = Promise.allSettled(walks)
      await turn()
      await log.close()
      for (const each of await settled) expect(each).toMatchObject({ reason: { code: 'CLOSED' } })
      await expectError('CLOSED', () => log.append(bytes('b')))
    })
  })
}
