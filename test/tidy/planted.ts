// One or more violations of each rule: { rule, line, files }. The rule must report exactly that
// line of the first file, and nothing else in the sample.

export interface Planted {
  readonly rule: string
  readonly line: number
  readonly files: Readonly<Record<string, string>>
}

const plant = (rule: string, line: number, path: string, text: string): Planted => ({
  rule,
  line,
  files: { [path]: text },
})

const longFunction = (head: string) => `${head} {\n${'  step();\n'.repeat(80)}}\n`
const longLine = `const a = '${'x'.repeat(100)}'\n`

export const planted: readonly Planted[] = [
  plant('native-includes', 2, 'native/log/a.cc', '#include "log/b.h"\n#include "sstable/b.h"\n'),
  plant('native-includes', 1, 'native/compaction/a.cc', '#include "env/posix_env.h"\n'),
  plant('native-includes', 1, 'native/base/a.h', '#include "coding.h"\n'),
  plant('native-includes', 1, 'native/kitchen/a.h', '#include "base/a.h"\n'),
  plant('native-includes', 1, 'native/store/a_test.cc', '#include "binding/addon.h"\n'),
  plant('system-headers', 1, 'native/log/a.cc', '#include <unistd.h>\n'),
  plant('system-headers', 2, 'native/store/a.h', '// <fcntl.h>\n#include <sys/mman.h>\n'),
  plant('threads', 1, 'native/store/a.cc', '#include <thread>\n'),
  plant('node-headers', 1, 'native/store/a.cc', '#include <node_api.h>\n'),
  plant('node-internals', 1, 'native/binding/a.cc', '#include <v8.h>\n'),
  plant('test-headers', 1, 'native/store/a.cc', '#include <gtest/gtest.h>\n'),
  plant(
    'native-clock',
    2,
    'native/log/a.cc',
    '// rand()\nauto t = std::chrono::system_clock::now();\n',
  ),
  plant('native-clock', 1, 'native/store/a.cc', 'std::random_device device;\n'),
  plant(
    'native-function-length',
    2,
    'native/log/a.cc',
    `\n${longFunction('void Writer::Run() const')}`,
  ),
  plant(
    'native-test-asserts',
    2,
    'native/log/a_test.cc',
    '\nTEST(Log, Works) { Run("EXPECT_EQ"); }\n',
  ),
  plant('native-sources', 1, 'native/sources.json', '{ "engine": { "base": ["base/gone.cc"] } }'),
  {
    rule: 'native-sources',
    line: 1,
    files: { 'native/sources.json': '{ "engine": {} }', 'native/base/a.cc': '' },
  },
  plant('source-imports', 2, 'src/ring/a.ts', "import './b.js'\nimport '../store/a.js'\n"),
  plant('source-imports', 1, 'src/ring/a.ts', "import { readFileSync } from 'node:fs'\n"),
  plant('source-imports', 1, 'src/store/a.ts', "export * from 'msgpackr'\n"),
  plant('source-imports', 1, 'src/ledger/a.ts', "import { open } from '../store/open.js'\n"),
  plant('source-imports', 1, 'src/base/a.ts', "const a = await import('../codec/a.js')\n"),
  plant(
    'entries-re-export',
    2,
    'src/index.ts',
    "export * from './store/a.js'\nexport const a = 1\n",
  ),
  plant('addon-loading', 1, 'src/store/a.ts', "process.dlopen(module, 'a')\n"),
  plant('source-clock', 1, 'src/store/a.ts', 'const now = Date.now()\n'),
  plant('source-clock', 1, 'src/cache/a.ts', 'const at = new Date()\n'),
  plant('source-clock', 1, 'src/ring/a.ts', 'const id = crypto.randomUUID()\n'),
  plant('test-chance', 1, 'src/ring/a.test.ts', 'const key = Math.random()\n'),
  plant('source-function-length', 1, 'src/ring/a.ts', longFunction('function a()')),
  plant('source-test-asserts', 1, 'src/ring/a.test.ts', "test('it works', () => { run() })\n"),
  plant(
    'source-test-asserts',
    1,
    'src/ring/a.test.ts',
    "test.each([1])('works', async (n) => run(n))\n",
  ),
  plant('columns', 1, 'src/ring/a.ts', longLine),
  plant('whitespace', 1, 'native/base/a.cc', 'int a; \n'),
  plant('leftovers', 1, 'docs/a.md', 'TODO: write this\n'),
  plant('commented-code', 2, 'src/ring/a.ts', '// Owners are sorted.\n// owners.sort(byName);\n'),
  plant('commented-code', 1, 'native/base/a.cc', '  // if (size == 0) {\n'),
  plant('focused-tests', 1, 'src/ring/a.test.ts', "test.only('a', () => expect(1).toBe(1))\n"),
  plant('file-length', 501, 'native/base/a.cc', '\n'.repeat(510)),
  plant('file-length', 801, 'native/base/a_test.cc', '\n'.repeat(810)),
  plant('links', 1, 'docs/a.md', 'See [the format](format/gone.md).\n'),
  plant('links', 3, 'docs/a.md', '# Here\n[ok](#here)\n[bad](#there)\n'),
  {
    rule: 'package-exports',
    line: 1,
    files: { 'package.json': '{ "exports": {} }', 'src/ledger.ts': '' },
  },
  {
    rule: 'package-exports',
    line: 1,
    files: {
      'package.json': '{ "exports": { ".": { "import": {}, "require": {} } } }',
      'src/index.ts': '',
    },
  },
]
