// A store whose engine is not told what transactions have read: all of them commit.

import type { NativeStore } from '../../src/binding/native-types.js'
import { readCommitHead } from '../../src/store/transaction-commits.js'

export function blinded(native: NativeStore): NativeStore {
  let commits: Buffer = Buffer.alloc(0)
  const setTransactionBuffer = (bytes: Uint8Array): void => {
    commits = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    native.setTransactionBuffer(bytes)
  }
  const commit = (length: number): number => {
    for (let at = 0; at < length; ) {
      const head = readCommitHead(commits, at)
      if (head.transaction !== 0) native.releaseSnapshot(head.transaction)
      commits.writeDoubleLE(0, at)
      at = head.batch + head.batchLength
    }
    return native.commit(length)
  }
  return new Proxy(native, {
    get(target, name) {
      if (name === 'setTransactionBuffer') return setTransactionBuffer
      if (name === 'commit') return commit
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
}
