// RFC 7396, JSON Merge Patch, on the bytes of JSON text. Pure.

import { invalidArgument } from '../base/errors.js'

const DEPTH_MAX = 256

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** The patched text; `target` undefined is an empty target. Throws at what is no JSON. */
export function mergePatch(target: Buffer | undefined, patch: Buffer): Buffer {
  const value = target === undefined ? undefined : parse(target)
  return Buffer.from(JSON.stringify(patched(value, parse(patch))))
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
// A bracket and a brace differ in this bit alone.
const BRACE_BIT = 0x20
const OPENING = 0x7b
const CLOSING = 0x7d

/** The JSON text in [start, end) of `bytes` may be nested as deep as the engine follows it. */
export function refuseDeepJson(bytes: Uint8Array, start: number, end: number): void {
  let depth = 0
  let isText = false
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!
    if (isText) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) isText = false
    } else if (byte === QUOTE) {
      isText = true
    } else if ((byte | BRACE_BIT) === OPENING) {
      if (++depth > DEPTH_MAX) throw tooDeep()
    } else if ((byte | BRACE_BIT) === CLOSING) {
      depth--
    }
  }
}

function tooDeep(): Error {
  return invalidArgument(`JSON that is merged is nested at most ${DEPTH_MAX} deep`)
}

function parse(text: Buffer): Json {
  refuseDeepJson(text, 0, text.length)
  return JSON.parse(text.toString()) as Json
}

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// A Map has no member that is not the object's own, `__proto__` included.
function patched(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch
  const members = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) members.delete(name)
    else members.set(name, patched(members.get(name), change))
  }
  return Object.fromEntries(members)
}
