// What an ELF shared library of 64 bits, little-endian, asks of the system: the libraries it needs,
// the symbol versions of each, and the symbols it shows. Read from its dynamic section.
//   needs(bytes) → { libraries, versions: [{ library, version }], exports }
const DT = { strtab: 5, symtab: 6, needed: 1, verneed: 0x6ffffffe, verneednum: 0x6fffffff }
const PT = { load: 1, dynamic: 2 }
const SECTION_DYNSYM = 11

const text = (bytes, at) => bytes.toString('latin1', at, bytes.indexOf(0, at))
const long = (bytes, at) => Number(bytes.readBigUInt64LE(at))

function programHeaders(bytes) {
  const start = long(bytes, 32)
  const size = bytes.readUInt16LE(54)
  return Array.from({ length: bytes.readUInt16LE(56) }, (_, i) => {
    const at = start + i * size
    return {
      type: bytes.readUInt32LE(at),
      offset: long(bytes, at + 8),
      address: long(bytes, at + 16),
      size: long(bytes, at + 32),
    }
  })
}

function dynamicEntries(bytes, headers) {
  const { offset, size } = headers.find(({ type }) => type === PT.dynamic)
  return Array.from({ length: size / 16 }, (_, i) => [
    long(bytes, offset + i * 16),
    long(bytes, offset + i * 16 + 8),
  ])
}

function neededVersions(bytes, at, count, name) {
  const versions = []
  for (let i = 0; i < count; i++) {
    const library = name(bytes.readUInt32LE(at + 4))
    let entry = at + bytes.readUInt32LE(at + 8)
    for (let j = 0; j < bytes.readUInt16LE(at + 2); j++) {
      versions.push({ library, version: name(bytes.readUInt32LE(entry + 8)) })
      entry += bytes.readUInt32LE(entry + 12)
    }
    at += bytes.readUInt32LE(at + 12)
  }
  return versions
}

// Global and weak symbols that are defined here.
function exportedSymbols(bytes, name) {
  const start = long(bytes, 40)
  const size = bytes.readUInt16LE(58)
  for (let i = 0; i < bytes.readUInt16LE(60); i++) {
    const section = start + i * size
    if (bytes.readUInt32LE(section + 4) !== SECTION_DYNSYM) continue
    const offset = long(bytes, section + 24)
    const count = long(bytes, section + 32) / 24
    return Array.from({ length: count }, (_, n) => offset + n * 24)
      .filter((at) => bytes[at + 4] >> 4 !== 0 && bytes.readUInt16LE(at + 6) !== 0)
      .map((at) => name(bytes.readUInt32LE(at)))
  }
  return []
}

export function needs(bytes) {
  const headers = programHeaders(bytes)
  const inFile = (address) => {
    const { offset, address: from } = headers.find(
      (each) =>
        each.type === PT.load && address >= each.address && address < each.address + each.size,
    )
    return address - from + offset
  }
  const entries = dynamicEntries(bytes, headers)
  const value = (tag) => entries.find(([found]) => found === tag)?.[1]
  const strings = inFile(value(DT.strtab))
  const name = (at) => text(bytes, strings + at)
  const verneed = value(DT.verneed)
  return {
    libraries: entries.filter(([tag]) => tag === DT.needed).map(([, at]) => name(at)),
    versions:
      verneed === undefined
        ? []
        : neededVersions(bytes, inFile(verneed), value(DT.verneednum), name),
    exports: exportedSymbols(bytes, name),
  }
}
