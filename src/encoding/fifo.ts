interface Entry<T> {
  readonly value: T
  next?: Entry<T>
}

/** First in, first out, where taking does not move what is left: an array's shift() does. */
export class Fifo<T> {
  #first?: Entry<T>
  #last?: Entry<T>

  get first (): T | undefined {
    return this.#first?.value
  }

  push (value: T): void {
    const entry: Entry<T> = { value }

    if (this.#last == null) {
      this.#first = entry
    } else {
      this.#last.next = entry
    }

    this.#last = entry
  }

  shift (): T | undefined {
    const entry = this.#first
    this.#first = entry?.next

    if (this.#first == null) {
      this.#last = undefined
    }

    return entry?.value
  }

  clear (): void {
    this.#first = undefined
    this.#last = undefined
  }
}
