import { Duplex } from 'node:stream'
import { MAX_QUEUED_BYTES } from '../constants.ts'
import { utf8 } from '../encoding/bytes.ts'
import { printableReason } from '../encoding/reason.ts'
import { CarrierClosedError, TruncatedError } from '../errors.ts'
import { HandshakeWire } from './handshake-wire.ts'
import { Decision, Identity } from './identity.ts'
import { Neighbours } from './neighbours.ts'
import { PlainStream } from './plain-stream.ts'
import type { ProvenIdentity, SignedHeader, StreamProtocol, StreamReader, StreamSession, StreamWriter } from './protocol.ts'
import type { IdentityRejectedError } from '../errors.ts'
import type { PlaintextSink } from '../record/record-reader.ts'
import type { RecordSink } from '../record/record-writer.ts'

// what `on` and its like of an EventEmitter take; `never[]` stands for any parameters
type Listener = (...parameters: never[]) => void

/** The events of the seed, beside those of a Node stream. */
export interface SecureStreamEvents {
  /** Both sides are who they say, and accepted. */
  connection: [stream: PlainStream]

  /** Emitted before `connection`; every listener has to answer. */
  identify: [id: Identity]

  /** The other side's header, its signature verified. */
  header: [header: SignedHeader]
}

/**
 * The encrypted side of a connection, the seed's `sec`: pipe it to the wire and
 * the wire to it. A failure closes it, the plaintext side and what it is piped
 * to and from.
 */
export class SecureStream extends Duplex {
  readonly #protocol: StreamProtocol
  readonly #wire: HandshakeWire
  readonly #neighbours = new Neighbours({
    onSourceClose: cause => { this.#onSourceClose(cause) },
    onSinkClose: cause => { this.#onSinkClose(cause) }
  })

  #started = false

  #identity?: Identity
  #lateRejection?: IdentityRejectedError

  // there once the peer was accepted
  #plain?: PlainStream
  #reader?: StreamReader
  #writer?: StreamWriter

  // calls back when there is room for more from the wire, and from the application
  #received?: () => void
  #sent?: () => void
  #plainIsFull = false
  #wireIsFull = false

  #sentEnd = false
  #receivedEnd = false
  #wireEnded = false
  #sinkClosed = false

  /**
   * @param protocol - 1.0 or 0.2
   * @param handshakeTimeout - milliseconds, see {@link HandshakeWire}
   */
  constructor (protocol: StreamProtocol, handshakeTimeout: number) {
    super()

    this.#protocol = protocol
    this.#wire = new HandshakeWire(bytes => { this.push(bytes) }, handshakeTimeout)

    // without a listener Node ends the process at an error: a bad peer must not
    this.on('error', () => {})
    this.on('pipe', source => { this.#neighbours.addSource(source) })
    this.on('unpipe', source => { this.#neighbours.removeSource(source) })
  }

  override pipe<T extends NodeJS.WritableStream> (destination: T, options?: { end?: boolean }): T {
    this.#neighbours.addSink(destination)
    destination.once('unpipe', () => { this.#neighbours.removeSink(destination) })

    return super.pipe(destination, options)
  }

  override _read (): void {
    this.#start()

    if (this.#wireIsFull) {
      this.#wireIsFull = false
      this.#writer?.drained()
    }
  }

  override _write (chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.#start()
    this.#received = callback

    const wire = this.#reader ?? this.#wire
    wire.push(chunk)
    this.#receiveMore()
  }

  override _final (callback: () => void): void {
    this.#wireEnded = true

    if (this.#reader != null) {
      this.#reader.finish()
    } else {
      this.#wire.fail(new CarrierClosedError())
    }

    if (this.#sinkClosed) {
      this.#closeUnfinished()
    }

    callback()
  }

  override _destroy (err: Error | null, callback: (err: Error | null) => void): void {
    this.#wire.fail(err ?? new CarrierClosedError())
    this.#reader?.close()
    this.#writer?.close()

    if (err != null || !this.#sentEnd || !this.#receivedEnd) {
      this.#plain?.destroy(err ?? undefined)
      this.#neighbours.close()
    }

    callback(err)
  }

  #start (): void {
    if (!this.#started) {
      this.#started = true
      this.#handshake().catch(err => { this.#fail(err) })
    }
  }

  async #handshake (): Promise<void> {
    const session = await this.#protocol.handshake(this.#wire, {
      header: header => { process.nextTick(() => { this.emit('header', header) }) },
      identify: async remote => this.#identify(remote)
    })

    // out of the promise, so that what a listener throws is the program's own
    process.nextTick(() => { this.#open(session) })
  }

  async #identify (remote: ProvenIdentity): Promise<void> {
    this.#wire.stopTimer()

    return new Promise((resolve, reject) => {
      process.nextTick(() => {
        const listeners = this.rawListeners('identify')
        const decision = new Decision(listeners.length, err => { this.#rejectLate(err) })
        this.#identity = new Identity(remote, decision)

        listeners.forEach((listener, i) => {
          listener.call(this, i === 0 ? this.#identity : new Identity(remote, decision))
        })

        decision.made.then(resolve, reject)
      })
    })
  }

  #open (session: StreamSession): void {
    if (this.destroyed || this.#identity == null) {
      session.wipe()
      return
    }

    this.#reader = session.createReader(this.#plaintextSink())
    this.#writer = session.createWriter(this.#recordSink())

    if (this.#lateRejection != null) {
      this.#rejectLate(this.#lateRejection)
      return
    }

    this.#plain = new PlainStream(this.#identity, {
      send: (pieces, callback) => { this.#send(pieces, callback) },
      sendEnd: async () => this.#sendEnd(),
      resume: () => {
        this.#plainIsFull = false
        this.#receiveMore()
      },
      abort: err => { this.#fail(err) }
    })

    this.emit('connection', this.#plain)
    this.#reader.push(this.#wire.takeRest())

    if (this.#wireEnded) {
      this.#reader.finish()
    }

    this.#receiveMore()
  }

  #plaintextSink (): PlaintextSink {
    return {
      onData: pieces => {
        for (const piece of pieces) {
          this.#plainIsFull = this.#plain?.push(piece) === false
        }

        this.#receiveMore()
      },
      onEnd: () => {
        this.#receivedEnd = true
        this.#plain?.push(null)

        // an ended stream asks for nothing more
        this.#plainIsFull = false
        this.#receiveMore()
        this.#finish()
      },
      onFinish: () => {},
      onError: err => { this.#fail(err) }
    }
  }

  #recordSink (): RecordSink {
    return {
      write: records => {
        this.#wireIsFull = !this.push(records)
        this.#sendMore()

        return !this.#wireIsFull
      },
      onDrain: () => { this.#sendMore() },
      onError: err => { this.#fail(err) }
    }
  }

  #receiveMore (): void {
    const full = this.#reader != null ? this.#plainIsFull || this.#reader.bufferedBytes > MAX_QUEUED_BYTES : this.#wire.isFull
    const received = this.#received

    if (received != null && !full) {
      this.#received = undefined
      received()
    }
  }

  #send (pieces: Uint8Array[], callback: () => void): void {
    for (const piece of pieces) {
      this.#writer?.write(piece)
    }

    this.#sent = callback
    this.#sendMore()
  }

  #sendMore (): void {
    const sent = this.#sent

    if (sent != null && !this.#wireIsFull && this.#writer?.bufferedBytes === 0) {
      this.#sent = undefined
      process.nextTick(sent)
    }
  }

  async #sendEnd (): Promise<void> {
    await this.#writer?.end()
    this.#sentEnd = true
    this.#finish()
  }

  // not before both sides have ended: a socket that may not be half open would
  // take the end of this direction for the end of both
  #finish (): void {
    if (this.#sentEnd && this.#receivedEnd && !this.destroyed) {
      this.push(null)
    }
  }

  // pipes say nothing of a stream that closes without an end
  #onSourceClose (cause?: Error): void {
    if (!this.writableEnded) {
      this.#closeUnfinished(cause)
    }
  }

  #onSinkClose (cause?: Error): void {
    this.#sinkClosed = !this.readableEnded

    // what a socket brought before it closed comes first, see _final()
    if (this.#sinkClosed && this.writableEnded === this.#wireEnded) {
      this.#closeUnfinished(cause)
    }
  }

  /** The wire is gone before both sides have ended. */
  #closeUnfinished (cause?: Error): void {
    if (this.#plain == null || !this.#receivedEnd) {
      this.#fail(this.#plain == null ? new CarrierClosedError(undefined, { cause }) : new TruncatedError({ cause }))
      return
    }

    // everything came; only what this side would have sent is lost
    const err = new CarrierClosedError('the connection closed before this side had ended', { cause })

    if (this.#plain.readableEnded) {
      this.#fail(err)
    } else {
      this.#plain.once('end', () => { this.#fail(err) })
    }
  }

  #rejectLate (err: IdentityRejectedError): void {
    this.#lateRejection = err

    if (this.#writer != null && !this.destroyed) {
      this.#reader?.close()
      void this.#writer.reject(utf8(printableReason(err.reason)))

      // the last record does not wait for room on the wire
      this.#writer.drained()
      this.#fail(err)
    }
  }

  #fail (err: Error | null): void {
    if (this.destroyed) {
      return
    }

    // what the other side is owed, such as a reason, goes out before
    while (this.read() != null) {
      continue
    }

    this.destroy(err ?? undefined)
  }
}

/** Typed listeners of {@link SecureStreamEvents}. */
export interface SecureStream {
  on <K extends keyof SecureStreamEvents> (event: K, listener: (...parameters: SecureStreamEvents[K]) => void): this
  on (event: string | symbol, listener: Listener): this
  once <K extends keyof SecureStreamEvents> (event: K, listener: (...parameters: SecureStreamEvents[K]) => void): this
  once (event: string | symbol, listener: Listener): this
}
