// Recordings of what the engine does; their format is in docs/observing.md.

import { parseByteSize } from '../base/bytes.js'
import type { NativeStore } from '../binding/native-types.js'
import { checkedOptions, storePath } from './options.js'
import type { Trace, TraceOptions } from './store.js'

const TRACE_OPTIONS = ['bytesMax']
const BYTES_MAX = '64MiB'

export async function startTrace(
  native: NativeStore,
  path: string,
  options?: TraceOptions,
): Promise<Trace> {
  const file = storePath(path)
  const given = checkedOptions('trace', options, TRACE_OPTIONS)
  await native.startTrace(file, parseByteSize('bytesMax', given.bytesMax ?? BYTES_MAX))
  const stop = (): Promise<void> => native.stopTrace()
  return { path: file, stop, [Symbol.asyncDispose]: stop }
}
