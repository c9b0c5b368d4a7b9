// The oldest Linux that the packed binary must load on: glibc 2.28, as for Node 20's own binaries.
// The C++ library is linked in; what else Node itself needs may be needed.
import { needs } from './elf-needs.mjs'

const FLOOR = { GLIBC: '2.28', GCC: '4.3.0' }
const LIBRARIES = [
  ...['libgcc_s.so.1', 'libc.so.6', 'ld-linux-x86-64.so.2', 'libm.so.6', 'libdl.so.2'],
  'libpthread.so.0',
]
const EXPORTS = ['napi_register_module_v1', 'node_api_module_get_api_version_v1']

function isAbove(version, floor) {
  const [a, b] = [version, floor].map((each) => each.split('.').map(Number))
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) > (b[i] ?? 0)
  }
  return false
}

// What stands in the way, in words; empty when nothing does.
export function aboveFloor(bytes) {
  const { libraries, versions, exports } = needs(bytes)
  const tooNew = versions.filter(({ version }) => {
    const [, family, number] = /^([A-Z]+)_([\d.]+)$/.exec(version) ?? []
    return FLOOR[family] === undefined || isAbove(number, FLOOR[family])
  })
  return [
    ...libraries.filter((name) => !LIBRARIES.includes(name)).map((name) => `needs ${name}`),
    ...tooNew.map(({ library, version }) => `needs ${version} of ${library}`),
    ...exports.filter((name) => !EXPORTS.includes(name)).map((name) => `shows ${name}`),
    ...EXPORTS.filter((name) => !exports.includes(name)).map((name) => `lacks ${name}`),
  ]
}
