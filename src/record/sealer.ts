import { GATHER_BELOW_BYTES, MAX_RECORD_PLAINTEXT_BYTES, RECORD_HEADER_BYTES, RECORD_TYPE, TAG_BYTES } from '../constants.ts'
import { allocUnsafe } from '../encoding/bytes.ts'
import { encodeRecordHeader } from './header.ts'
import type { RecordKeySequence } from './record-keys.ts'
import type { RecordType } from '../constants.ts'
import type { MaybePromise } from '../encoding/bytes.ts'

/** Bytes that a record adds to its plaintext. */
const OVERHEAD_BYTES = RECORD_HEADER_BYTES + TAG_BYTES

/** Bytes that data records take for `bytes` bytes of plaintext. */
export function sealedBytes (bytes: number): number {
  return bytes + Math.ceil(bytes / MAX_RECORD_PLAINTEXT_BYTES) * OVERHEAD_BYTES
}

/** Turns plaintext into the records of one direction. One call at a time. */
export class Sealer {
  readonly #keys: RecordKeySequence

  constructor (keys: RecordKeySequence) {
    this.#keys = keys
  }

  /** Records sealed, of all types. */
  get records (): number {
    return this.#keys.count
  }

  /** Rekeys so far. */
  get generation (): number {
    return this.#keys.generation
  }

  /**
   * Seals `pieces` into data records, as few as can be, all in one array.
   *
   * @param pieces - plaintext, not changed and not kept
   * @param bytes - the sum of the pieces' lengths, above 0
   * @param allocate - gives that array, of exactly the length it is called with
   */
  sealData (pieces: readonly Uint8Array[], bytes: number, allocate: (bytes: number) => Uint8Array = allocUnsafe): MaybePromise<Uint8Array> {
    const out = allocate(sealedBytes(bytes))
    const cutter = new Cutter(pieces)
    const sealing: Array<Promise<void>> = []
    let offset = 0

    for (let left = bytes; left > 0; left -= MAX_RECORD_PLAINTEXT_BYTES) {
      const length = Math.min(left, MAX_RECORD_PLAINTEXT_BYTES)
      const sealed = this.#sealRecord(RECORD_TYPE.data, cutter.take(length), length, out, offset)
      offset += length + OVERHEAD_BYTES

      if (sealed instanceof Promise) {
        sealing.push(sealed)
      }
    }

    return sealing.length > 0 ? Promise.all(sealing).then(() => out) : out
  }

  /** Seals one record that is not data. */
  seal (type: RecordType, plaintext: Uint8Array): MaybePromise<Uint8Array> {
    const out = allocUnsafe(plaintext.byteLength + OVERHEAD_BYTES)
    const sealed = this.#sealRecord(type, [plaintext], plaintext.byteLength, out, 0)

    return sealed instanceof Promise ? sealed.then(() => out) : out
  }

  wipe (): void {
    this.#keys.wipe()
  }

  #sealRecord (type: RecordType, pieces: readonly Uint8Array[], bytes: number, out: Uint8Array, offset: number): MaybePromise<void> {
    // taken before anything can fail: a number is never used twice
    const { aead, nonce } = this.#keys.next()
    const header = encodeRecordHeader(type, bytes)
    out.set(header, offset)

    return aead.seal(nonce, header, pieces, out, offset + RECORD_HEADER_BYTES)
  }
}

// Small pieces are copied together before they are encrypted, since every call
// of a cipher has its price. One area serves all connections: what it holds is
// read before the next record is cut.
const gathered = allocUnsafe(MAX_RECORD_PLAINTEXT_BYTES)

/** Cuts a list of pieces into the plaintexts of records. */
class Cutter {
  readonly #pieces: readonly Uint8Array[]
  #index = 0

  // bytes of the present piece that were taken
  #offset = 0

  constructor (pieces: readonly Uint8Array[]) {
    this.#pieces = pieces
  }

  /** The next `length` bytes: large pieces where they lie, small ones gathered. */
  take (length: number): Uint8Array[] {
    const taken: Uint8Array[] = []
    let start = 0
    let end = 0

    while (length > 0) {
      const piece = this.#next(length)
      length -= piece.byteLength

      if (piece.byteLength < GATHER_BELOW_BYTES) {
        gathered.set(piece, end)
        end += piece.byteLength
        continue
      }

      if (end > start) {
        taken.push(gathered.subarray(start, end))
        start = end
      }

      taken.push(piece)
    }

    if (end > start) {
      taken.push(gathered.subarray(start, end))
    }

    return taken
  }

  #next (most: number): Uint8Array {
    const piece = this.#pieces[this.#index]
    const left = piece.byteLength - this.#offset

    if (left > most) {
      this.#offset += most

      return piece.subarray(this.#offset - most, this.#offset)
    }

    const rest = this.#offset === 0 ? piece : piece.subarray(this.#offset)
    this.#index++
    this.#offset = 0

    return rest
  }
}
