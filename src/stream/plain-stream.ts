import { Duplex } from 'node:stream'
import { SEND_BUFFER_BYTES } from '../constants.ts'
import type { Identity } from './identity.ts'

/** What the plaintext side of a connection asks of the encrypted side. */
export interface PlainStreamOwner {
  /** Encrypts and sends; calls back when the pieces may change and more may come. */
  send (pieces: Uint8Array[], callback: () => void): void

  /** Sends the authenticated end. */
  sendEnd (): Promise<void>

  /** The application takes more. */
  resume (): void

  /** The application destroyed the stream before both sides had ended. */
  abort (err: Error | null): void
}

/**
 * The decrypted side of a connection. Either direction may end before the other.
 * What a program writes at once becomes one record and one chunk on the wire.
 */
export class PlainStream extends Duplex {
  /** Who the other side is: what the first `identify` listener got. */
  readonly id: Identity

  readonly #owner: PlainStreamOwner

  constructor (id: Identity, owner: PlainStreamOwner) {
    super({ writableHighWaterMark: SEND_BUFFER_BYTES })

    this.id = id
    this.#owner = owner

    // without a listener Node ends the process at an error: a bad peer must not
    this.on('error', () => {})
  }

  // the signature of Node's, whose encoding may be left out
  override write (chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    if (this.writableCorked === 0) {
      this.cork()
      process.nextTick(() => { this.uncork() })
    }

    return super.write(chunk, encoding as BufferEncoding, callback as () => void)
  }

  override _read (): void {
    this.#owner.resume()
  }

  override _write (chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.#owner.send([chunk], callback)
  }

  override _writev (chunks: Array<{ chunk: Buffer }>, callback: () => void): void {
    this.#owner.send(chunks.map(({ chunk }) => chunk), callback)
  }

  override _final (callback: (err?: Error | null) => void): void {
    this.#owner.sendEnd().then(() => { callback() }, callback)
  }

  override _destroy (err: Error | null, callback: (err: Error | null) => void): void {
    if (err != null || !this.readableEnded || !this.writableFinished) {
      this.#owner.abort(err)
    }

    callback(err)
  }
}
