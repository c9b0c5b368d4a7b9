// What every store must do, whatever it is made of. Each implementation runs the whole suite.

import { afterEach, beforeEach, describe } from 'vitest'
import type { Store } from '../../src/index.js'
import { batchContract } from './batch-contract.js'
import { conditionalContract } from './conditional-contract.js'
import { deleteRangeContract } from './delete-range-contract.js'
import { estimateContract } from './estimate-contract.js'
import { expiryContract } from './expiry-contract.js'
import { ingestContract } from './ingest-contract.js'
import { lifecycleContract } from './lifecycle-contract.js'
import { mergeContract } from './merge-contract.js'
import { mergeModelContract } from './merge-model-contract.js'
import { modelContract } from './model-contract.js'
import { namespaceContract } from './namespace-contract.js'
import { rangeContract } from './range-contract.js'
import { readContract } from './read-contract.js'
import { snapshotContract } from './snapshot-contract.js'
import { statisticsContract } from './statistics-contract.js'
import { transactionContract } from './transaction-contract.js'
import { verifyContract } from './verify-contract.js'
import { writeContract } from './write-contract.js'

export type StoreFactory = () => Promise<Store>

/** Gives a test the store that was opened for it. */
export type CurrentStore = () => Store

export function contract(name: string, factory: StoreFactory): void {
  describe(`the store contract, ${name}`, () => {
    let store: Store | undefined
    beforeEach(async () => {
      store = await factory()
    })
    afterEach(() => store?.close())
    const current = (): Store => store!
    namespaceContract(current)
    readContract(current)
    writeContract(current)
    batchContract(current)
    mergeContract(current)
    deleteRangeContract(current)
    expiryContract(current)
    rangeContract(current)
    estimateContract(current)
    snapshotContract(current)
    lifecycleContract(current)
    verifyContract(current)
    ingestContract(current)
    statisticsContract(current)
    transactionContract(current)
    conditionalContract(current)
    modelContract(current)
    mergeModelContract(current)
  })
}

