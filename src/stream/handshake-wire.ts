import { MAX_LINE_BYTES } from '../constants.ts'
import { HandshakeTimeoutError } from '../errors.ts'
import { LineReader } from '../handshake/line-reader.ts'
import type { Wire } from './protocol.ts'

/** The wire until the handshake is over, bounded in bytes and in time. */
export class HandshakeWire implements Wire {
  readonly #lines = new LineReader()
  readonly #timeout: number
  #timer?: ReturnType<typeof setTimeout>

  readonly write: (bytes: Uint8Array) => void

  /**
   * @param write - sends bytes
   * @param timeout - milliseconds for the other side's lines, counted from its
   * first byte: in the seed's API nobody knows when the other side will come
   */
  constructor (write: (bytes: Uint8Array) => void, timeout: number) {
    this.write = write
    this.#timeout = timeout
  }

  /** Whether more is there than a line can have. */
  get isFull (): boolean {
    return this.#lines.bufferedBytes > MAX_LINE_BYTES
  }

  push (chunk: Uint8Array): void {
    this.#timer ??= setTimeout(() => { this.fail(new HandshakeTimeoutError(this.#timeout)) }, this.#timeout)
    this.#lines.push(chunk)
  }

  async readLine (): Promise<Uint8Array> {
    return this.#lines.readLine()
  }

  /** All lines are there: the application takes the time that it needs. */
  stopTimer (): void {
    clearTimeout(this.#timer)
  }

  /** Nothing more comes. */
  fail (err: Error): void {
    this.stopTimer()
    this.#lines.fail(err)
  }

  /** Takes out what follows the handshake. */
  takeRest (): Uint8Array {
    return this.#lines.takeRest()
  }
}
