export interface Unreachable {
  /** Below native/. */
  file: string
  at: string
  lines?: number
  condition?: string
  never: readonly ('true' | 'false' | 'alone' | 'run')[]
  why: string
}

export const unreachable: readonly Unreachable[]
