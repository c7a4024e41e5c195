import { RECORD_HEADER_BYTES, RECORD_TYPE, TAG_BYTES } from '../constants.ts'
import { concat } from '../encoding/bytes.ts'
import { isPrintableReason } from '../encoding/reason.ts'
import { AuthenticationError, ProtocolViolationError, RejectedError, TruncatedError } from '../errors.ts'
import { parseRecordHeader } from './header.ts'
import type { RecordKeySequence } from './record-keys.ts'
import type { RecordType } from '../constants.ts'
import type { Opening } from '../crypto/backend.ts'
import type { MaybePromise } from '../encoding/bytes.ts'

const EMPTY = new Uint8Array()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Turns the records of one direction into plaintext, decrypting as chunks arrive. */
export class Opener {
  readonly #keys: RecordKeySequence
  #plaintext: Uint8Array[] = []
  #ended = false

  // the present record; what came of a header or a tag that is cut across chunks
  #header: Uint8Array = EMPTY
  #type: RecordType = RECORD_TYPE.data
  #opening?: Opening
  #ciphertextBytes = 0
  #tag: Uint8Array = EMPTY

  constructor (keys: RecordKeySequence) {
    this.#keys = keys
  }

  /** Records begun, of all types. */
  get records (): number {
    return this.#keys.count
  }

  /** Rekeys so far. */
  get generation (): number {
    return this.#keys.generation
  }

  /** Whether the other side has said that it sends nothing more. */
  get ended (): boolean {
    return this.#ended
  }

  /**
   * Takes bytes of `chunk` up to the end of a record. Asynchronous where the
   * runtime's cipher is; the next call has to wait for it then.
   *
   * @returns the number of bytes taken, above 0 for a chunk that is not empty
   * @throws {ProtocolViolationError} `ERR_MALFORMED_RECORD`, `ERR_RECORD_AFTER_END`
   * @throws {AuthenticationError} `ERR_RECORD_AUTH`
   * @throws {RejectedError} when the other side sent that
   */
  take (chunk: Uint8Array, offset: number): MaybePromise<number> {
    const start = offset

    if (this.#opening == null) {
      offset = this.#takeHeader(chunk, offset)
    }

    if (this.#opening == null) {
      return offset - start
    }

    if (this.#ciphertextBytes > 0 && offset < chunk.byteLength) {
      const ciphertext = chunk.subarray(offset, offset + this.#ciphertextBytes)
      this.#opening.update(ciphertext)
      this.#ciphertextBytes -= ciphertext.byteLength
      offset += ciphertext.byteLength
    }

    if (this.#ciphertextBytes > 0) {
      return offset - start
    }

    const part = chunk.subarray(offset, offset + TAG_BYTES - this.#tag.byteLength)
    const tag = this.#tag.byteLength === 0 ? part : concat([this.#tag, part])
    const taken = offset + part.byteLength - start

    if (tag.byteLength < TAG_BYTES) {
      this.#tag = new Uint8Array(tag)
      return taken
    }

    this.#tag = EMPTY
    const final = this.#final(this.#opening, tag)

    return final instanceof Promise ? final.then(() => taken) : taken
  }

  /** Pieces of plaintext that wait to be taken out. */
  get pieces (): number {
    return this.#plaintext.length
  }

  /** Takes out the plaintext of all data records that were authenticated. */
  takePlaintext (): Uint8Array[] {
    const plaintext = this.#plaintext
    this.#plaintext = []

    return plaintext
  }

  /**
   * To be called when the carrier brings nothing more.
   *
   * @throws {TruncatedError} unless the other side ended first
   */
  finish (): void {
    if (!this.#ended) {
      throw new TruncatedError()
    }
  }

  wipe (): void {
    this.#keys.wipe()
  }

  #takeHeader (chunk: Uint8Array, offset: number): number {
    if (this.#ended) {
      throw new ProtocolViolationError('ERR_RECORD_AFTER_END', 'the remote side sent more after its end')
    }

    const part = chunk.subarray(offset, offset + RECORD_HEADER_BYTES - this.#header.byteLength)
    const header = this.#header.byteLength === 0 ? part : concat([this.#header, part])

    if (header.byteLength < RECORD_HEADER_BYTES) {
      this.#header = new Uint8Array(header)
    } else {
      const { type, ciphertextBytes } = parseRecordHeader(header)
      const { aead, nonce } = this.#keys.next()

      this.#type = type
      this.#ciphertextBytes = ciphertextBytes
      this.#opening = aead.open(nonce, header)
      this.#header = EMPTY
    }

    return offset + part.byteLength
  }

  #final (opening: Opening, tag: Uint8Array): MaybePromise<void> {
    const number = this.#keys.count - 1
    let plaintext: MaybePromise<Uint8Array[]>
    this.#opening = undefined

    try {
      plaintext = opening.final(tag)
    } catch {
      throw recordAuthError(number)
    }

    if (plaintext instanceof Promise) {
      return plaintext.then(pieces => { this.#release(pieces) }, () => { throw recordAuthError(number) })
    }

    this.#release(plaintext)
  }

  #release (pieces: Uint8Array[]): void {
    switch (this.#type) {
      case RECORD_TYPE.data:
        for (const piece of pieces) {
          if (piece.byteLength > 0) {
            this.#plaintext.push(piece)
          }
        }

        break
      case RECORD_TYPE.end:
        this.#ended = true
        break
      default:
        throw rejection(pieces)
    }
  }
}

function rejection (pieces: Uint8Array[]): Error {
  try {
    const reason = decoder.decode(concat(pieces))

    return isPrintableReason(reason) ? new RejectedError(reason) : malformedReason()
  } catch (err) {
    return malformedReason(err)
  }
}

function malformedReason (cause?: unknown): ProtocolViolationError {
  return new ProtocolViolationError('ERR_MALFORMED_RECORD', 'a reject record whose reason is not printable UTF-8, or too long', { cause })
}

function recordAuthError (number: number): AuthenticationError {
  return new AuthenticationError('ERR_RECORD_AUTH', `record ${number} failed authentication`)
}
