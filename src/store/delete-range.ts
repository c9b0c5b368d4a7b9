// Deletes what a range holds, a chunk of keys at a time.
//
// 1. The keys are those of the view that is taken when it begins.
// 2. Each chunk is one batch; the whole is not. All but the last are written at `os` at most: the
//    last one makes everything before it as durable as was asked, since commits are a prefix.

import type { Durability } from '../binding/constants.js'
import type { NamespaceHandle } from './namespace-handle.js'
import { PART, type RangeCursor } from './range-cursor.js'
import { type CursorPlan, advance, openCursor } from './range.js'

export async function deleteRange(
  namespace: NamespaceHandle,
  plan: CursorPlan,
  durability: Durability = 'disk',
): Promise<void> {
  const cursor = openCursor<unknown>(namespace, plan, PART.keys)
  if (cursor === undefined) return
  try {
    let keys = await nextKeys(cursor)
    while (keys.length > 0) {
      const following = await nextKeys(cursor)
      const isLast = following.length === 0
      await deleteKeys(namespace, keys, isLast ? durability : atMostOs(durability))
      keys = following
    }
  } finally {
    cursor.close()
  }
}

/** Deletes the keys in one batch. */
export function deleteKeys(
  namespace: NamespaceHandle,
  keys: readonly unknown[],
  durability: Durability | undefined,
): Promise<void> {
  const { store } = namespace
  return store.writer.write(
    (batch) => {
      for (const key of keys) batch.del(namespace, key)
    },
    store,
    { durability },
  )
}

async function nextKeys(cursor: RangeCursor<unknown>): Promise<unknown[]> {
  const keys: unknown[] = []
  if (await advance(cursor)) while (cursor.left > 0) keys.push(cursor.take())
  return keys
}

function atMostOs(durability: Durability): Durability {
  return durability === 'disk' ? 'os' : durability
}
