// What programs of the lifecycle tests leave in a store, read back by the test.

import { expect } from 'vitest'
import { open } from '../../src/index.js'
import type { Ending } from './program.js'

/** The numbers n of the lines `a n`: writes that were acknowledged. */
export function acknowledged({ stdout }: Pick<Ending, 'stdout'>): number[] {
  return [...stdout.matchAll(/^a (\d+)$/gm)].map(([, n]) => Number(n))
}

/** Opens the store: nothing acknowledged is lost, nothing is damaged. */
export async function expectHeld(path: string, keys: readonly number[]): Promise<void> {
  const store = await open(path)
  try {
    const numbers = store.namespace('numbers', { key: 'u64', value: 'utf8' })
    const values = numbers.getManySync(keys)
    expect(keys.filter((n, i) => !values[i]?.startsWith(`${n}:`))).toEqual([])
    expect(await store.verify()).toEqual([])
  } finally {
    await store.close()
  }
}
