// Codecs by name, and what a name means to the type checker.
//
// 1. A built-in name always means the built-in codec; a custom codec has a name of its own.
// 2. `msgpack<T>()`, `json<T>()` and `tuple<T>()` are the built-in codecs with a narrower type.
//    The type is a promise of the caller: nothing checks it when a value is read.

import { InvalidTypeError, invalidArgument, kindOf } from '../base/errors.js'
import type { KeyCodec, ValueCodec } from './codec.js'
import { i128, i64 } from './signed-codecs.js'
import { binary, u64, utf8 } from './simple-codecs.js'
import { jsonCodec, msgpackCodec } from './structured-codecs.js'
import { type Tuple, tupleCodec } from './tuple.js'

export type AnyKeyCodec = KeyCodec<unknown, never>
export type AnyValueCodec = ValueCodec<unknown, never>

const keyCodecs = { tuple: tupleCodec, utf8, binary, u64, i64, i128 }
const valueCodecs = { msgpack: msgpackCodec, json: jsonCodec, utf8, binary, u64, i64, i128 }

export type KeyCodecName = keyof typeof keyCodecs
export type ValueCodecName = keyof typeof valueCodecs
export type KeyOption = KeyCodecName | AnyKeyCodec
export type ValueOption = ValueCodecName | AnyValueCodec

type OutOf<C> = C extends { decode(...bytes: never[]): infer Out } ? Out : unknown
type InOf<C> = C extends { encodeInto(value: infer In, ...room: never[]): number } ? In : unknown
type KeyCodecOf<C> = C extends KeyCodecName ? (typeof keyCodecs)[C] : C
type ValueCodecOf<C> = C extends ValueCodecName ? (typeof valueCodecs)[C] : C

export type KeyOut<C> = OutOf<KeyCodecOf<C>>
export type KeyIn<C> = InOf<KeyCodecOf<C>>
export type ValueOut<C> = OutOf<ValueCodecOf<C>>
export type ValueIn<C> = InOf<ValueCodecOf<C>>

export const DEFAULT_KEY_CODEC: KeyCodecName = 'tuple'
export const DEFAULT_VALUE_CODEC: ValueCodecName = 'msgpack'

export function msgpack<T>(): ValueCodec<T> {
  return msgpackCodec as ValueCodec<T>
}

export function json<T>(): ValueCodec<T> {
  return jsonCodec as ValueCodec<T>
}

export function tuple<T extends Tuple>(): KeyCodec<T> {
  return tupleCodec as unknown as KeyCodec<T>
}

export function keyCodecOf(option: KeyOption): AnyKeyCodec {
  return resolve<AnyKeyCodec>('key', option, keyCodecs)
}

export function valueCodecOf(option: ValueOption): AnyValueCodec {
  return resolve<AnyValueCodec>('value', option, valueCodecs)
}

/** The built-in codec of a recorded name; undefined for a custom one. */
export function builtInKeyCodec(name: string): AnyKeyCodec | undefined {
  return Object.hasOwn(keyCodecs, name) ? keyCodecs[name as KeyCodecName] : undefined
}

export function builtInValueCodec(name: string): AnyValueCodec | undefined {
  return Object.hasOwn(valueCodecs, name) ? valueCodecs[name as ValueCodecName] : undefined
}

function resolve<C extends AnyValueCodec>(
  side: string,
  option: string | C,
  builtIns: Record<string, C>,
): C {
  if (typeof option === 'string') {
    const builtIn = Object.hasOwn(builtIns, option) ? builtIns[option] : undefined
    if (builtIn !== undefined) return builtIn
    const names = Object.keys(builtIns).join(', ')
    throw invalidArgument(`No built-in ${side} codec has the name '${option}'; there are ${names}`)
  }
  requireCodec(side, option)
  const builtIn = Object.hasOwn(builtIns, option.name) ? builtIns[option.name] : undefined
  if (builtIn !== undefined && builtIn !== option) {
    throw invalidArgument(`A custom ${side} codec needs a name of its own, not '${option.name}'`)
  }
  return option
}

function requireCodec(side: string, option: unknown): void {
  const codec = option as Partial<AnyValueCodec> | null | undefined
  if (typeof codec?.encodeInto !== 'function' || typeof codec.decode !== 'function') {
    throw new InvalidTypeError(`A ${side} codec is a name or an object, not ${kindOf(option)}`)
  }
  if (typeof codec.name !== 'string' || codec.name === '') {
    throw invalidArgument(`A custom ${side} codec needs a name`)
  }
}
