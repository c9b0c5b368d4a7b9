import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bugs } from './bugs.mjs'

const native = new URL('../../native/', import.meta.url)

describe('planted bugs', () => {
  it('have a name of their own', () => {
    const names = bugs.map((bug) => bug.name)
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(bugs)('$name: has its one place in $file', ({ file, find, replace }) => {
    const source = new URL(file, native)
    expect(existsSync(source)).toBe(true)
    expect(readFileSync(source, 'utf8').split(find).length - 1).toBe(1)
    expect(replace).not.toBe(find)
  })
})
