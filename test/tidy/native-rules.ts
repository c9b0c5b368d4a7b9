// Rules for native/: who includes what, who may call the operating system, the list of sources.
import { blank, functionsOf } from './cpp.js'
import { isNative, isNativeTest, roomIn, type Rule, type SourceFile, type Tree } from './model.js'
import { limits, nativeClockRooms, nativeRooms, nativeTestRow, systemCallRooms } from './rooms.js'

const anyOf = (...patterns: RegExp[]) => new RegExp(patterns.map((p) => p.source).join('|'))

const systemHeader = anyOf(
  /^(unistd|fcntl|pthread|poll|dirent|sched|signal|netdb|dlfcn|spawn|ftw|aio|semaphore)\.h$/,
  /^(sys|net|netinet|arpa|linux)\//,
  /^(liburing\.h|csignal|filesystem|fstream)$/,
)
const nodeHeader = /^(napi|node_api|js_native_api|node_api_types)\.h$/
const engineHeader = /^(node|v8.*|uv|nan|node_buffer)\.h$/
const testHeader = /^g(test|mock)\//
const clock = anyOf(
  /std::chrono::(system|steady|high_resolution)_clock|std::random_device/,
  /\b(gettimeofday|clock_gettime|srand|rand|sleep_for|sleep_until)\s*\(/,
  /\btime\s*\(\s*(nullptr|NULL|0)\s*\)/,
)

const inNative = (path: string) => path.slice('native/'.length)
const roomOf = (path: string) => roomIn(nativeRooms, inNative(path))
const mayTest = (path: string) =>
  isNativeTest(path) || ['testing', 'fuzz'].includes(roomOf(path) ?? '')
const mayCallSystem = (path: string) =>
  mayTest(path) || [...systemCallRooms, 'tools'].includes(roomOf(path) ?? '')

function* includesOf(file: SourceFile): Generator<[line: number, quoted: boolean, name: string]> {
  for (const [index, text] of blank(file.text).split('\n').entries()) {
    const match = /^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)/.exec(text)
    if (match) yield [index + 1, match[1] !== undefined, match[1] ?? match[2] ?? '']
  }
}

function included(name: string): string | undefined {
  return name.startsWith('ledgerstone/') ? 'include' : roomIn(nativeRooms, name)
}

export const nativeIncludes: Rule = {
  name: 'native-includes',
  instead:
    'a header of a room that this one may include (test/tidy/rooms.ts), from the native root',
  applies: isNative,
  *check(file) {
    const room = roomOf(file.path)
    if (room === undefined) {
      yield [1, `${file.path} lies in no room of the table`] as const
      return
    }
    const row = isNativeTest(file.path) ? nativeTestRow : nativeRooms[room]
    for (const [line, quoted, name] of includesOf(file)) {
      if (!quoted) continue
      const target = included(name)
      if (target === undefined) yield [line, `"${name}" names no room`] as const
      else if (target !== room && !row?.may.includes(target)) {
        yield [line, `${room} may not include ${target} ("${name}")`] as const
      }
    }
  },
}

function headerRule(
  name: string,
  instead: string,
  header: RegExp,
  isAllowed: (path: string) => boolean,
): Rule {
  return {
    name,
    instead,
    applies: (path) => isNative(path) && !isAllowed(path),
    *check(file) {
      for (const [line, quoted, header_name] of includesOf(file)) {
        if (!quoted && header.test(header_name)) yield [line, `<${header_name}>`] as const
      }
    },
  }
}

export const headerRules: readonly Rule[] = [
  headerRule('system-headers', 'the interface in ledgerstone/env.h', systemHeader, mayCallSystem),
  headerRule(
    'threads',
    'the threads of ledgerstone/env.h, so that a test can own the schedule',
    /^(thread|future)$/,
    (path) => mayTest(path) || roomOf(path) === 'env',
  ),
  headerRule('node-headers', 'native/binding', nodeHeader, (path) => roomOf(path) === 'binding'),
  headerRule(
    'node-internals',
    'Node-API (node_api.h) in native/binding',
    engineHeader,
    () => false,
  ),
  headerRule('test-headers', 'a file *_test.cc, or native/testing', testHeader, mayTest),
]

export const nativeClock: Rule = {
  name: 'native-clock',
  instead: 'the clock of ledgerstone/env.h and the seeded generator of base/random.h',
  applies: (path) =>
    isNative(path) && !mayTest(path) && !nativeClockRooms.includes(roomOf(path) ?? ''),
  *check(file) {
    for (const [index, text] of blank(file.text).split('\n').entries()) {
      const match = clock.exec(text)
      if (match) yield [index + 1, match[0]] as const
    }
  },
}

export const nativeFunctionLength: Rule = {
  name: 'native-function-length',
  instead: 'two functions with names',
  applies: (path) => isNative(path) && !isNativeTest(path),
  *check(file) {
    for (const { name, firstLine, lastLine } of functionsOf(file.text)) {
      const length = lastLine - firstLine + 1
      if (length > limits.functionLines) yield [firstLine, `${name} has ${length} lines`] as const
    }
  },
}

const assertion = anyOf(
  /\b(EXPECT|ASSERT)_|\bADD_FAILURE\b|\bFAIL\s*\(/,
  /\b(Expect|Assert|Check|Verify|Require)[A-Z]\w*\s*\(/,
)

export const nativeAssertions: Rule = {
  name: 'native-test-asserts',
  instead: 'an EXPECT_ or ASSERT_ on the behaviour that its name promises',
  applies: isNativeTest,
  *check(file) {
    const functions = functionsOf(file.text)
    const asserting = new Set<string>()
    const asserts = (body: string) =>
      assertion.test(body) || [...body.matchAll(/(\w+)\s*\(/g)].some((m) => asserting.has(m[1]!))
    for (let size = -1; size !== asserting.size;) {
      size = asserting.size
      for (const { name, body } of functions) if (asserts(body)) asserting.add(name)
    }
    for (const { name, header, body, firstLine } of functions) {
      if (/\bTEST(_F|_P)?\s*\(/.test(header) && !asserts(body)) {
        yield [firstLine, `${name} asserts nothing`] as const
      }
    }
  },
}

type Lists = Record<string, string[]> & { engine: Record<string, string[]> }

function* listedSources(lists: Lists): Generator<[file: string, list: string]> {
  for (const [room, files] of Object.entries(lists.engine)) {
    for (const file of files) yield [file, room]
  }
  for (const list of ['binding', 'prebuilt', 'tools', 'testing', 'fuzz', 'tests']) {
    for (const file of lists[list] ?? []) yield [file, list]
  }
}

function* checkSources(file: SourceFile, tree: Tree) {
  const lineOf = (name: string) => file.lines.findIndex((line) => line.includes(`"${name}"`)) + 1
  const known = new Set<string>()
  for (const [name, list] of listedSources(JSON.parse(file.text) as Lists)) {
    const expected = isNativeTest(name) ? 'tests' : roomIn(nativeRooms, name)
    // The worlds that only tests run in stay out of the add-on, what only the packed one needs out
    // of others.
    if (expected === 'env' && (list === 'testing' || list === 'prebuilt')) {
      known.add(name)
      continue
    }
    if (!tree.has(`native/${name}`)) yield [lineOf(name), `${name} does not exist`] as const
    if (known.has(name)) yield [lineOf(name), `${name} is listed twice`] as const
    if (expected !== list) yield [lineOf(name), `${name} belongs under ${expected}`] as const
    known.add(name)
  }
  for (const path of tree.keys()) {
    if (isNative(path) && path.endsWith('.cc') && !known.has(inNative(path))) {
      yield [1, `${inNative(path)} is not listed`] as const
    }
  }
}

export const nativeSources: Rule = {
  name: 'native-sources',
  instead: 'one line for each .cc file, under the name of its room (tests under "tests")',
  applies: (path) => path === 'native/sources.json',
  check: checkSources,
}
