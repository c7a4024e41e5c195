import { CLOSE_TIMEOUT, MAX_LINE_BYTES, MAX_QUEUED_BYTES, SEND_BUFFER_BYTES } from '../constants.ts'
import { utf8 } from '../encoding/bytes.ts'
import { CarrierClosedError, IdentityRejectedError, isExplained, TruncatedError } from '../errors.ts'
import { LineReader } from '../handshake/line-reader.ts'
import { RecordReader } from '../record/record-reader.ts'
import { RecordWriter } from '../record/record-writer.ts'
import { ByteQueue } from './byte-queue.ts'
import type { ByteDuplex, Bytes } from './index.ts'
import type { HandshakeCarrier } from '../handshake/handshake.ts'
import type { Session } from '../handshake/session.ts'

/**
 * Both stages of a secured duplex over one carrier: first the handshake's lines,
 * then records. What is not pulled is not read from the carrier.
 */
export class SecuredDuplex implements HandshakeCarrier {
  readonly #lines = new LineReader()
  readonly #received = new ByteQueue(MAX_QUEUED_BYTES, () => { this.#openGate() })
  readonly #sent = new ByteQueue(SEND_BUFFER_BYTES, () => { this.#onSent() })
  readonly #carrierSource: AsyncIterator<Bytes>
  readonly #carrierSink: Promise<unknown>
  readonly #onFail: (err: Error) => void
  #reader?: RecordReader
  #writer?: RecordWriter
  #failure?: Error

  // set while the reject record is on its way, in the place of data
  #rejection?: Error
  #carrierEnded = false
  #gate = Promise.withResolvers<void>()
  #drain?: PromiseWithResolvers<void>

  /**
   * @param carrier - below
   * @param onFail - told of what breaks the connection
   */
  constructor (carrier: ByteDuplex, onFail: (err: Error) => void) {
    this.#onFail = onFail

    // what throws at once fails like what rejects
    this.#carrierSource = iterate(carrier.source)
    this.#carrierSink = (async () => carrier.sink(this.#sent))()
    this.#carrierSink.catch(this.#carrierFailed)
    this.#pump().catch(this.#carrierFailed)
  }

  async readLine (): Promise<Uint8Array> {
    const line = this.#lines.readLine()
    this.#openGate()

    return line
  }

  write (bytes: Uint8Array): void {
    this.#sent.push(bytes)
  }

  /** From lines to records. */
  begin (session: Session): void {
    if (this.#failure != null) {
      session.wipe()
      throw this.#failure
    }

    this.#writer = new RecordWriter(session.sealer, {
      write: records => this.#sent.push(records),
      onDrain: () => { this.#drain?.resolve() },
      onError: err => { this.fail(err) }
    })
    this.#reader = new RecordReader(session.opener, {
      onData: pieces => { pieces.forEach(piece => this.#received.push(piece)) },
      onProgress: () => { this.#openGate() },
      onEnd: () => { this.#received.end() },
      onFinish: () => {},
      onError: err => { this.fail(err) }
    })
    this.#reader.push(this.#lines.takeRest())
    this.#openGate()

    if (this.#carrierEnded) {
      this.#reader.finish()
    }
  }

  /** Plaintext from the other side; ends with its authenticated end, throws what broke the connection. */
  get source (): AsyncGenerator<Uint8Array, void> {
    return this.#received[Symbol.asyncIterator]()
  }

  /** Sends all of `source` and the authenticated end; resolves when the carrier took it. */
  async sink (source: Iterable<Bytes> | AsyncIterable<Bytes>): Promise<void> {
    try {
      for await (const bytes of source) {
        for (const piece of bytes instanceof Uint8Array ? [bytes] : bytes) {
          await this.#send(piece)
        }
      }

      await this.#writer?.end()
      this.#sent.end()
      await this.#carrierSink
    } catch (err: any) {
      this.fail(err)
    }

    const failure = this.#failure ?? this.#rejection

    if (failure != null) {
      throw failure
    }
  }

  /** Rejects a peer that was accepted before: a reject record, then the end of the connection. */
  async reject (reason: string): Promise<void> {
    const rejection = this.#rejection = new IdentityRejectedError(reason)
    this.#reader?.close()
    await withinCloseTimeout(this.#writer?.reject(utf8(reason)))
    this.#sent.end()
    this.fail(rejection)
  }

  /** Ends a handshake that failed; what was written is still sent. */
  async close (err: Error): Promise<void> {
    this.#sent.end(isExplained(err) ? undefined : err)
    this.fail(err)

    await withinCloseTimeout(this.#carrierSink)
  }

  /** Breaks the connection: no end is sent, so that the other side sees it cut off. */
  readonly fail = (err: Error): void => {
    if (this.#failure != null) {
      return
    }

    this.#failure = err
    this.#onFail(err)
    this.#lines.fail(err)
    this.#reader?.close()
    this.#writer?.close()
    this.#received.end(err)
    this.#sent.end(err)
    this.#drain?.reject(err)
    this.#openGate()

    // the last that was written goes out before the carrier is let go of
    void withinCloseTimeout(this.#carrierSink).then(async () => this.#carrierSource.return?.()).catch(() => {})
  }

  readonly #carrierFailed = (cause: unknown): void => {
    const isCut = this.#reader != null && !this.#reader.ended

    this.fail(isCut ? new TruncatedError({ cause }) : new CarrierClosedError(`the carrier failed - ${cause instanceof Error ? cause.message : String(cause)}`, { cause }))
  }

  #onSent (): void {
    if (this.#sent.isCancelled && this.#failure == null) {
      this.fail(new CarrierClosedError('the carrier takes nothing more'))
    } else {
      this.#writer?.drained()
    }
  }

  async #send (piece: Uint8Array): Promise<void> {
    if (this.#failure != null) {
      throw this.#failure
    }

    if (this.#writer?.write(piece) === false) {
      this.#drain = Promise.withResolvers()
      await this.#drain.promise
    }
  }

  async #pump (): Promise<void> {
    while (true) {
      const { value: bytes, done } = await this.#carrierSource.next()

      if (done === true) {
        break
      }

      for (const chunk of bytes instanceof Uint8Array ? [bytes] : bytes) {
        this.#receive(chunk)
      }

      while (this.#isFull()) {
        this.#gate = Promise.withResolvers()
        await this.#gate.promise
      }

      if (this.#failure != null) {
        return
      }
    }

    // all that the handshake still wants may have arrived
    this.#carrierEnded = true
    this.#lines.fail(new CarrierClosedError())
    this.#reader?.finish()
  }

  #receive (chunk: Uint8Array): void {
    if (this.#reader == null) {
      this.#lines.push(chunk)
    } else {
      this.#reader.push(chunk)
    }
  }

  #isFull (): boolean {
    return this.#failure == null &&
      (this.#lines.bufferedBytes > MAX_LINE_BYTES || this.#received.isFull || (this.#reader?.bufferedBytes ?? 0) > MAX_QUEUED_BYTES)
  }

  #openGate (): void {
    this.#gate.resolve()
  }
}

function iterate<T> (source: AsyncIterable<T>): AsyncIterator<T> {
  try {
    return source[Symbol.asyncIterator]()
  } catch (err) {
    return { next: async () => { throw err } }
  }
}

/** Waits for `promise` to settle, but not for ever. */
async function withinCloseTimeout (promise: Promise<unknown> | undefined): Promise<void> {
  const { promise: timeout, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, CLOSE_TIMEOUT)

  await Promise.race([promise?.catch(() => {}), timeout])
  clearTimeout(timer)
}
