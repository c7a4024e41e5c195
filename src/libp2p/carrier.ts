import { CLOSE_TIMEOUT, MAX_LINE_BYTES } from '../constants.ts'
import { CarrierClosedError, isExplained, ProtocolViolationError } from '../errors.ts'
import { Deadline } from '../handshake/deadline.ts'
import { LineReader } from '../handshake/line-reader.ts'
import { isReadable, isRemoteEnded } from './stream-status.ts'
import type { HandshakeCarrier } from '../handshake/handshake.ts'
import type { AbortOptions, MessageStream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'

/** A libp2p message stream as the handshake sees it, bounded in bytes and in time. */
export class MessageStreamCarrier implements HandshakeCarrier {
  readonly #stream: MessageStream
  readonly #reader = new LineReader()
  readonly #deadline: Deadline
  #paused = false

  /**
   * @param stream - fresh from multistream-select
   * @param timeout - milliseconds for the whole handshake
   * @param options - the caller's signal
   */
  constructor (stream: MessageStream, timeout: number, options?: AbortOptions) {
    this.#stream = stream
    this.#deadline = new Deadline(timeout, options?.signal, err => { this.#reader.fail(err) })

    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('close', this.#onClose)
    stream.addEventListener('remoteCloseWrite', this.#onRemoteCloseWrite)

    if (stream.status !== 'open' || isRemoteEnded(stream)) {
      this.#deadline.fail(new CarrierClosedError())
    }
  }

  /** Aborted when time is up, the caller aborts or the carrier closes; its reason is the error to throw. */
  get signal (): AbortSignal {
    return this.#deadline.signal
  }

  async readLine (): Promise<Uint8Array> {
    this.resume()

    return this.#reader.readLine()
  }

  write (bytes: Uint8Array): void {
    this.signal.throwIfAborted()
    this.#stream.send(bytes)
  }

  /**
   * Ends the handshake's use of the stream: gives back what was not read. What the
   * stream still holds comes after `resume`.
   *
   * @throws the error that ended the handshake meanwhile
   */
  release (): Uint8Array {
    this.signal.throwIfAborted()
    this.#detach()

    return this.#reader.takeRest()
  }

  /** Lets the stream go on if it was paused here. */
  resume (): void {
    if (this.#paused && isReadable(this.#stream)) {
      this.#stream.resume()
    }

    this.#paused = false
  }

  /**
   * Closes the stream after a failure: in order when the other side is owed the
   * reason for it, at once for all other failures.
   */
  async close (err: Error): Promise<void> {
    // identify functions that still run are told as well
    this.#deadline.fail(err)
    this.#detach()
    this.resume()

    if (isExplained(err)) {
      try {
        await this.#stream.close({ signal: AbortSignal.timeout(CLOSE_TIMEOUT) })
        return
      } catch {
        // closed by force below
      }
    }

    this.#stream.abort(err)
  }

  readonly #onMessage = (event: StreamMessageEvent): void => {
    this.#reader.push(event.data.subarray())

    // not every carrier stops at once when it is paused
    if (this.#reader.bufferedBytes > this.#stream.maxReadBufferLength) {
      this.#deadline.fail(new ProtocolViolationError('ERR_LINE_TOO_LONG', `more than ${this.#stream.maxReadBufferLength} bytes came before they were wanted`))
      return
    }

    // what follows a line is kept for later; a peer that sends a lot of it has to wait
    if (this.#reader.bufferedBytes > MAX_LINE_BYTES && isReadable(this.#stream)) {
      this.#paused = true
      this.#stream.pause()
    }
  }

  readonly #onClose = (event: StreamCloseEvent): void => {
    const cause = event.error

    this.#deadline.fail(new CarrierClosedError(cause != null ? `the connection failed during the handshake - ${cause.message}` : undefined, { cause }))
  }

  readonly #onRemoteCloseWrite = (): void => {
    this.#deadline.fail(new CarrierClosedError())
  }

  #detach (): void {
    this.#deadline.clear()
    this.#stream.removeEventListener('message', this.#onMessage)
    this.#stream.removeEventListener('close', this.#onClose)
    this.#stream.removeEventListener('remoteCloseWrite', this.#onRemoteCloseWrite)
  }
}
