import { StreamBufferError, StreamStateError } from '@libp2p/interface'
import { AbstractMessageStream } from '@libp2p/utils'
import { pEvent } from 'p-event'
import { raceSignal } from 'race-signal'
import { Uint8ArrayList } from 'uint8arraylist'
import { CLOSE_TIMEOUT, MAX_QUEUED_BYTES } from '../constants.ts'
import { utf8 } from '../encoding/bytes.ts'
import { nextTurn } from '../encoding/next-turn.ts'
import { errorCode, IdentityRejectedError, TruncatedError } from '../errors.ts'
import { RecordReader } from '../record/record-reader.ts'
import { RecordWriter } from '../record/record-writer.ts'
import { SocketMemory } from './socket-memory.ts'
import { isReadable } from './stream-status.ts'
import type { SecurePeerMetrics } from './metrics.ts'
import type { Session } from '../handshake/session.ts'
import type { PlaintextSink } from '../record/record-reader.ts'
import type { RecordSink } from '../record/record-writer.ts'
import type { AbortOptions, MessageStream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import type { SendResult } from '@libp2p/utils'

/** A secured connection: records below, plaintext above (SPEC 6). */
export class SecuredMessageStream extends AbstractMessageStream {
  readonly #carrier: MessageStream
  readonly #reader: RecordReader
  readonly #writer: RecordWriter
  readonly #metrics?: SecurePeerMetrics
  readonly #countSent?: (bytes: number) => void
  readonly #countReceived?: (bytes: number) => void
  readonly #memory?: SocketMemory
  #failure?: Error

  // what comes in the turn in which this stream was made, for whoever is given it to listen first
  #early?: Uint8Array[]
  #earlyBytes = 0

  // this side wants no more: what is cut off now is not missed
  #closing = false
  #carrierEnded = false
  #carrierClosed?: StreamCloseEvent
  #finished = false
  #ended = false
  #throttled = false

  /**
   * @param carrier - below, its handshake done
   * @param session - what that gave
   * @param rest - what followed the handshake's last line
   * @param metrics - counts records, bytes and failures
   */
  constructor (carrier: MessageStream, session: Session, rest: Uint8Array, metrics?: SecurePeerMetrics) {
    super({
      // the carrier's own: making a scope costs as much as a signature
      log: carrier.log,
      direction: carrier.direction,
      inactivityTimeout: carrier.inactivityTimeout,
      maxReadBufferLength: carrier.maxReadBufferLength,
      maxWriteBufferLength: carrier.maxWriteBufferLength
    })

    this.#carrier = carrier
    this.#metrics = metrics
    this.#countSent = metrics?.count('sent', session.sealer)
    this.#countReceived = metrics?.count('received', session.opener)
    this.#memory = session.backend.letsGoAtOnce ? SocketMemory.of(carrier) : undefined
    this.#reader = new RecordReader(session.opener, this.#plaintextSink())
    this.#writer = new RecordWriter(session.sealer, this.#recordSink())

    carrier.addEventListener('message', this.#onCarrierMessage)
    carrier.addEventListener('drain', this.#onCarrierDrain)
    carrier.addEventListener('remoteCloseWrite', this.#onCarrierCloseWrite)
    carrier.addEventListener('close', this.#onCarrierClose)

    this.#early = [rest]
    nextTurn(this.#receiveEarly)
  }

  get writeBufferLength (): number {
    return this.#writer.bufferedBytes
  }

  /**
   * Sends within this turn of the event loop or at its end; `data` must not
   * change until then. Replaces the write buffer of the base class: a list of
   * lists is what its sending spends most of its time on.
   */
  send (data: Uint8Array | Uint8ArrayList): boolean {
    if (this.writeStatus === 'closed' || this.writeStatus === 'closing') {
      throw new StreamStateError(`Cannot write to a stream that is ${this.writeStatus}`)
    }

    let canSendMore = true

    if (data instanceof Uint8Array) {
      canSendMore = this.#writer.write(data)
    } else {
      for (const piece of data) {
        canSendMore = this.#writer.write(piece)
      }
    }

    this.writableNeedsDrain = !canSendMore

    if (this.maxWriteBufferLength != null && this.writeBufferLength > this.maxWriteBufferLength) {
      this.abort(new StreamBufferError(`Write buffer length of ${this.writeBufferLength} exceeded limit of ${this.maxWriteBufferLength}`))
    }

    return canSendMore
  }

  /**
   * Sends all that was written and the authenticated end, so that the other side
   * can tell a closed connection from a cut one. What still arrives is given to
   * who listens, but no longer missed when it is cut off.
   */
  async endWrites (options?: AbortOptions): Promise<void> {
    this.#closing = true

    if (this.writeStatus === 'writable') {
      this.writeStatus = 'closing'
    }

    await raceSignal(this.#writer.end(), options?.signal)
  }

  /**
   * Ends this side, waits a moment for the other to end as well, whose data still
   * arrives meanwhile, and closes the carrier.
   */
  async close (options?: AbortOptions): Promise<void> {
    if (this.status !== 'open') {
      return
    }

    this.status = 'closing'
    await this.endWrites(options)

    if (this.remoteWriteStatus === 'writable' && this.#carrierClosed == null) {
      await this.#remoteEnd(options)
    }

    await this.#carrier.close(options)
    this.onTransportClosed()
  }

  /** Rejects a peer that was accepted before: a reject record, then the end of the connection. */
  async reject (reason: string): Promise<void> {
    if (this.status === 'closed' || this.status === 'aborted' || this.status === 'reset') {
      return
    }

    this.#closing = true
    this.#reader.close()
    this.writeStatus = 'closing'

    const err = this.#failure = new IdentityRejectedError(reason)
    this.#metrics?.connectionFailed(err.code)

    try {
      const signal = AbortSignal.timeout(CLOSE_TIMEOUT)
      await raceSignal(this.#writer.reject(utf8(reason)), signal)

      // who opens records asynchronously would see the carrier end before the reason
      if (this.#carrierClosed == null) {
        await pEvent(this.#carrier, 'close', { signal }).catch(() => {})
      }

      // whether the carrier closes in order is no failure of what was sent
      await this.#carrier.close({ signal }).catch(() => {})
    } finally {
      this.abort(err)
    }
  }

  sendData (data: Uint8ArrayList): SendResult {
    const canSendMore = this.send(data)

    return { sentBytes: data.byteLength, canSendMore }
  }

  sendReset (err: Error): void {
    this.#reader.close()
    this.#writer.close()
    this.#carrier.abort(err)
  }

  sendPause (): void {
    if (isReadable(this.#carrier)) {
      this.#carrier.pause()
    }
  }

  sendResume (): void {
    if (!this.#throttled && isReadable(this.#carrier)) {
      this.#carrier.resume()
    }
  }

  protected dispatchReadBuffer (): void {
    super.dispatchReadBuffer()
    this.#tellEnd()
  }

  // after the last data was taken: who iterates stops at this event, and a reader
  // that was paused would lose what still waits
  #tellEnd (): void {
    if (this.#ended && this.readBuffer.byteLength === 0) {
      this.onRemoteCloseWrite()
    }
  }

  async #remoteEnd (options?: AbortOptions): Promise<void> {
    try {
      await pEvent(this, ['remoteCloseWrite', 'close'], { timeout: CLOSE_TIMEOUT, signal: options?.signal })
    } catch {
      options?.signal?.throwIfAborted()
      this.log('the remote peer did not end within %d ms', CLOSE_TIMEOUT)
    }
  }

  readonly #receiveEarly = (): void => {
    const early = this.#early ?? []

    // what still comes while these are read joins them at their end
    for (const chunk of early) {
      this.#receive(chunk)
    }

    this.#early = undefined
    this.#earlyBytes = 0
    this.#unthrottle()
    this.#finishIfCarrierIsRead()
  }

  readonly #receive = (chunk: Uint8Array): void => {
    const bytes = chunk.byteLength
    this.#reader.push(chunk)
    this.#countReceived?.(bytes)
    this.#memory?.release(chunk)
  }

  readonly #onCarrierMessage = (event: StreamMessageEvent): void => {
    for (const chunk of event.data instanceof Uint8Array ? [event.data] : event.data) {
      if (this.#early != null) {
        this.#early.push(chunk)
        this.#earlyBytes += chunk.byteLength
      } else {
        this.#receive(chunk)
      }
    }

    this.#finishIfCarrierIsRead()

    // but for the first turn, only where the cipher is asynchronous does anything wait here
    if (this.#waitingBytes() > MAX_QUEUED_BYTES && !this.#throttled) {
      this.#throttled = true
      this.sendPause()
    }
  }

  #waitingBytes (): number {
    return this.#earlyBytes + this.#reader.bufferedBytes
  }

  #unthrottle (): void {
    if (this.#throttled && this.#waitingBytes() <= MAX_QUEUED_BYTES) {
      this.#throttled = false

      if (this.readStatus === 'readable') {
        this.sendResume()
      }
    }
  }

  readonly #onCarrierCloseWrite = (): void => {
    this.#carrierEnded = true
    this.#finishIfCarrierIsRead()
  }

  readonly #onCarrierDrain = (): void => {
    this.#memory?.reclaim()
    this.#writer.drained()
  }

  readonly #onCarrierClose = (event: StreamCloseEvent): void => {
    this.#carrierEnded = true
    this.#carrierClosed = event
    this.#finishIfCarrierIsRead()
  }

  // a carrier that was paused when it closed gives the rest after it is resumed
  #finishIfCarrierIsRead (): void {
    const { error, local } = this.#carrierClosed ?? {}

    if (!this.#carrierEnded || this.#early != null) {
      return
    }

    if (error != null && local === true && !isCarriersOwn(error)) {
      this.abort(this.#failure ?? error)
    } else if (this.#finished) {
      this.#onFinish()
    } else if (this.#carrier.readBufferLength === 0) {
      // also after a reset: all may have come before, the authenticated end as well
      this.#reader.finish()
    }
  }

  #plaintextSink (): PlaintextSink {
    return {
      onData: pieces => {
        this.onData(pieces.length === 1 ? pieces[0] : listOf(pieces))
      },
      onProgress: () => { this.#unthrottle() },
      onEnd: () => {
        this.#ended = true
        this.#tellEnd()
      },
      onFinish: () => { this.#onFinish() },
      onError: err => { this.#fail(err) }
    }
  }

  #recordSink (): RecordSink {
    const memory = this.#memory

    return {
      allocate: memory != null ? bytes => memory.allocate(bytes) : undefined,
      write: records => {
        this.#countSent?.(records.byteLength)

        // a carrier that closed meanwhile says so by its close event
        const canSendMore = this.#carrier.status !== 'open' || this.#carrier.send(records)

        if (this.#writer.bufferedBytes === 0 && this.listenerCount('idle') > 0) {
          this.safeDispatchEvent('idle')
        }

        return canSendMore
      },
      onDrain: () => {
        this.safeDispatchEvent('drain')
      },
      onError: err => { this.#fail(err) }
    }
  }

  #onFinish (): void {
    this.#finished = true

    if (this.#carrierClosed != null) {
      this.#writer.close()
      this.onTransportClosed()
    }
  }

  #fail (err: Error): void {
    if (err instanceof TruncatedError) {
      if (this.#closing) {
        this.#onFinish()
        return
      }

      err = new TruncatedError({ cause: this.#carrierClosed?.error })
    }

    this.#failure = err
    this.#metrics?.connectionFailed(errorCode(err))
    this.abort(err)
  }
}

// a transport aborts its own connection when its socket fails, or the stream that
// a relay carries it in is reset, which nobody here asked for
function isCarriersOwn (err: Error): boolean {
  return 'syscall' in err || 'errno' in err || err.name === 'StreamResetError'
}

function listOf (pieces: Uint8Array[]): Uint8ArrayList {
  const list = new Uint8ArrayList()
  list.appendAll(pieces)

  return list
}
