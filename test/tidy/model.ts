// What the rules work on: the text files of the repository, and violations.

export interface SourceFile {
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
}

export type Tree = ReadonlyMap<string, SourceFile>

export interface Violation {
  readonly path: string
  readonly line: number
  readonly rule: string
  readonly message: string
}

// `instead` tells what to use; `check` sees one file at a time and gives [line, what is wrong].
export interface Rule {
  readonly name: string
  readonly instead: string
  applies(path: string): boolean
  check(file: SourceFile, tree: Tree): Iterable<readonly [line: number, message: string]>
}

export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, lines: text.split('\n') }
}

export function violations(rule: Rule, tree: Tree): Violation[] {
  const found: Violation[] = []
  for (const file of tree.values()) {
    if (!rule.applies(file.path)) continue
    for (const [line, what] of rule.check(file, tree)) {
      const message = `${what}; instead: ${rule.instead}`
      found.push({ path: file.path, line, rule: rule.name, message })
    }
  }
  return found
}

export const isNative = (path: string) => /^native\/.*\.(cc|h)$/.test(path)
export const isNativeTest = (path: string) => /_test\.cc$/.test(path)
export const isTypeScript = (path: string) => /\.[cm]?ts$/.test(path)
export const isTypeScriptTest = (path: string) => /\.test\.ts$/.test(path)
export const isTest = (path: string) =>
  isNativeTest(path) || isTypeScriptTest(path) || path.startsWith('test/')
export const isCode = (path: string) => /\.(cc|h|[cm]?[jt]s)$/.test(path)
export const isWritten = (path: string) => isCode(path) || /\.(md|cmake|gyp|txt)$/.test(path)

// The longest room of the table that the path lies in.
export function roomIn(rooms: object, path: string): string | undefined {
  const matching = Object.keys(rooms).filter((room) => path.startsWith(`${room}/`))
  return matching.sort((a, b) => b.length - a.length)[0]
}
