import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { unreachable } from './unreachable.mjs'

const native = new URL('../../native/', import.meta.url)

describe('what is listed as unreachable', () => {
  it.each(unreachable)('$file: $at: has its one place and a reason', (entry) => {
    const source = new URL(entry.file, native)
    expect(existsSync(source)).toBe(true)
    const places = readFileSync(source, 'utf8')
      .split('\n')
      .filter((line) => line.includes(entry.at))
    expect(places).toHaveLength(1)
    expect(entry.why.length).toBeGreaterThan(20)
    expect(entry.never.length).toBeGreaterThan(0)
  })
})
