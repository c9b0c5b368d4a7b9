// clear() where only some of a range's keys go: with a limit, or those of a snapshot.
//
// 1. The keys are those of the view that is taken when it begins.
// 2. Each chunk is one batch; the whole is not. All but the last are written at `os` at most: the
//    last one makes everything before it as durable as was asked, since commits are a prefix.

import type { NamespaceHandle } from '../store/namespace-handle.js'
import { type CursorPlan, PART, type RangeCursor } from '../store/range-cursor.js'
import { advance, openCursor } from '../store/range.js'
import type { Durability } from '../store/store.js'

export async function deleteKeys(
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
      await deleteBatch(namespace, keys, isLast ? durability : atMostOs(durability))
      keys = following
    }
  } finally {
    cursor.close()
  }
}

function deleteBatch(
  namespace: NamespaceHandle,
  keys: readonly unknown[],
  durability: Durability,
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
