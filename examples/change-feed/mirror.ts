// A namespace of one store, mirrored in another by its feed of changes.
//
// 1. The position is written in the same batch as the change it belongs to: whenever the process
//    ends, the mirror holds a state that the source had, and knows which one.
// 2. What the source can still lose in a power cut is not mirrored.

import { type AnyNamespace, LedgerstoneError, type Store } from 'ledgerstone'

export interface MirrorOptions {
  /** Stop once the mirror holds everything up to this sequence of the source. */
  until?: bigint
}

/** Gives the number of batches that were taken over. */
export async function mirror(
  source: Store,
  name: string,
  target: Store,
  copy: AnyNamespace,
  { until }: MirrorOptions = {},
): Promise<number> {
  const positions = target.namespace('mirror positions', { key: 'utf8', value: 'u64' })
  const after = positions.getSync(name) ?? 0n
  const feed = source.changes({ after, until, namespaces: [name], durable: true, raw: true })
  let batches = 0
  for await (const change of feed) {
    await target.write(
      (batch) => {
        for (const entry of change.entries) {
          if (entry.type === 'drop') throw new LedgerstoneError('ABORTED', `${name} was dropped`)
          if (entry.type !== 'create') batch.replay(copy, entry)
        }
        batch.put(positions, name, change.sequence)
      },
      { durability: 'os' },
    )
    batches++
  }
  // What other namespaces wrote since need not be read again.
  await positions.put(name, feed.position)
  return batches
}
