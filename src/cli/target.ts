// The store and the namespace that a command works on.

import { resolve } from 'node:path'
import { open } from '../store/open.js'
import type { OpenOptions } from '../store/options.js'
import type { AnyNamespace, Namespace, NamespaceInfo, Store } from '../store/store.js'
import { type Arguments } from './command.js'
import { CommandError, codeOf } from './failure.js'

/** Namespaces that commands keep their own state in. */
export const OWN_PREFIX = 'ledgerstone.'

export type TextNamespace = Namespace<unknown, unknown>

export function storeFolder(given: Arguments): string {
  return resolve(given.text('store') ?? './data')
}

/** Opens the store that --store names, which must be there, for `work`. */
export async function withStore<T>(
  given: Arguments,
  options: OpenOptions,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  return closing(await openExisting(storeFolder(given), options), work)
}

/** Closes the store behind `work`. When both fail, it is the failure of `work` that is told. */
export async function closing<T>(store: Store, work: (store: Store) => Promise<T>): Promise<T> {
  let result: T
  try {
    result = await work(store)
  } catch (error) {
    await store.close().catch(() => undefined)
    throw error
  }
  await store.close()
  return result
}

async function openExisting(folder: string, options: OpenOptions): Promise<Store> {
  try {
    return await open(folder, options)
  } catch (error) {
    if (codeOf(error) !== 'NOT_FOUND') throw error
    const advice = ['Name its folder with --store DIR.']
    throw new CommandError('NOT_FOUND', `There is no store in ${folder}`, advice, error)
  }
}

export const READING: OpenOptions = { readOnly: true, createIfMissing: false }

/** The namespace that --namespace names, else the only one there is. */
export function chosenNamespace(
  store: Store,
  given: Arguments,
): { info: NamespaceInfo; namespace: TextNamespace } {
  const info = chosenInfo(store.namespaces(), given.text('namespace'))
  const handle: AnyNamespace = store.namespace(info.name)
  return { info, namespace: handle }
}

function chosenInfo(all: readonly NamespaceInfo[], name: string | undefined): NamespaceInfo {
  const ordinary = all.filter((info) => !info.name.startsWith(OWN_PREFIX))
  const names = ordinary.map((info) => info.name).join(', ') || 'none'
  if (name !== undefined) {
    const found = all.find((info) => info.name === name)
    if (found !== undefined) return found
    throw new CommandError('NO_NAMESPACE', `No namespace '${name}'; there are: ${names}`)
  }
  const [only, ...others] = ordinary
  if (only !== undefined && others.length === 0) return only
  throw new CommandError('NO_NAMESPACE', `Choose one with --namespace; there are: ${names}`)
}
