import { MAX_LINE_BYTES } from '../constants.ts'
import { concat } from '../encoding/bytes.ts'
import { ProtocolViolationError } from '../errors.ts'

const NEWLINE = 0x0a

/**
 * Cuts what a carrier brings into lines of at most 16,384 bytes (SPEC 3.1), raw
 * bytes and newline kept, and gives back what follows the last line read.
 */
export class LineReader {
  #buffer: Uint8Array = new Uint8Array()

  // bytes at the start of the buffer that hold no newline
  #searched = 0

  // what comes while the buffer holds a line's worth: joined when it is wanted
  #later: Uint8Array[] = []
  #laterBytes = 0
  #failure?: Error
  #waiting?: PromiseWithResolvers<Uint8Array>

  /** Bytes that arrived and were not read. */
  get bufferedBytes (): number {
    return this.#buffer.byteLength + this.#laterBytes
  }

  /** Takes what the carrier brought. The array is kept until it was read. */
  push (chunk: Uint8Array): void {
    if (this.#buffer.byteLength >= MAX_LINE_BYTES) {
      this.#later.push(chunk)
      this.#laterBytes += chunk.byteLength
    } else {
      this.#buffer = this.#buffer.byteLength === 0 ? chunk : concat([this.#buffer, chunk])
      this.#settle()
    }
  }

  /** The carrier brings nothing more: what is not whole by now never will be. */
  fail (err: Error): void {
    this.#failure ??= err
    this.#settle()
  }

  /**
   * The next line with its newline, in memory of its own. One call at a time.
   *
   * @throws {ProtocolViolationError} `ERR_LINE_TOO_LONG`
   * @throws what `fail` was called with
   */
  async readLine (): Promise<Uint8Array> {
    const waiting = this.#waiting = Promise.withResolvers<Uint8Array>()
    this.#join()
    this.#settle()

    return waiting.promise
  }

  /** Takes out all that was not read. */
  takeRest (): Uint8Array {
    this.#join()
    const rest = this.#buffer
    this.#buffer = new Uint8Array()
    this.#searched = 0

    return rest
  }

  #join (): void {
    if (this.#laterBytes > 0) {
      this.#buffer = concat([this.#buffer, ...this.#later])
      this.#later = []
      this.#laterBytes = 0
    }
  }

  #settle (): void {
    if (this.#waiting == null) {
      return
    }

    const newline = this.#buffer.subarray(0, MAX_LINE_BYTES).indexOf(NEWLINE, this.#searched)

    if (newline !== -1) {
      const rest = this.#buffer.subarray(newline + 1)

      // not slice(), which shares the memory of a Buffer
      this.#waiting.resolve(new Uint8Array(this.#buffer.subarray(0, newline + 1)))
      this.#buffer = rest
      this.#searched = 0
    } else if (this.#buffer.byteLength >= MAX_LINE_BYTES) {
      this.#waiting.reject(new ProtocolViolationError('ERR_LINE_TOO_LONG', `a handshake line is longer than ${MAX_LINE_BYTES} bytes`))
    } else if (this.#failure != null) {
      this.#waiting.reject(this.#failure)
    } else {
      this.#searched = this.#buffer.byteLength
      return
    }

    this.#waiting = undefined
  }
}
