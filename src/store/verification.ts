// store.verify(): the engine's verification, step by step.
//
// 1. Between two steps nothing is held: no thread of the pool waits for the rate, and no table is
//    kept but the one being read.
// 2. An abort ends the step under way within a block; closing the store ends it with CLOSED.

import { setTimeout as sleep } from 'node:timers/promises'
import { type ByteSize, parseByteSize } from '../base/bytes.js'
import { InvalidTypeError, closed, kindOf } from '../base/errors.js'
import { checkedOptions, signalOf } from '../base/options.js'
import { type Finding, findingOf } from '../binding/finding.js'
import type { NativeStore, NativeVerification, VerifyProgress } from '../binding/native-types.js'

export interface VerifyOptions {
  /** Reads no faster than this. Default: as fast as it goes. */
  bytesPerSecond?: ByteSize | undefined
  /** Ends it with the signal's reason as its error. */
  signal?: AbortSignal | undefined
  /** Told some twenty times a second, or after each 4 MiB, and at the end. */
  onProgress?: ((progress: VerifyProgress) => void) | undefined
}

export interface VerifiedStore {
  readonly native: NativeStore
  readonly closed: boolean
}

const OPTIONS = ['bytesPerSecond', 'signal', 'onProgress']
const ALL_READ = -1
// The longest time for which nobody looks whether the store is closed.
const SLEEP_MS_MAX = 50

/** Bytes a second; 0 for no limit. */
export function rateOf(bytesPerSecond: unknown): number {
  return bytesPerSecond === undefined ? 0 : parseByteSize('bytesPerSecond', bytesPerSecond)
}

export async function verifyStore(
  store: VerifiedStore,
  options: VerifyOptions | undefined,
  { keepsAlive = true } = {},
): Promise<Finding[]> {
  const given = checkedOptions('verify', options, OPTIONS)
  const rate = rateOf(given.bytesPerSecond)
  const signal = signalOf(given.signal)
  const { onProgress } = given
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new InvalidTypeError(`onProgress must be a function, not ${kindOf(onProgress)}`)
  }
  signal?.throwIfAborted()
  const verification = store.native.verification(rate)
  const onAbort = (): void => {
    verification.cancel()
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await readAll(store, verification, { signal, onProgress, ref: keepsAlive })
    return verification.findings().map(findingOf)
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', onAbort)
    verification.cancel()
  }
}

async function readAll(
  store: VerifiedStore,
  verification: NativeVerification,
  { signal, onProgress, ref }: Pick<VerifyOptions, 'signal' | 'onProgress'> & { ref: boolean },
): Promise<void> {
  for (;;) {
    const waitMicros = await verification.step()
    signal?.throwIfAborted()
    onProgress?.(verification.progress())
    if (waitMicros === ALL_READ) return
    for (let left = waitMicros / 1000; left > 0; left -= SLEEP_MS_MAX) {
      if (store.closed) throw closed('The store')
      await sleep(Math.min(left, SLEEP_MS_MAX), undefined, { signal, ref })
    }
  }
}
