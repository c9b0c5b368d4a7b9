// Rules on lines and files of any language, on the documentation's links, and on package.json.
import { posix } from 'node:path'
import { isCode, isTest, isWritten, type Rule, type SourceFile, type Tree } from './model.js'
import { limits } from './rooms.js'

type Finding = readonly [line: number, message: string]

function lineRule(
  name: string,
  instead: string,
  applies: (path: string) => boolean,
  complaint: (line: string, path: string) => string | undefined,
): Rule {
  return {
    name,
    instead,
    applies,
    *check(file): Generator<Finding> {
      for (const [index, line] of file.lines.entries()) {
        const message = complaint(line, file.path)
        if (message !== undefined) yield [index + 1, message]
      }
    },
  }
}

const columns = lineRule('columns', `a line of ${limits.columns} columns`, isCode, (line) => {
  const width = [...line].length
  return width > limits.columns && !/https?:\/\//.test(line) ? `${width} columns` : undefined
})

const whitespace = lineRule('whitespace', 'spaces, and none at the end', isCode, (line) =>
  /\s$|\t/.test(line) ? 'a tab or a space at the end of the line' : undefined,
)

const leftovers = lineRule(
  'leftovers',
  'the work itself, or an issue',
  isWritten,
  (line) => /\b(TODO|FIXME|XXX|HACK)\b/.exec(line)?.[0],
)

const deadCode = new RegExp(
  [
    /#include\b/,
    /(return|throw|delete|const|let|var|auto|int|if|for|while)\b.*[;{]$/,
    /\}\s*(else\b.*)?$/,
    /[\w.>:-]+(\(.*\)| [-+]?= .+);$/,
  ]
    .map((pattern) => `^\\s*//+\\s*${pattern.source}`)
    .join('|'),
)

const commentedCode = lineRule(
  'commented-code',
  'nothing: version control remembers',
  isCode,
  (line) => (deadCode.test(line) ? 'code in a comment' : undefined),
)

const focused = lineRule(
  'focused-tests',
  'test(...), so that every test runs',
  isTest,
  (line) => /\b(test|it|describe)\.(only|todo)\b|\bDISABLED_\w/.exec(line)?.[0],
)

const fileLength: Rule = {
  name: 'file-length',
  instead: 'two files with a purpose each',
  applies: isCode,
  *check(file): Generator<Finding> {
    const most = isTest(file.path) ? limits.testLines : limits.lines
    const length = file.lines.length - (file.lines.at(-1) === '' ? 1 : 0)
    if (length > most) yield [most + 1, `${length} lines, of at most ${most}`]
  },
}

function slug(heading: string): string {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '')
  return text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')
}

function anchorsOf(file: SourceFile): Set<string> {
  const headings = file.lines.filter((line) => /^#{1,6} /.test(line))
  const named = [...file.text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map((match) => match[1] ?? '')
  return new Set([...headings.map((line) => slug(line.replace(/^#+ /, ''))), ...named])
}

function brokenLink(file: SourceFile, link: string, tree: Tree): string | undefined {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? file.path : posix.join(posix.dirname(file.path), decodeURI(path))
  const clean = target.replace(/\/$/, '')
  const page = tree.get(clean)
  const isFolder = [...tree.keys()].some((known) => known.startsWith(`${clean}/`))
  if (page === undefined && !isFolder && clean !== '.') return `${link} leads nowhere`
  if (!anchor || !page?.path.endsWith('.md') || anchorsOf(page).has(anchor)) return undefined
  return `${page.path} has no heading #${anchor}`
}

const links: Rule = {
  name: 'links',
  instead: 'a path that exists, relative to this page',
  applies: (path) => path.endsWith('.md'),
  *check(file, tree): Generator<Finding> {
    const text = file.text.replace(/^```[\s\S]*?^```|`[^`\n]*`/gm, (code) =>
      code.replace(/[^\n]/g, ' '),
    )
    for (const [index, line] of text.split('\n').entries()) {
      for (const [, link = ''] of line.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)) {
        if (/^[a-z][a-z+.-]*:/i.test(link)) continue
        const message = brokenLink(file, link, tree)
        if (message !== undefined) yield [index + 1, message]
      }
    }
  },
}

interface Conditions {
  types?: string
  default?: string
}

interface Package {
  exports: Record<string, string | { import?: Conditions; require?: Conditions }>
  typesVersions?: Record<string, Record<string, string[]>>
}

function leadsTo(conditions: Conditions | undefined, file: string): boolean {
  return conditions?.types === `${file}.d.ts` && conditions.default === `${file}.js`
}

const packageExports: Rule = {
  name: 'package-exports',
  instead: 'one entry of "exports" for each src/*.ts: import and require, each with its types',
  applies: (path) => path === 'package.json',
  *check(file, tree): Generator<Finding> {
    const { exports, typesVersions } = JSON.parse(file.text) as Package
    const older = typesVersions?.['*'] ?? {}
    const entries = [...tree.keys()]
      .map((path) => /^src\/([\w-]+)\.ts$/.exec(path)?.[1])
      .filter((name) => name !== undefined)
    for (const [key, value] of Object.entries(exports)) {
      if (typeof value === 'string') continue
      const name = key === '.' ? 'index' : key.slice(2)
      const line = file.lines.findIndex((text) => text.includes(`"${key}": {`)) + 1
      const [esm, cjs] = [`./dist/esm/${name}`, `./dist/cjs/${name}`]
      if (!leadsTo(value.import, esm) || !leadsTo(value.require, cjs)) {
        yield [line, `"${key}" leads elsewhere`]
      }
      if (key !== '.' && older[name]?.join() !== `${cjs}.d.ts`) {
        yield [line, `"${key}" is not in "typesVersions"`]
      }
      if (!entries.includes(name)) yield [line, `there is no src/${name}.ts`]
    }
    for (const name of entries) {
      const key = name === 'index' ? '.' : `./${name}`
      if (!(key in exports)) yield [1, `src/${name}.ts is not exported`]
    }
  },
}

export const textRules: readonly Rule[] = [
  ...[columns, whitespace, leftovers, commentedCode, focused, fileLength, links, packageExports],
]
