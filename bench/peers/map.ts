// The ceiling: a Map in memory, which keeps nothing. Its keys are texts of the bytes; what it gives
// back is the very Buffer that was put. For seeks and scans, settle() sorts the keys.

import type { Peer } from './peer.js'

function lowerBound(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as string) < text) low = middle + 1
    else high = middle
  }
  return low
}

export async function openMap(): Promise<Peer> {
  const map = new Map<string, Buffer>()
  let sorted: string[] | undefined
  const put = (key: Buffer, value: Buffer): void => {
    const { size } = map.set(key.toString('latin1'), value)
    if (size !== sorted?.length) sorted = undefined
  }
  const order = (): string[] => (sorted ??= [...map.keys()].sort())
  const get = (key: Buffer): Buffer | undefined => map.get(key.toString('latin1'))
  return {
    put: async (key, value) => put(key, value),
    putMany: async (keys, values) => {
      for (let i = 0; i < keys.length; i += 1) put(keys[i] as Buffer, values[i] as Buffer)
    },
    delete: async (key) => {
      map.delete(key.toString('latin1'))
      sorted = undefined
    },
    get,
    getAsync: async (key) => get(key),
    getMany: (keys) => keys.map(get),
    seek: (key, count, visit) => {
      const keys = order()
      const first = lowerBound(keys, key.toString('latin1'))
      for (const text of keys.slice(first, first + count)) {
        visit(Buffer.from(text, 'latin1'), map.get(text) as Buffer)
      }
    },
    scan: (visit, reverse) => {
      const keys = reverse ? order().toReversed() : order()
      for (const text of keys) visit(Buffer.from(text, 'latin1'), map.get(text) as Buffer)
    },
    settle: async () => void order(),
    replayedBytes: () => undefined,
    stallMicros: () => undefined,
    close: async () => map.clear(),
  }
}
