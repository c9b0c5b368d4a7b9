import { expect } from 'vitest'
import type { ErrorCode } from '../../src/index.js'

/** The call throws, or its promise rejects, with this code. */
export async function expectError(code: ErrorCode, call: () => unknown): Promise<Error> {
  let caught: unknown
  try {
    await call()
  } catch (error) {
    caught = error
  }
  expect(caught).toMatchObject({ code })
  return caught as Error
}

/** The call throws at once, before any promise. */
export function expectThrow(code: ErrorCode, call: () => unknown): void {
  expect(call).toThrow(expect.objectContaining({ code }))
}
