// What a feed knows of the namespaces whose ids it meets in the log.
//
// 1. An id has one name and one pair of codecs for ever: what is known of it stays known.
// 2. Codecs are those the namespace is open with, else the built-in ones of the recorded names.
//    Custom codecs of a namespace that is not open are not known; it may be opened any time, so
//    they are asked for again with each chunk.

import type { NativeNamespaceInfo, NativeStore } from '../binding/native-types.js'
import {
  type AnyKeyCodec,
  type AnyValueCodec,
  builtInKeyCodec,
  builtInValueCodec,
} from '../codec/registry.js'
import type { ChangeEntry } from './change.js'
import { decodeNamespaceOptions } from './namespace-options.js'
import type { Namespaces } from './namespaces.js'
import { infoOf } from './namespaces.js'

export interface ChangeSpace {
  readonly id: number
  readonly name: string | undefined
  readonly codecs: { readonly key: string; readonly value: string } | undefined
  readonly keyCodec: AnyKeyCodec | undefined
  readonly valueCodec: AnyValueCodec | undefined
  /** Whether the feed was asked for its entries. */
  readonly wanted: boolean
}

export class ChangeSpaces {
  readonly #native: NativeStore
  readonly #namespaces: Namespaces
  readonly #wanted: ReadonlySet<string> | undefined
  readonly #infos = new Map<number, NativeNamespaceInfo>()
  readonly #spaces = new Map<number, ChangeSpace>()
  readonly #incomplete = new Set<number>()

  /** `wanted`: names; undefined for all. */
  constructor(
    native: NativeStore,
    namespaces: Namespaces,
    wanted: ReadonlySet<string> | undefined,
  ) {
    this.#native = native
    this.#namespaces = namespaces
    this.#wanted = wanted
  }

  /** Before each chunk: looks again for what was not known. */
  refresh(): void {
    for (const id of this.#incomplete) this.#spaces.delete(id)
    this.#incomplete.clear()
  }

  get(id: number): ChangeSpace {
    const known = this.#spaces.get(id)
    if (known !== undefined) return known
    const space = this.#lookUp(id)
    this.#spaces.set(id, space)
    if (space.keyCodec === undefined || space.valueCodec === undefined) this.#incomplete.add(id)
    return space
  }

  created(id: number, name: string, options: Buffer): ChangeEntry | undefined {
    const info = { id, name, ...decodeNamespaceOptions(options) }
    this.#infos.set(id, info)
    this.#spaces.delete(id)
    if (!this.#wants(name)) return undefined
    return { type: 'create', namespace: name, namespaceId: id, options: infoOf(info) }
  }

  dropped(id: number, name: string): ChangeEntry | undefined {
    const namespace = name === '' ? this.get(id).name : name
    if (!this.#wants(namespace)) return undefined
    return { type: 'drop', namespace, namespaceId: id }
  }

  #wants(name: string | undefined): boolean {
    return this.#wanted === undefined || (name !== undefined && this.#wanted.has(name))
  }

  #lookUp(id: number): ChangeSpace {
    const open = this.#namespaces.openById(id)
    const info = this.#infos.get(id) ?? this.#recorded(id)
    return {
      id,
      name: info?.name,
      codecs: info && { key: info.keyCodec, value: info.valueCodec },
      keyCodec: open?.keyCodec ?? (info && builtInKeyCodec(info.keyCodec)),
      valueCodec: open?.valueCodec ?? (info && builtInValueCodec(info.valueCodec)),
      wanted: this.#wants(info?.name),
    }
  }

  #recorded(id: number): NativeNamespaceInfo | undefined {
    const found = this.#native.namespaces().find((info) => info.id === id)
    if (found !== undefined) this.#infos.set(id, found)
    return found
  }
}
