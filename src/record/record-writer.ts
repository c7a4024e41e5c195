import { MAX_FLUSH_BYTES, RECORD_TYPE, SEND_BUFFER_BYTES } from '../constants.ts'
import { hasImmediate, nextTurn } from '../encoding/next-turn.ts'
import type { Sealer } from './sealer.ts'
import type { RecordType } from '../constants.ts'
import type { MaybePromise } from '../encoding/bytes.ts'

/** Where records go, and what is told of it. */
export interface RecordSink {
  /**
   * Writes records below; `false` asks to wait for {@link RecordWriter.drained}.
   * May throw, which ends this direction.
   */
  write (records: Uint8Array): boolean

  /** Memory for the next write of `bytes` bytes; fresh memory where this is absent. */
  allocate? (bytes: number): Uint8Array

  /** More may be written, after `write` of the writer said to wait. */
  onDrain (): void

  /** Sealing or writing failed: nothing more is sent. */
  onError (err: Error): void
}

const EMPTY = new Uint8Array()

/**
 * Gathers the writes of one turn of the event loop into records and these into
 * one write below. What an idle connection is given goes out in a microtask,
 * so that latency does not pay for throughput.
 */
export class RecordWriter {
  readonly #sealer: Sealer
  readonly #sink: RecordSink
  #pieces: Uint8Array[] = []
  #bytes = 0

  // records that are not data wait for the data before them
  #last?: { type: RecordType, plaintext: Uint8Array, sent: PromiseWithResolvers<void> }
  #state: 'open' | 'ending' | 'closed' = 'open'

  // a flush is due in this turn or the next
  #scheduled = false
  #sealing = false
  #blocked = false
  #needsDrain = false

  constructor (sealer: Sealer, sink: RecordSink) {
    this.#sealer = sealer
    this.#sink = sink
  }

  /** Bytes of plaintext that wait to be sealed. */
  get bufferedBytes (): number {
    return this.#bytes
  }

  /**
   * Takes `bytes`, which must not change until they were sent.
   *
   * @returns `false` when the caller should wait for `onDrain`
   */
  write (bytes: Uint8Array): boolean {
    if (this.#state !== 'open' || bytes.byteLength === 0) {
      return !this.#needsDrain
    }

    this.#pieces.push(bytes)
    this.#bytes += bytes.byteLength

    if (this.#bytes >= SEND_BUFFER_BYTES) {
      this.#flush()
    } else if (!this.#scheduled) {
      this.#scheduled = true
      queueMicrotask(this.#flushFirst)
    }

    if (this.#bytes >= SEND_BUFFER_BYTES) {
      this.#needsDrain = true
    }

    return !this.#needsDrain
  }

  /** The sink can take more. */
  drained (): void {
    this.#blocked = false
    this.#flush()
    this.#tellDrained()
  }

  /**
   * Sends all that was written, then the authenticated end (SPEC 6.3).
   *
   * @returns when the record was handed to the sink
   */
  async end (): Promise<void> {
    await this.#finish(RECORD_TYPE.end, EMPTY)
  }

  /** Drops what was not sent yet and sends a reject record in its place. */
  async reject (reason: Uint8Array): Promise<void> {
    this.#pieces = []
    this.#bytes = 0
    await this.#finish(RECORD_TYPE.reject, reason)
  }

  /** Drops what was not sent; nothing is sent any more. */
  close (): void {
    this.#state = 'closed'
    this.#pieces = []
    this.#bytes = 0
    this.#sealer.wipe()
    this.#last?.sent.resolve()
    this.#last = undefined
  }

  async #finish (type: RecordType, plaintext: Uint8Array): Promise<void> {
    // a rejection takes the place of an end that waits, never the other way round
    if (this.#state !== 'closed' && this.#last?.type !== RECORD_TYPE.reject) {
      this.#state = 'ending'
      this.#last = { type, plaintext, sent: this.#last?.sent ?? Promise.withResolvers() }
    }

    const sent = this.#last?.sent.promise
    this.#flush()
    await sent
  }

  readonly #flushFirst = (): void => {
    this.#flush()
    this.#flushNextTurn()
  }

  readonly #flushLater = (): void => {
    if (this.#bytes === 0 || this.#blocked || this.#sealing) {
      this.#scheduled = false
      return
    }

    this.#flush()
    this.#flushNextTurn()
  }

  // while the connection is busy a turn's writes wait for its end
  #flushNextTurn (): void {
    if (hasImmediate) {
      nextTurn(this.#flushLater)
    } else {
      // there asynchronous sealing gathers what comes meanwhile
      this.#scheduled = false
    }
  }

  #flush (): void {
    while (!this.#sealing && !this.#blocked) {
      const last = this.#bytes === 0 ? this.#last : undefined

      if (this.#bytes === 0 && last == null) {
        return
      }

      try {
        const records = last != null ? this.#sealer.seal(last.type, last.plaintext) : this.#sealNext()

        if (records instanceof Promise) {
          this.#sealing = true
          records.then(this.#sealed(last != null), this.#fail)
        } else {
          this.#send(records, last != null)
        }
      } catch (err) {
        this.#fail(err)
      }
    }
  }

  #sealNext (): MaybePromise<Uint8Array> {
    if (this.#bytes <= MAX_FLUSH_BYTES) {
      const pieces = this.#pieces
      const bytes = this.#bytes
      this.#pieces = []
      this.#bytes = 0

      return this.#sealer.sealData(pieces, bytes, this.#sink.allocate)
    }

    return this.#sealer.sealData(this.#takePieces(MAX_FLUSH_BYTES), MAX_FLUSH_BYTES, this.#sink.allocate)
  }

  #takePieces (bytes: number): Uint8Array[] {
    let count = 0
    let left = bytes

    while (left > 0) {
      left -= this.#pieces[count++].byteLength
    }

    const pieces = this.#pieces.splice(0, count)

    // the last piece may reach over the end
    if (left < 0) {
      const piece = pieces[count - 1]
      pieces[count - 1] = piece.subarray(0, left)
      this.#pieces.unshift(piece.subarray(left))
    }

    this.#bytes -= bytes

    return pieces
  }

  #sealed (last: boolean): (records: Uint8Array) => void {
    return records => {
      this.#sealing = false

      try {
        this.#send(records, last)
        this.#flush()
        this.#tellDrained()
      } catch (err) {
        this.#fail(err)
      }
    }
  }

  #send (records: Uint8Array, last: boolean): void {
    if (this.#state === 'closed') {
      return
    }

    if (!this.#sink.write(records)) {
      this.#blocked = true
      this.#needsDrain = true
    }

    if (last) {
      this.close()
    }
  }

  #tellDrained (): void {
    if (this.#needsDrain && !this.#blocked && this.#bytes < SEND_BUFFER_BYTES) {
      this.#needsDrain = false
      this.#sink.onDrain()
    }
  }

  readonly #fail = (err: unknown): void => {
    this.close()
    this.#sink.onError(err as Error)
  }
}
