import { describe, expect, it } from 'vitest'
import { InvalidTypeError } from '../../../src/index.js'
import { expectError } from '../expect-error.js'
import { type OpenLog, bytes, numbered, texts } from './contract.js'

export function appendContract(openLog: OpenLog): void {
  describe('an append', () => {
    it('gives positions from 1 on, without a gap, and one time', async () => {
      const log = await openLog()
      expect([log.firstPosition, log.durablePosition]).toEqual([0, 0])
      const before = Date.now()
      const one = await log.append(bytes('a'))
      const three = await log.append(numbered(0, 3))
      expect(one).toMatchObject({ first: 1, last: 1 })
      expect(three).toMatchObject({ first: 2, last: 4 })
      expect(one.time).toBeGreaterThanOrEqual(before)
      expect(three.time).toBeGreaterThanOrEqual(one.time)
      expect(three.time).toBeLessThan(Date.now() + 1)
      expect([log.firstPosition, log.durablePosition]).toEqual([1, 4])
    })

    it('is in the order of the calls, and never shares a position', async () => {
      const log = await openLog()
      const calls = Array.from({ length: 100 }, (_, i) => log.append(numbered(i * 3, 3)))
      const appended = await Promise.all(calls)
      expect(appended.map(({ first }) => first)).toEqual(calls.map((_, i) => i * 3 + 1))
      expect(await texts(log)).toEqual(Array.from({ length: 300 }, (_, i) => `${i}`))
    })

    it('is seen by readers when it fulfils', async () => {
      const log = await openLog()
      for (let n = 1; n <= 5; n++) {
        const { last } = await log.append(bytes(`${n}`))
        expect(log.durablePosition).toBe(last)
        expect(await texts(log, last)).toEqual([`${n}`])
      }
    })

    it('copies its bytes before it returns', async () => {
      const log = await openLog()
      const event = bytes('before')
      const append = log.append(event)
      event.write('after!')
      await append
      expect(await texts(log)).toEqual(['before'])
    })

    it('takes events of no bytes, of many, and of every width of size', async () => {
      const log = await openLog()
      const sizes = [0, 1, 127, 128, 200_000, 16_383, 16_384, 0, 2_097_151, 2_097_152, 5]
      const events = sizes.map((size, i) => Buffer.alloc(size, i + 1))
      await log.append(events)
      await log.append(events[0]!)
      const read = (await log.read().toArray()).map(({ data }) => data)
      expect(read.map(({ length }) => length)).toEqual([...sizes, 0])
      for (const [i, event] of events.entries()) expect(read[i]!.equals(event)).toBe(true)
    })

    it('keeps values as its codec says', async () => {
      const log = await openLog({ codec: 'msgpack' })
      await log.append({ kind: 'paid', amount: 12n })
      await log.append([[1, 2], 'text', null])
      const read = (await log.read().toArray()).map(({ data }) => data)
      expect(read).toEqual([{ kind: 'paid', amount: 12n }, [1, 2], 'text', null])
      const json = await openLog({ codec: 'json' })
      await json.append({ kind: 'paid' })
      expect((await json.read().toArray())[0]?.data).toEqual({ kind: 'paid' })
    })

    it('appends all of its events or none', async () => {
      const log = await openLog({ codec: 'utf8' })
      await log.append(['a', 'b'])
      const wrong = ['c', 1 as unknown as string]
      const error = await expectError('INVALID_TYPE', () => log.append(wrong))
      expect(error).toBeInstanceOf(InvalidTypeError)
      expect(await log.append('d')).toMatchObject({ first: 3, last: 3 })
      expect((await log.read().toArray()).map(({ data }) => data)).toEqual(['a', 'b', 'd'])
    })

    it('refuses what is no event and no option', async () => {
      const log = await openLog()
      const call = (events: unknown, options?: unknown) => () =>
        log.append(events as Buffer, options as undefined)
      await expectError('INVALID_ARGUMENT', call([]))
      await expectError('INVALID_TYPE', call('text'))
      await expectError('INVALID_TYPE', call(undefined))
      await expectError('INVALID_ARGUMENT', call(bytes('a'), { expect: 0 }))
      for (const name of ['expected', 'epoch']) {
        await expectError('INVALID_TYPE', call(bytes('a'), { [name]: 1n }))
        for (const number of [-1, 1.5, NaN, 2 ** 53]) {
          await expectError('INVALID_ARGUMENT', call(bytes('a'), { [name]: number }))
        }
      }
      expect(log.durablePosition).toBe(0)
    })
  })

  describe('an append with an expected position', () => {
    it('is done at that position alone', async () => {
      const log = await openLog()
      await log.append(bytes('a'), { expected: 0 })
      await log.append(numbered(1, 2), { expected: 1 })
      const error = await expectError('POSITION_MISMATCH', () =>
        log.append(bytes('late'), { expected: 1 }),
      )
      expect(error).toMatchObject({ expected: '1', found: '3', position: 3 })
      await expectError('POSITION_MISMATCH', () => log.append(bytes('early'), { expected: 4 }))
      expect(await texts(log)).toEqual(['a', '1', '2'])
    })

    it('follows the appends that are still on their way', async () => {
      const log = await openLog()
      const calls = [
        log.append(numbered(1, 2)),
        log.append(bytes('3'), { expected: 2 }),
        log.append(bytes('no'), { expected: 2 }),
        log.append(bytes('4')),
        log.append(bytes('5'), { expected: 4 }),
      ]
      const settled = await Promise.allSettled(calls)
      expect(settled.map(({ status }) => status === 'fulfilled')).toEqual(
        [true, true, false, true, true],
      )
      expect(await texts(log)).toEqual(['1', '2', '3', '4', '5'])
    })

    it('lets one of many writers win', async () => {
      const log = await openLog()
      await log.append(bytes('before'))
      const calls = numbered(0, 20).map((event) => log.append(event, { expected: 1 }))
      const settled = await Promise.allSettled(calls)
      const losers = settled.filter((each) => each.status === 'rejected')
      expect(losers.map(({ reason }) => (reason as { code: string }).code)).toEqual(
        Array<string>(19).fill('POSITION_MISMATCH'),
      )
      expect(await texts(log)).toEqual(['before', '0'])
    })
  })
}
