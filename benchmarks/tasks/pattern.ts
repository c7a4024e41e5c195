/**
 * Known bytes, so that the receiver can tell whether they arrived whole and in
 * order.
 */

import type { Uint8ArrayList } from 'uint8arraylist'

// a prime, so that a lost or repeated window or buffer does not go unnoticed
const SLICES = 17

/** A repeating pattern and the writes that make it up */
export interface Pattern {
  bytes: Uint8Array
  writes: Uint8Array[]
}

export function createPattern (writeBytes: number): Pattern {
  const bytes = new Uint8Array(writeBytes * SLICES)
  let state = 0x9e3779b9

  // xorshift32: the same bytes in every process
  for (let i = 0; i < bytes.byteLength; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[i] = state
  }

  return {
    bytes,
    writes: Array.from({ length: SLICES }, (_, i) => bytes.subarray(i * writeBytes, (i + 1) * writeBytes))
  }
}

/**
 * Counts what arrives. Every byte is compared when `complete`, which costs time
 * and belongs into the warm-up, else the first and last of each buffer.
 */
export class PatternChecker {
  received = 0
  readonly #bytes: Uint8Array
  readonly #complete: boolean

  constructor (pattern: Pattern, complete: boolean) {
    this.#bytes = pattern.bytes
    this.#complete = complete
  }

  push (data: Uint8Array | Uint8ArrayList): void {
    if (data instanceof Uint8Array) {
      this.#check(data)
    } else {
      for (const buffer of data) {
        this.#check(buffer)
      }
    }
  }

  #check (buffer: Uint8Array): void {
    const start = this.received % this.#bytes.byteLength
    const last = (this.received + buffer.byteLength - 1) % this.#bytes.byteLength

    if (buffer[0] !== this.#bytes[start] || buffer[buffer.byteLength - 1] !== this.#bytes[last] || (this.#complete && !this.#equals(buffer, start))) {
      throw new Error(`wrong bytes within ${buffer.byteLength} from offset ${this.received}`)
    }

    this.received += buffer.byteLength
  }

  #equals (buffer: Uint8Array, start: number): boolean {
    let offset = 0

    while (offset < buffer.byteLength) {
      const expected = this.#bytes.subarray(start, start + buffer.byteLength - offset)

      if (Buffer.compare(expected, buffer.subarray(offset, offset + expected.byteLength)) !== 0) {
        return false
      }

      offset += expected.byteLength
      start = 0
    }

    return true
  }
}
