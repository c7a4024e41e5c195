/** Takes the bytes that a fuzzer makes apart: first the ones that steer, then the rest. */
export class Input {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor (bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** The next byte; 0 where there is none. */
  byte (): number {
    return this.#bytes[this.#offset++] ?? 0
  }

  rest (): Uint8Array {
    return this.#bytes.subarray(this.#offset)
  }

  /** What is left in chunks whose lengths the first bytes of it say; these may be empty. */
  chunks (): { whole: Uint8Array, chunks: Uint8Array[] } {
    const lengths = Array.from({ length: this.byte() & 7 }, () => this.byte())
    const whole = this.rest()
    const chunks: Uint8Array[] = []

    for (let start = 0, i = 0; start < whole.byteLength; i++) {
      // a round of empty chunks would never end
      const length = lengths[i % lengths.length] ?? whole.byteLength
      const end = start + (i >= lengths.length ? Math.max(1, length) : length)
      chunks.push(whole.subarray(start, end))
      start = end
    }

    return { whole, chunks }
  }
}

/** One byte each. */
export function singly (bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))
}

/** UTF-8 in which what is not becomes U+FFFD: a text of any kind. */
export function textOf (bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}
