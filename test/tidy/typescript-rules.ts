// Rules for src/ and for TypeScript tests, on the syntax tree.
import { posix } from 'node:path'
import ts from 'typescript'
import {
  isTest,
  isTypeScript,
  isTypeScriptTest,
  roomIn,
  type Rule,
  type SourceFile,
} from './model.js'
import { limits, sourceClockRooms, sourceRooms } from './rooms.js'

type Finding = readonly [line: number, message: string]
interface Import {
  readonly line: number
  readonly name: string
  readonly typeOnly: boolean
}

const parsed = new WeakMap<SourceFile, ts.SourceFile>()

function parse(file: SourceFile): ts.SourceFile {
  const tree =
    parsed.get(file) ?? ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2022, true)
  parsed.set(file, tree)
  return tree
}

const lineOf = (node: ts.Node) =>
  node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1

function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node
  for (const child of node.getChildren()) yield* nodesOf(child)
}

const isSource = (path: string) =>
  path.startsWith('src/') && isTypeScript(path) && !isTypeScriptTest(path)
const isEntry = (path: string) => /^src\/[^/]+$/.test(path)
const roomOf = (path: string) =>
  isEntry(path) ? 'entry' : roomIn(sourceRooms, path.slice('src/'.length))

function importAt(node: ts.Node): Import | undefined {
  const line = () => lineOf(node)
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    return { line: line(), name: node.moduleSpecifier.text, typeOnly }
  }
  if (
    ts.isExportDeclaration(node) &&
    node.moduleSpecifier &&
    ts.isStringLiteral(node.moduleSpecifier)
  ) {
    return { line: line(), name: node.moduleSpecifier.text, typeOnly: node.isTypeOnly }
  }
  if (!ts.isCallExpression(node)) return undefined
  const [first] = node.arguments
  const loads =
    node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require'
  if (!loads || !first || !ts.isStringLiteralLike(first)) return undefined
  return { line: line(), name: first.text, typeOnly: false }
}

function importsOf(file: SourceFile): Import[] {
  return [...nodesOf(parse(file))].map(importAt).filter((found) => found !== undefined)
}

function refusal(file: SourceFile, room: string, found: Import): string | undefined {
  const row = sourceRooms[room]
  if (found.name.startsWith('node:')) {
    return row?.pure ? `${room} is pure and may not import ${found.name}` : undefined
  }
  if (!found.name.startsWith('.')) {
    const isListed = row?.packages?.includes(found.name) ?? false
    return isListed ? undefined : `${room} may not import the package ${found.name}`
  }
  const target = posix.join(posix.dirname(file.path), found.name)
  const other = target.startsWith('src/') ? roomOf(target) : undefined
  if (other === undefined) return `${found.name} lies in no room of the table`
  const may = [...(row?.may ?? []), ...(found.typeOnly ? (row?.mayAsTypes ?? []) : [])]
  return other === room || may.includes(other) ? undefined : `${room} may not import ${other}`
}

export const sourceImports: Rule = {
  name: 'source-imports',
  instead: 'what the row of this room lists (test/tidy/rooms.ts)',
  applies: isSource,
  *check(file): Generator<Finding> {
    const room = roomOf(file.path)
    if (room === undefined) {
      yield [1, `${file.path} lies in no room of the table`]
      return
    }
    for (const found of importsOf(file)) {
      const message = refusal(file, room, found)
      if (message !== undefined) yield [found.line, message]
    }
  },
}

export const entriesReExport: Rule = {
  name: 'entries-re-export',
  instead: 'a module of a room, re-exported by one line',
  applies: (path) => isSource(path) && isEntry(path),
  *check(file): Generator<Finding> {
    for (const statement of parse(file).statements) {
      const isReExport =
        ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined
      if (!isReExport) yield [lineOf(statement), 'an entry point holds more than re-exports']
    }
  },
}

const loader = /\bdlopen\b|\bcreateRequire\b|load-addon|\.node['"`]/

export const addonLoading: Rule = {
  name: 'addon-loading',
  instead: 'the typed binding that src/binding exports',
  applies: (path) => isSource(path) && !path.startsWith('src/binding/'),
  *check(file): Generator<Finding> {
    for (const [index, text] of file.lines.entries()) {
      const match = loader.exec(text)
      if (match) yield [index + 1, match[0]]
    }
  },
}

const clocks = new Set(['Date.now', 'performance.now', 'process.hrtime', 'process.hrtime.bigint'])
const chances = new Set([
  'Math.random',
  'randomBytes',
  'randomUUID',
  'getRandomValues',
  'randomInt',
])

function ambient(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date') {
    return (node.arguments?.length ?? 0) === 0 ? 'new Date()' : undefined
  }
  if (!ts.isCallExpression(node)) return undefined
  const name = node.expression.getText()
  const last = name.split('.').at(-1) ?? ''
  return clocks.has(name) || chances.has(name) || chances.has(last) ? name : undefined
}

export const sourceClock: Rule = {
  name: 'source-clock',
  instead: 'the clock and the seeded generator of src/base, passed in',
  applies: (path) => isSource(path) && !sourceClockRooms.includes(roomOf(path) ?? ''),
  *check(file): Generator<Finding> {
    for (const node of nodesOf(parse(file))) {
      const name = ambient(node)
      if (name !== undefined) yield [lineOf(node), name]
    }
  },
}

export const testChance: Rule = {
  name: 'test-chance',
  instead: 'a seeded generator whose seed is printed (only the seed itself may come from chance)',
  applies: (path) => isTypeScript(path) && isTest(path),
  *check(file): Generator<Finding> {
    for (const [index, text] of file.lines.entries()) {
      if (/\bMath\.random\b/.test(text) && !/seed/i.test(text)) yield [index + 1, 'Math.random']
    }
  },
}

export const sourceFunctionLength: Rule = {
  name: 'source-function-length',
  instead: 'two functions with names',
  applies: (path) => isTypeScript(path) && !isTest(path),
  *check(file): Generator<Finding> {
    for (const node of nodesOf(parse(file))) {
      if (!ts.isFunctionLike(node)) continue
      const length = node.getText().split('\n').length
      if (length > limits.functionLines) yield [lineOf(node), `a function of ${length} lines`]
    }
  },
}

const assertion = /\b(expect|assert)\s*[.(]|\b(expect|assert|check|verify)[A-Z]\w*\s*\(/

function rootName(callee: ts.Expression): string {
  if (ts.isCallExpression(callee)) return rootName(callee.expression)
  if (ts.isPropertyAccessExpression(callee)) return rootName(callee.expression)
  return callee.getText()
}

function localFunctions(tree: ts.SourceFile): Map<string, string> {
  const found = new Map<string, string>()
  for (const node of nodesOf(tree)) {
    const isNamed = ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node)
    if (isNamed && node.name && ts.isIdentifier(node.name))
      found.set(node.name.text, node.getText())
  }
  return found
}

function assertsWithin(text: string, locals: Map<string, string>, seen: Set<string>): boolean {
  if (assertion.test(text)) return true
  return [...text.matchAll(/\b(\w+)\s*\(/g)].some(([, name = '']) => {
    const body = locals.get(name)
    if (body === undefined || seen.has(name)) return false
    return assertsWithin(body, locals, seen.add(name))
  })
}

export const sourceAssertions: Rule = {
  name: 'source-test-asserts',
  instead: 'an expect on the behaviour that its name promises',
  applies: (path) => isTypeScript(path) && isTest(path),
  *check(file): Generator<Finding> {
    const tree = parse(file)
    const locals = localFunctions(tree)
    for (const node of nodesOf(tree)) {
      if (!ts.isCallExpression(node) || !['test', 'it'].includes(rootName(node.expression)))
        continue
      const body = node.arguments.find((a) => ts.isArrowFunction(a) || ts.isFunctionExpression(a))
      if (body && !assertsWithin(body.getText(), locals, new Set())) {
        yield [lineOf(node), `${node.arguments[0]?.getText() ?? 'a test'} asserts nothing`]
      }
    }
  },
}
