import { ProtocolViolationError } from '../../errors.ts'

const NEWLINE = 0x0a
const INITIAL_BYTES = 4096

/** Cuts what the wire brings into lines and never keeps more than a line may be long. */
export class LineSplitter {
  readonly #maxBytes: number
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES)
  #bytes = 0

  /** @param maxBytes - what a line may have, newline included */
  constructor (maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /**
   * Takes bytes of `chunk` from `offset` on, up to the end of a line.
   *
   * @returns how many were taken, and the line without its newline if it is whole now
   * @throws {ProtocolViolationError} `ERR_LINE_TOO_LONG`
   */
  take (chunk: Uint8Array, offset: number): { taken: number, line?: string } {
    const newline = chunk.indexOf(NEWLINE, offset)
    const end = newline === -1 ? chunk.byteLength : newline + 1

    this.#append(chunk.subarray(offset, end))

    return { taken: end - offset, line: newline === -1 ? undefined : this.#takeLine() }
  }

  #append (bytes: Uint8Array): void {
    const needed = this.#bytes + bytes.byteLength

    if (needed > this.#maxBytes) {
      throw new ProtocolViolationError('ERR_LINE_TOO_LONG', `a frame is longer than ${this.#maxBytes} bytes`)
    }

    if (needed > this.#buffer.byteLength) {
      const larger = Buffer.allocUnsafeSlow(Math.min(this.#maxBytes, Math.max(needed, 2 * this.#buffer.byteLength)))
      larger.set(this.#buffer.subarray(0, this.#bytes))
      this.#buffer = larger
    }

    this.#buffer.set(bytes, this.#bytes)
    this.#bytes = needed
  }

  #takeLine (): string {
    const line = this.#buffer.toString('utf8', 0, this.#bytes - 1)
    this.#bytes = 0

    return line
  }
}
