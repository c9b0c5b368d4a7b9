import { describe, expect, it } from 'vitest'
import { expectError } from '../expect-error.js'
import { type OpenLog, bytes, texts } from './contract.js'

export function epochContract(openLog: OpenLog): void {
  describe('the epoch', () => {
    it('is raised by fence and by appends, and refuses older writers', async () => {
      const log = await openLog()
      expect(log.epoch).toBe(0)
      await log.append(bytes('first'), { epoch: 3 })
      expect(log.epoch).toBe(3)
      await log.fence(5)
      expect(log.epoch).toBe(5)
      const error = await expectError('STALE_EPOCH', () => log.append(bytes('old'), { epoch: 4 }))
      expect(error).toMatchObject({ epoch: 5 })
      await log.append(bytes('second'), { epoch: 5 })
      await log.append(bytes('third'))
      expect(await texts(log)).toEqual(['first', 'second', 'third'])
      expect(log.durablePosition).toBe(3)
    })

    it('goes to one of two who ask for the same', async () => {
      const log = await openLog()
      const settled = await Promise.allSettled([log.fence(7), log.fence(7)])
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
      const error = await expectError('STALE_EPOCH', () => log.fence(6))
      expect(error).toMatchObject({ epoch: 7 })
    })

    it('refuses the appends behind a fence that is still on its way', async () => {
      const log = await openLog()
      const calls = [
        log.append(bytes('before'), { epoch: 1 }),
        log.fence(2),
        log.append(bytes('behind'), { epoch: 1 }),
      ]
      const settled = await Promise.allSettled<unknown>(calls)
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
      expect(await texts(log)).toEqual(['before'])
    })

    it('is a whole number below 2^53', async () => {
      const log = await openLog()
      await expectError('INVALID_TYPE', () => log.fence(undefined as unknown as number))
      await expectError('INVALID_TYPE', () => log.fence('1' as unknown as number))
      await expectError('INVALID_ARGUMENT', () => log.fence(2 ** 53))
      expect(log.epoch).toBe(0)
    })
  })
}
