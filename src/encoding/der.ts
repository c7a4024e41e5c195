import { concat } from './bytes.ts'

// The few DER forms (X.690) that a public key needs.

const INTEGER = 0x02
const BIT_STRING = 0x03
const SEQUENCE = 0x30

/** A DER SEQUENCE of already encoded elements. */
export function derSequence (...elements: Uint8Array[]): Uint8Array {
  return derElement(SEQUENCE, concat(elements))
}

/** A DER BIT STRING of whole bytes. */
export function derBitString (bytes: Uint8Array): Uint8Array {
  return derElement(BIT_STRING, concat([Uint8Array.of(0), bytes]))
}

/** A DER INTEGER from its minimal unsigned big-endian bytes. */
export function derInteger (unsigned: Uint8Array): Uint8Array {
  return derElement(INTEGER, unsigned[0] >= 0x80 ? concat([Uint8Array.of(0), unsigned]) : unsigned)
}

/** Reads elements one after the other; every read returns `undefined` on a mismatch. */
export class DerReader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor (bytes: Uint8Array) {
    this.#bytes = bytes
  }

  sequence (): DerReader | undefined {
    const content = this.#element(SEQUENCE)

    return content != null ? new DerReader(content) : undefined
  }

  bitString (): Uint8Array | undefined {
    const content = this.#element(BIT_STRING)

    return content?.[0] === 0 ? content.subarray(1) : undefined
  }

  /** The unsigned big-endian bytes of an INTEGER, leading zero removed. */
  integer (): Uint8Array | undefined {
    const content = this.#element(INTEGER)

    return content?.[0] === 0 ? content.subarray(1) : content
  }

  /** Steps over `expected` if these are the next bytes. */
  skip (expected: Uint8Array): boolean {
    const found = expected.every((byte, i) => this.#bytes[this.#offset + i] === byte)

    if (found) {
      this.#offset += expected.byteLength
    }

    return found
  }

  #element (tag: number): Uint8Array | undefined {
    if (this.#bytes[this.#offset] !== tag) {
      return undefined
    }

    let length = this.#bytes[this.#offset + 1]
    let start = this.#offset + 2

    if (length === 0x81) {
      length = this.#bytes[start]
      start += 1
    } else if (length === 0x82) {
      length = this.#bytes[start] << 8 | this.#bytes[start + 1]
      start += 2
    }

    // also false for the undefined that lies beyond the end
    if (!(start + length <= this.#bytes.byteLength)) {
      return undefined
    }

    this.#offset = start + length

    return this.#bytes.subarray(start, this.#offset)
  }
}

function derElement (tag: number, content: Uint8Array): Uint8Array {
  const length = content.byteLength

  if (length < 0x80) {
    return concat([Uint8Array.of(tag, length), content])
  }

  if (length < 0x100) {
    return concat([Uint8Array.of(tag, 0x81, length), content])
  }

  return concat([Uint8Array.of(tag, 0x82, length >> 8, length & 0xff), content])
}
