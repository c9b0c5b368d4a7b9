// What a codec is: a named pair of functions between a JavaScript value and its bytes.
//
// 1. `encodeInto` writes at `offset` of `target` and returns the offset behind the last byte, or -1
//    when the bytes do not fit; then it is called again with more room. What it wrote before is
//    void. A value it cannot hold is an error: InvalidTypeError for a wrong type, a
//    LedgerstoneError with INVALID_ARGUMENT for a wrong value.
// 2. `decode` reads [start, end) of `source`, which belongs to the store and is overwritten soon:
//    what it returns must not refer to it. Bytes it cannot read are UNDECODABLE, never a guess.
// 3. A codec calls no function of the store, and is stateless as far as anybody can tell.
// 4. The name is recorded with the namespace. Two codecs whose bytes differ have two names.

import { LedgerstoneError, invalidArgument } from '../base/errors.js'

export interface ValueCodec<Out, In = Out> {
  readonly name: string
  encodeInto(value: In, target: Buffer, offset: number): number
  decode(source: Buffer, start: number, end: number): Out
}

/** Bytes of keys compare as unsigned bytes: their order is the order of the namespace. */
export interface KeyCodec<Out, In = Out> extends ValueCodec<Out, In> {
  /** Whether the bytes of a key begin the bytes of exactly those keys that it is a prefix of. */
  readonly prefixes?: boolean
}

export function undecodable(codec: string, why: string, cause?: unknown): LedgerstoneError {
  const message = `These bytes are not of the codec '${codec}': ${why}`
  return new LedgerstoneError('UNDECODABLE', message, { cause })
}

/** For bytes that seem empty: those of a detached buffer (sent to a worker, say) are gone. */
export function refuseDetached(bytes: Uint8Array): void {
  try {
    new Uint8Array(bytes.buffer)
  } catch {
    throw invalidArgument('The buffer of these bytes is detached: it was given to someone else')
  }
}
