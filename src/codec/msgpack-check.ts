// What msgpackr writes without a word and cannot give back is found before it is written.
//
// 1. Plain objects and arrays are walked by loops that call nothing for numbers and texts: the
//    check is a small part of what encoding costs.
// 2. Refused: a name `__proto__`, a Map with a key that no field of an object can be, a class of
//    Map, a class of typed array. Functions and symbols are refused by msgpack itself.
// 3. A value that refers to itself overflows the stack here, as it would in msgpackr.

import { InvalidTypeError, kindOf } from '../base/errors.js'

export function refuseUnreadable(value: object): void {
  if (value.constructor === Object) {
    const fields = value as Record<string, unknown>
    for (const name in fields) {
      if (name === '__proto__') throw protoName()
      const held = fields[name]
      if (typeof held === 'object' && held !== null) refuseUnreadable(held)
    }
  } else if (Array.isArray(value)) {
    const elements = value as unknown[]
    for (let i = 0; i < elements.length; i++) {
      const held = elements[i]
      if (typeof held === 'object' && held !== null) refuseUnreadable(held)
    }
  } else {
    refuseUnreadableInstance(value)
  }
}

function refuseUnreadableInstance(value: object): void {
  if (value instanceof Date) return
  if (ArrayBuffer.isView(value)) {
    if (!isReadableView(value)) throw unfit(kindOf(value))
  } else if (value instanceof Map) {
    refuseUnreadableMap(value)
  } else if (value instanceof Set) {
    for (const member of value) refuseInner(member)
  } else {
    refuseUnreadableFields(value)
  }
}

const VIEWS: readonly string[] = [
  ...['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array'],
  ...['Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'],
  ...['Buffer', 'DataView'],
]

function isReadableView(view: ArrayBufferView): boolean {
  return VIEWS.includes(view.constructor.name)
}

function refuseUnreadableMap(map: Map<unknown, unknown>): void {
  if (map.constructor !== Map) throw unfit(kindOf(map))
  const names = new Set<string>()
  for (const [key, held] of map) {
    if (typeof key !== 'string' && typeof key !== 'number') {
      throw unfit(`a Map with ${kindOf(key)} for a key: a Map is read back as an object`)
    }
    const name = String(key)
    if (names.has(name)) throw unfit(`a Map with the keys ${name} and '${name}'`)
    if (name === '__proto__') throw protoName()
    names.add(name)
    refuseInner(held)
  }
}

// Of a class of the caller's own; one with toJSON is written as what that gives.
function refuseUnreadableFields(value: object): void {
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') {
    const json: unknown = toJSON.call(value)
    if (json !== value) return refuseInner(json)
  }
  for (const [name, held] of Object.entries(value)) {
    if (name === '__proto__') throw protoName()
    if (typeof held === 'function') throw unfit(kindOf(held))
    refuseInner(held)
  }
}

function refuseInner(held: unknown): void {
  if (typeof held === 'object' && held !== null) refuseUnreadable(held)
}

function protoName(): InvalidTypeError {
  return unfit("a field named '__proto__'")
}

export function unfit(what: string): InvalidTypeError {
  return new InvalidTypeError(`The codec 'msgpack' cannot hold ${what}`)
}
