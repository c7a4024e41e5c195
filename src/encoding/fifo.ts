// entries taken before the array is cut
const CUT_AFTER = 1_024

/** First in, first out, where taking does not move what is left: an array's shift() does. */
export class Fifo<T> {
  #entries: Array<T | undefined> = []
  #taken = 0

  get first (): T | undefined {
    return this.#entries[this.#taken]
  }

  push (entry: T): void {
    this.#entries.push(entry)
  }

  shift (): T | undefined {
    const entry = this.first

    // nothing that was taken is kept alive
    if (this.#taken < this.#entries.length) {
      this.#entries[this.#taken++] = undefined
    }

    if (this.#taken === this.#entries.length) {
      this.clear()
    } else if (this.#taken >= CUT_AFTER && this.#taken * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#taken)
      this.#taken = 0
    }

    return entry
  }

  clear (): void {
    this.#entries = []
    this.#taken = 0
  }
}
