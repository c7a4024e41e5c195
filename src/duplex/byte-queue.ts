import { Fifo } from '../encoding/fifo.ts'

/** Bytes on their way from who pushes to who pulls, in order and bounded. */
export class ByteQueue {
  readonly #limit: number
  readonly #onRoom: () => void
  readonly #chunks = new Fifo<Uint8Array>()
  #bytes = 0
  #ended = false
  #cancelled = false
  #failure?: Error
  #waiting?: () => void

  /**
   * @param limit - bytes above which `push` asks to wait
   * @param onRoom - called when that wait is over, and when nobody pulls any more
   */
  constructor (limit: number, onRoom: () => void) {
    this.#limit = limit
    this.#onRoom = onRoom
  }

  /** Whether pushing should wait for `onRoom`. */
  get isFull (): boolean {
    return this.#bytes > this.#limit
  }

  /** Whether pulling stopped before all was pulled. */
  get isCancelled (): boolean {
    return this.#cancelled
  }

  /** @returns `false` when the next push should wait for `onRoom` */
  push (chunk: Uint8Array): boolean {
    if (!this.#ended && chunk.byteLength > 0) {
      this.#chunks.push(chunk)
      this.#bytes += chunk.byteLength
      this.#wake()
    }

    return !this.isFull
  }

  /** Nothing more is pushed: what was pushed is still pulled, and `err` thrown after it. */
  end (err?: Error): void {
    if (!this.#ended) {
      this.#ended = true
      this.#failure = err
      this.#wake()
    }
  }

  async * [Symbol.asyncIterator] (): AsyncGenerator<Uint8Array, void> {
    try {
      while (true) {
        const chunk = this.#take()

        if (chunk != null) {
          yield chunk
        } else if (this.#ended) {
          break
        } else {
          await new Promise<void>(resolve => { this.#waiting = resolve })
        }
      }

      if (this.#failure != null) {
        throw this.#failure
      }
    } finally {
      // who stopped pulling wants no more
      this.#cancelled = !this.#ended || this.#bytes > 0
      this.#ended = true
      this.#chunks.clear()
      this.#bytes = 0
      this.#onRoom()
    }
  }

  #take (): Uint8Array | undefined {
    const wasFull = this.isFull
    const chunk = this.#chunks.shift()
    this.#bytes -= chunk?.byteLength ?? 0

    if (wasFull && !this.isFull) {
      this.#onRoom()
    }

    return chunk
  }

  #wake (): void {
    this.#waiting?.()
    this.#waiting = undefined
  }
}
