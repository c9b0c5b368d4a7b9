// Lists for binding.gyp, from native/sources.json and node_modules: one item on each line.
//   node scripts/gyp-sources.cjs engine|binding|tests|headers|zstd|lz4|zstd_include|lz4_include
//   node scripts/gyp-sources.cjs codec_libraries
'use strict'
const { existsSync, readFileSync } = require('node:fs')
const { dirname, join, relative } = require('node:path')

const root = join(__dirname, '..')
const lists = JSON.parse(readFileSync(join(root, 'native/sources.json'), 'utf8'))
const codecRoots = {
  zstd: 'node_modules/zstd-napi/deps/zstd/lib',
  lz4: 'node_modules/lmdb/dependencies/lz4/lib',
}

const native = (files) => files.map((file) => `native/${file}`)
const hasSources = (codec) => existsSync(join(root, codecRoots[codec], `${codec}.h`))
const isLibrary = (file) => !/^int main\(/m.test(readFileSync(join(root, 'native', file), 'utf8'))

function codec(name) {
  return hasSources(name) ? lists[name].map((file) => `${codecRoots[name]}/${file}`) : []
}

// Node-API's headers, which an installed package finds beside itself, or in Node's own headers.
function headers() {
  const found = { 'node-api-headers': 'include', 'node-addon-api': '.' }
  return Object.entries(found).flatMap(([name, folder]) => {
    try {
      const manifest = require.resolve(`${name}/package.json`, { paths: [root] })
      return [relative(root, join(dirname(manifest), folder))]
    } catch {
      return []
    }
  })
}

function systemCodecs() {
  const missing = Object.keys(codecRoots).filter((name) => !hasSources(name))
  return missing.map((name) => `-l${name}`)
}

const answers = {
  engine: () => native(Object.values(lists.engine).flat()),
  binding: () => native(lists.binding),
  tests: () =>
    native([...lists.tests, ...lists.fuzz, ...lists.testing, ...lists.tools.filter(isLibrary)]),
  zstd: () => codec('zstd'),
  lz4: () => codec('lz4'),
  zstd_include: () => (hasSources('zstd') ? [codecRoots.zstd] : []),
  lz4_include: () => (hasSources('lz4') ? [codecRoots.lz4] : []),
  codec_libraries: systemCodecs,
  headers,
}

console.log(answers[process.argv[2]]().join('\n'))
