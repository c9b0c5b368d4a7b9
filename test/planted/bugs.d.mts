export interface Bug {
  name: string
  /** Below native/. */
  file: string
  find: string
  replace: string
  /** A GoogleTest filter. */
  suites: string
}

export const bugs: readonly Bug[]
