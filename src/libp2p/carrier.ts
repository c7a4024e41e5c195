import { CLOSE_TIMEOUT, MAX_LINE_BYTES } from '../constants.ts'
import { CarrierClosedError, HandshakeTimeoutError, IdentityRejectedError, NegotiationError } from '../errors.ts'
import { LineReader } from '../handshake/line-reader.ts'
import type { HandshakeCarrier } from '../handshake/handshake.ts'
import type { AbortOptions, MessageStream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'

/** A libp2p message stream as the handshake sees it, bounded in bytes and in time. */
export class MessageStreamCarrier implements HandshakeCarrier {
  readonly #stream: MessageStream
  readonly #reader = new LineReader()
  readonly #controller = new AbortController()
  readonly #caller?: AbortSignal
  readonly #timer: ReturnType<typeof setTimeout>
  #paused = false

  /**
   * @param timeout milliseconds for the whole handshake
   * @param options `signal`: the caller's
   */
  constructor (stream: MessageStream, timeout: number, options?: AbortOptions) {
    this.#stream = stream
    this.#caller = options?.signal
    this.#timer = setTimeout(() => { this.#fail(new HandshakeTimeoutError(timeout)) }, timeout)

    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('close', this.#onClose)
    stream.addEventListener('remoteCloseWrite', this.#onRemoteCloseWrite)
    this.#caller?.addEventListener('abort', this.#onAbort)

    if (this.#caller?.aborted === true) {
      this.#onAbort()
    }
  }

  /** Aborted when time is up, the caller aborts or the carrier closes; its reason is the error to throw. */
  get signal (): AbortSignal {
    return this.#controller.signal
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

    this.#fail(new CarrierClosedError(cause != null ? `the connection failed during the handshake - ${cause.message}` : undefined, { cause }))
  }

  readonly #onRemoteCloseWrite = (): void => {
    this.#fail(new CarrierClosedError())
  }

  readonly #onAbort = (): void => {
    this.#fail(this.#caller?.reason)
  }

  #fail (err: Error): void {
    this.#reader.fail(err)
    this.#controller.abort(err)
  }

  #detach (): void {
    clearTimeout(this.#timer)
    this.#stream.removeEventListener('message', this.#onMessage)
    this.#stream.removeEventListener('close', this.#onClose)
    this.#stream.removeEventListener('remoteCloseWrite', this.#onRemoteCloseWrite)
    this.#caller?.removeEventListener('abort', this.#onAbort)

    if (this.#paused) {
      this.#paused = false
      this.#stream.resume()
    }
  }
}
