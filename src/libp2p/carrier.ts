import { CLOSE_TIMEOUT, MAX_LINE_BYTES } from '../constants.ts'
import { CarrierClosedError, IdentityRejectedError, NegotiationError } from '../errors.ts'
import { Deadline } from '../handshake/deadline.ts'
import { LineReader } from '../handshake/line-reader.ts'
import type { HandshakeCarrier } from '../handshake/handshake.ts'
import type { AbortOptions, MessageStream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'

/** A libp2p message stream as the handshake sees it, bounded in bytes and in time. */
export class MessageStreamCarrier implements HandshakeCarrier {
  readonly #stream: MessageStream
  readonly #reader = new LineReader()
  readonly #deadline: Deadline
  #paused = false

  /**
   * @param timeout milliseconds for the whole handshake
   * @param options `signal`: the caller's
   */
  constructor (stream: MessageStream, timeout: number, options?: AbortOptions) {
    this.#stream = stream
    this.#deadline = new Deadline(timeout, options?.signal, err => { this.#reader.fail(err) })

    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('close', this.#onClose)
    stream.addEventListener('remoteCloseWrite', this.#onRemoteCloseWrite)
  }

  /** Aborted when time is up, the caller aborts or the carrier closes; its reason is the error to throw. */
  get signal (): AbortSignal {
    return this.#deadline.signal
  }

  async readLine (): Promise<Uint8Array> {
    if (this.#paused) {
      this.#paused = false
      this.#stream.resume()
    }

    return this.#reader.readLine()
  }

  write (bytes: Uint8Array): void {
    this.signal.throwIfAborted()
    this.#stream.send(bytes)
  }

  /** Ends the handshake's use of the stream: gives back what was not read. */
  release (): Uint8Array {
    this.#detach()

    return this.#reader.takeRest()
  }

  /**
   * Closes the stream after a failure: in order when the other side is owed the
   * reason for it, at once for all other failures.
   */
  async close (err: Error): Promise<void> {
    this.#detach()

    if (err instanceof IdentityRejectedError || err instanceof NegotiationError) {
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
    for (const chunk of event.data instanceof Uint8Array ? [event.data] : event.data) {
      this.#reader.push(chunk)
    }

    // what follows a line is kept for later; a peer that sends a lot of it has to wait
    if (this.#reader.bufferedBytes > MAX_LINE_BYTES && this.#stream.status === 'open') {
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

    if (this.#paused) {
      this.#paused = false
      this.#stream.resume()
    }
  }
}
