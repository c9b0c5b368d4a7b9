// As much of C++ as the rules need: text without comments and strings, and function bodies.

export interface CppFunction {
  readonly name: string
  readonly header: string
  readonly firstLine: number
  readonly lastLine: number
  readonly body: string
}

const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\//.source
const rawString = /R"(\w*)\([\s\S]*?\)\1"/.source
const quoted = /"(?:\\.|[^"\\\n])*"|(?<!\w)'(?:\\.|[^'\\\n])+'/.source
const skippable = new RegExp(`${comment}|${rawString}|${quoted}`, 'g')

// Comments, and unless they are includes, strings, become spaces; lines stay where they are.
export function blank(text: string): string {
  return text.replace(skippable, (match, _delimiter, at: number) => {
    const lineStart = text.lastIndexOf('\n', at) + 1
    if (match.startsWith('"') && /^\s*#\s*include/.test(text.slice(lineStart, at))) return match
    return match.replace(/[^\n]/g, ' ')
  })
}

function kindOf(header: string): 'container' | 'function' | 'other' {
  if (/\b(namespace|extern)\b[^()]*$/.test(header)) return 'container'
  const endsLikeFunction = /\)\s*(const|noexcept|override)?\s*$/.test(header)
  if (/\b(class|struct|union)\b/.test(header) && !endsLikeFunction) return 'container'
  if (/\benum\b/.test(header)) return 'other'
  return header.includes('(') && !/=\s*$/.test(header) ? 'function' : 'other'
}

function nameOf(header: string): string {
  const test = /\bTEST(?:_F|_P)?\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)/.exec(header)
  if (test) return `${test[1]}.${test[2]}`
  return /([\w~]+)\s*\(/.exec(header)?.[1] ?? ''
}

export function functionsOf(text: string): CppFunction[] {
  const code = blank(text).replace(/^\s*#(?:.*\\\n)*.*$/gm, (line) => line.replace(/[^\n]/g, ' '))
  const found: CppFunction[] = []
  const open: { kind: string; header: string; start: number; headerStart: number }[] = []
  const lineAt = (at: number) => code.slice(0, at).split('\n').length
  let statement = 0
  for (let at = 0; at < code.length; at += 1) {
    const char = code[at]
    if (char === '{') {
      const header = code.slice(statement, at).trim()
      const inside = open.at(-1)?.kind ?? 'container'
      const kind = inside === 'container' ? kindOf(header) : 'other'
      const headerStart = statement + code.slice(statement, at).search(/\S|$/)
      open.push({ kind, header, start: at, headerStart })
    } else if (char === '}') {
      const block = open.pop()
      if (block?.kind === 'function') {
        const { header, start, headerStart } = block
        const [firstLine, lastLine] = [lineAt(headerStart), lineAt(at)]
        const body = code.slice(start, at)
        found.push({ name: nameOf(header), header, firstLine, lastLine, body })
      }
    }
    if (char === '{' || char === '}' || char === ';') statement = at + 1
  }
  return found
}
