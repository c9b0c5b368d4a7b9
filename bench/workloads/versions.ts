// Which versions of an entry a read may give while several writers change it.
//
// 1. Writes of one entry that are in flight at the same time may take effect in any order, so each
//    of them may be the last one.
// 2. Once one of them is acknowledged, nothing older than the first of those may be read any more.

export class Versions {
  readonly #issued: Uint32Array
  readonly #pending: Uint16Array
  readonly #first: Uint32Array
  readonly #least: Uint32Array

  constructor(entries: number) {
    this.#issued = new Uint32Array(entries)
    this.#pending = new Uint16Array(entries)
    this.#first = new Uint32Array(entries)
    this.#least = new Uint32Array(entries)
  }

  /** The version to write. */
  begin(entry: number): number {
    const version = (this.#issued[entry] as number) + 1
    this.#issued[entry] = version
    if (this.#pending[entry] === 0) this.#first[entry] = version
    this.#pending[entry] = (this.#pending[entry] as number) + 1
    return version
  }

  acknowledge(entry: number): void {
    this.#pending[entry] = (this.#pending[entry] as number) - 1
    this.#least[entry] = this.#first[entry] as number
  }

  least(entry: number): number {
    return this.#least[entry] as number
  }
}
