import { concat } from '../encoding/bytes.ts'
import { Fifo } from '../encoding/fifo.ts'
import type { Opener } from './opener.ts'

// pieces above which one copy is cheaper than a list of them
const MANY_PIECES = 32

// pieces that are delivered before the chunk that they come in was read to its end
const MAX_PIECES = 1_024

/** Where plaintext goes, and what ends it. */
export interface PlaintextSink {
  /** Plaintext of whole, authenticated records, in order. */
  onData (pieces: Uint8Array[]): void

  /** Less waits to be opened than before; only where opening is asynchronous. */
  onProgress? (): void

  /** The other side has ended: no plaintext follows. */
  onEnd (): void

  /** The carrier ended after the other side did: all there is was given. */
  onFinish (): void

  /** The records are broken, or were cut off, or the other side rejected: no plaintext follows. */
  onError (err: Error): void
}

/**
 * Feeds chunks of any size to an opener, in order even where opening a record
 * is asynchronous, and gives the plaintext of a chunk's records at once.
 */
export class RecordReader {
  readonly #opener: Opener
  readonly #sink: PlaintextSink
  readonly #chunks = new Fifo<Uint8Array>()
  #bufferedBytes = 0
  #offset = 0
  #opening = false
  #finishing = false
  #ended = false
  #closed = false

  constructor (opener: Opener, sink: PlaintextSink) {
    this.#opener = opener
    this.#sink = sink
  }

  /** Bytes that wait for a record before them to be opened. */
  get bufferedBytes (): number {
    return this.#bufferedBytes
  }

  /** Whether the other side has ended. */
  get ended (): boolean {
    return this.#ended
  }

  /** Takes what the carrier brought; it may be kept until it was opened. */
  push (chunk: Uint8Array): void {
    if (this.#closed || chunk.byteLength === 0) {
      return
    }

    this.#chunks.push(chunk)
    this.#bufferedBytes += chunk.byteLength
    this.#run()
  }

  /** The carrier brings nothing more. */
  finish (): void {
    this.#finishing = true
    this.#run()
  }

  /** Nothing more is given to the sink. */
  close (): void {
    this.#closed = true
    this.#chunks.clear()
    this.#bufferedBytes = 0
    this.#opener.wipe()
  }

  #run (): void {
    try {
      while (!this.#opening && !this.#closed && this.#chunks.first != null) {
        // before what follows it, which is an error, however the bytes are cut
        if (this.#opener.ended && !this.#ended) {
          this.#deliver()
          this.#tellEnd()
          continue
        }

        const taken = this.#opener.take(this.#chunks.first, this.#offset)

        if (taken instanceof Promise) {
          this.#opening = true
          taken.then(this.#opened).catch(this.#fail)
        } else {
          this.#advance(taken)

          if (this.#opener.pieces >= MAX_PIECES) {
            this.#deliver()
          }
        }
      }

      if (!this.#opening && !this.#closed) {
        this.#deliver()
        this.#deliverEnd()
      }
    } catch (err) {
      this.#fail(err)
    }
  }

  #advance (bytes: number): void {
    this.#offset += bytes
    this.#bufferedBytes -= bytes

    if (this.#offset === this.#chunks.first?.byteLength) {
      this.#chunks.shift()
      this.#offset = 0
    }
  }

  #deliver (): void {
    const pieces = this.#opener.takePlaintext()

    if (pieces.length > 0) {
      // an array for every byte would cost a hundred times the memory
      this.#sink.onData(pieces.length > MANY_PIECES ? [concat(pieces)] : pieces)
    }
  }

  #tellEnd (): void {
    if (this.#opener.ended && !this.#ended && !this.#closed) {
      this.#ended = true
      this.#sink.onEnd()
    }
  }

  #deliverEnd (): void {
    this.#tellEnd()

    if (this.#finishing && !this.#closed) {
      this.#opener.finish()
      this.close()
      this.#sink.onFinish()
    }
  }

  readonly #opened = (taken: number): void => {
    this.#opening = false

    if (!this.#closed) {
      this.#advance(taken)
      this.#deliver()
      this.#run()
      this.#sink.onProgress?.()
    }
  }

  readonly #fail = (err: unknown): void => {
    if (!this.#closed) {
      // what was authenticated before counts, however the chunks were cut; closed
      // first, so that nobody who is given it gets past the failure
      this.close()
      this.#deliver()
      this.#sink.onError(err as Error)
    }
  }
}
