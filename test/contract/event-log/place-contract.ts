import { describe, expect, it } from 'vitest'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mkdtempSync, rmSync } from 'node:fs'
import { expectError } from '../expect-error.js'
import { type OpenLog, bytes, numbered, texts } from './contract.js'

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export function placeContract(openLog: OpenLog): void {
  describe('a time', () => {
    it('leads to the first event at or after it', async () => {
      const log = await openLog()
      expect(await log.positionAt(0)).toBe(1)
      const times: number[] = []
      for (let n = 0; n < 5; n++) {
        times.push((await log.append(numbered(3 * n, 3))).time)
        await sleep(3)
      }
      for (const [n, time] of times.entries()) {
        expect(await log.positionAt(time)).toBe(3 * n + 1)
        expect(await log.positionAt(time + 0.001)).toBe(3 * n + 4)
        expect(await log.positionAt(time - 0.001)).toBe(3 * n + 1)
      }
      expect(await log.positionAt(new Date(0))).toBe(1)
      const inWhole = Math.ceil(times[2]!)
      expect(await log.positionAt(new Date(inWhole))).toBe(inWhole === times[2]! ? 7 : 10)
      expect(await log.positionAt(Date.now() + 60_000)).toBe(16)
    })

    it('is a Date or milliseconds since 1970', async () => {
      const log = await openLog()
      await expectError('INVALID_TYPE', () => log.positionAt('now' as unknown as number))
      await expectError('INVALID_ARGUMENT', () => log.positionAt(new Date(NaN)))
      await expectError('INVALID_ARGUMENT', () => log.positionAt(-1))
      await expectError('INVALID_ARGUMENT', () => log.positionAt(2 ** 53))
    })
  })

  describe('the chain', () => {
    it('tells up to where it holds, and differs where the events do', async () => {
      const log = await openLog()
      await log.append(numbered(1, 3))
      await log.append(numbered(4, 2))
      const ends = await Promise.all([1, 2, 3, 4, 5].map((position) => log.chain(position)))
      expect(ends.map(({ last }) => last)).toEqual([3, 3, 3, 5, 5])
      expect(ends[0]).toEqual(ends[2])
      expect(ends[0]!.chain).toMatch(/^[0-9a-f]{8}$/)
      expect(ends[3]!.chain).not.toBe(ends[0]!.chain)
      await log.append(bytes('more'))
      expect(await log.chain(2)).toEqual(ends[1])
    })

    it('is of a position that is there', async () => {
      const log = await openLog()
      await log.append(bytes('a'))
      await expectError('INVALID_ARGUMENT', () => log.chain(0))
      await expectError('INVALID_ARGUMENT', () => log.chain(2))
      await expectError('INVALID_TYPE', () => log.chain(1n as unknown as number))
    })
  })

  describe('segments', () => {
    it('are finished when they have grown, and lose nothing', async () => {
      const log = await openLog({ segmentBytes: 4096 })
      for (let n = 0; n < 20; n++) await log.append(Buffer.alloc(1000, n))
      const segments = log.segments()
      expect(segments.length).toBeGreaterThan(3)
      let next = 1
      for (const { number, first, last, finished, bytes: size, chain } of segments.slice(0, -1)) {
        expect([number > 0, first, finished, size > 0]).toEqual([true, next, true, true])
        expect(chain).toMatch(/^[0-9a-f]{8}$/)
        next = last + 1
      }
      expect(segments.at(-1)?.finished).toBe(false)
      const read = await log.read().toArray()
      expect(read.map(({ data }) => data[0])).toEqual(Array.from({ length: 20 }, (_, n) => n))
      expect(await log.verify()).toEqual([])
    })

    it('are finished by roll(), but for an empty one', async () => {
      const log = await openLog()
      await log.roll()
      expect(log.segments()).toHaveLength(1)
      const append = log.append(numbered(1, 3))
      await log.roll()
      const { time } = await append
      await log.roll()
      await log.append(numbered(4, 2))
      const [old, current, ...others] = log.segments()
      expect(others).toEqual([])
      expect(old).toMatchObject({ first: 1, last: 3, finished: true })
      expect(old).toMatchObject({ firstTime: time, lastTime: time })
      expect(current).toMatchObject({ first: 4, last: 5, finished: false })
      expect(await texts(log)).toEqual(['1', '2', '3', '4', '5'])
    })

    it('move to an archive once they are finished, and are read from there', async () => {
      const log = await openLog()
      const folder = mkdtempSync(join(tmpdir(), 'ledgerstone-archive-'))
      try {
        for (let n = 0; n < 4; n++) {
          await log.append(numbered(10 * n + 1, 10))
          await log.roll()
        }
        await log.append(numbered(41, 5))
        const chain = await log.chain(15)
        expect(await log.archive(folder, { through: 25 })).toBe(2)
        expect(log.segments().map(({ archive }) => archive)).toEqual(
          [folder, folder, undefined, undefined, undefined],
        )
        expect(await log.archive(folder, { through: 25 })).toBe(0)
        expect(await log.archive(folder)).toBe(2)
        expect(log.segments().at(-1)).not.toHaveProperty('archive')
        expect(await texts(log)).toEqual(numbered(1, 45).map(String))
        expect(await texts(log, 8, 23)).toEqual(numbered(8, 16).map(String))
        expect(await log.chain(15)).toEqual(chain)
        expect(log.firstPosition).toBe(1)
        expect(await log.verify()).toEqual([])
      } finally {
        await log.close()
        rmSync(folder, { recursive: true })
      }
    })

    it('are not archived for a folder or a position that is none', async () => {
      const log = await openLog()
      await expectError('INVALID_TYPE', () => log.archive(undefined as unknown as string))
      await expectError('INVALID_ARGUMENT', () => log.archive(''))
      await expectError('INVALID_ARGUMENT', () => log.archive('/nowhere', { through: -1 }))
      await expectError('INVALID_ARGUMENT', () => log.archive('/nowhere', { upTo: 1 } as object))
    })
  })
}
