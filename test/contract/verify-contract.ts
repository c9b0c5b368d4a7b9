import { describe, expect, it } from 'vitest'
import type { VerifyProgress } from '../../src/index.js'
import type { CurrentStore } from './contract.js'
import { expectError } from './expect-error.js'

export function verifyContract(store: CurrentStore): void {
  describe('a verification', () => {
    it('tells how far it is, and ends when all is done', async () => {
      const a = store().namespace('a', { key: 'u64', value: 'utf8' })
      await Promise.all(Array.from({ length: 500 }, (_, i) => a.put(i, `value ${i}`)))
      await store().flush()
      const seen: VerifyProgress[] = []
      const onProgress = (progress: VerifyProgress): void => void seen.push(progress)
      expect(await store().verify({ onProgress, bytesPerSecond: '64MiB' })).toEqual([])
      const last = seen.at(-1)!
      expect(last.filesDone).toBe(last.filesTotal)
      expect(last.bytesDone).toBe(last.bytesTotal)
      for (const [i, progress] of seen.entries()) {
        expect(progress.bytesDone).toBeGreaterThanOrEqual(seen[i - 1]?.bytesDone ?? 0)
      }
    })

    it('ends with the reason of its signal', async () => {
      const reason = new Error('enough')
      const aborted = { signal: AbortSignal.abort(reason) }
      await expect(store().verify(aborted)).rejects.toBe(reason)
      const controller = new AbortController()
      const onProgress = (): void => {
        controller.abort(reason)
      }
      const verified = store().verify({ onProgress, signal: controller.signal })
      await expect(verified.then(() => Promise.reject(reason))).rejects.toBe(reason)
    })

    it('fails with what onProgress throws', async () => {
      const broken = new Error('broken')
      const onProgress = (): never => {
        throw broken
      }
      await expect(store().verify({ onProgress })).rejects.toBe(broken)
      expect(await store().verify()).toEqual([])
    })

    it('refuses options that it does not know', async () => {
      await expectError('INVALID_ARGUMENT', () => store().verify({ rate: 1 } as never))
      await expectError('INVALID_ARGUMENT', () => store().verify({ bytesPerSecond: 0 }))
      await expectError('INVALID_TYPE', () => store().verify({ signal: {} as never }))
      await expectError('INVALID_TYPE', () => store().verify({ onProgress: 1 as never }))
    })
  })
}
