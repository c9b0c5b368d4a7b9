// A terminal that is redrawn in place, and given back as it was.
//
// 1. On a terminal: the other screen, no cursor, keys unbuffered. Elsewhere pages follow each
//    other.
// 2. close() restores all of it, and runs at the latest when the process exits.

const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
const REST_OF_LINE = '\u001b[K'
const REST_OF_SCREEN = '\u001b[J'
const CTRL_C = '\u0003'

const COLUMNS = 80
const ROWS = 24

export class Screen {
  readonly #out = process.stdout
  readonly #in = process.stdin
  readonly #leave = (): void => {
    this.close()
  }
  readonly #onKeys: (text: string) => void
  readonly #onResize: () => void
  #isOpen = false
  #isFirst = true

  /** `quit` is called on q and Ctrl-C, `redraw` when the size changed. */
  constructor(quit: () => void, redraw: () => void) {
    this.#onKeys = (text) => {
      if (/q/i.test(text) || text.includes(CTRL_C)) quit()
    }
    this.#onResize = redraw
  }

  get isTerminal(): boolean {
    return this.#out.isTTY
  }

  get columns(): number {
    return this.isTerminal ? this.#out.columns || COLUMNS : COLUMNS
  }

  /** Without a terminal there is no end to the page. */
  get rows(): number {
    return this.isTerminal ? this.#out.rows || ROWS : Infinity
  }

  open(): void {
    if (!this.isTerminal || this.#isOpen) return
    this.#isOpen = true
    this.#out.write(ENTER)
    this.#out.on('resize', this.#onResize)
    if (this.#in.isTTY) {
      this.#in.setRawMode(true).setEncoding('utf8').on('data', this.#onKeys).resume()
    }
    process.once('exit', this.#leave)
  }

  draw(lines: readonly string[]): void {
    if (!this.isTerminal) {
      this.#out.write(`${this.#isFirst ? '' : '\n'}${lines.join('\n')}\n`)
      this.#isFirst = false
      return
    }
    const text = lines.map((line) => line + REST_OF_LINE).join('\r\n')
    this.#out.write(HOME + text + REST_OF_SCREEN)
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#out.off('resize', this.#onResize)
    process.off('exit', this.#leave)
    if (this.#in.isTTY) this.#in.off('data', this.#onKeys).setRawMode(false).pause()
    this.#out.write(LEAVE)
  }
}
