import { nobleBackend } from '../../src/crypto/noble.ts'
import { concat } from '../../src/encoding/bytes.ts'
import { Opener } from '../../src/record/opener.ts'
import { RecordKeySequence } from '../../src/record/record-keys.ts'
import { Sealer } from '../../src/record/sealer.ts'
import type { Aead, Backend } from '../../src/crypto/backend.ts'
import type { Suite } from '../../src/key-schedule.ts'

export const SUITE: Suite = { group: 'x25519', cipher: 'chacha20-poly1305' }

/** The first traffic secret of every direction in these tests. */
export const TRAFFIC = Uint8Array.from({ length: 32 }, (_, i) => i + 1)

export interface DirectionInit {
  backend?: Backend
  suite?: Suite
  rekeyAfter?: number
}

export function keySequence ({ backend = nobleBackend, suite = SUITE, rekeyAfter }: DirectionInit = {}): RecordKeySequence {
  return new RecordKeySequence(backend, suite, TRAFFIC.slice(), rekeyAfter)
}

export function sealerOf (init?: DirectionInit): Sealer {
  return new Sealer(keySequence(init))
}

export function openerOf (init?: DirectionInit): Opener {
  return new Opener(keySequence(init))
}

/** `length` bytes that differ from place to place. */
export function patternOf (length: number): Uint8Array {
  const bytes = new Uint8Array(length)

  for (let i = 0; i < length; i++) {
    bytes[i] = i * 31 + (i >> 8)
  }

  return bytes
}

/** Cuts `bytes` into pieces of `length` bytes. */
export function cut (bytes: Uint8Array, length: number): Uint8Array[] {
  const pieces: Uint8Array[] = []

  for (let i = 0; i < bytes.byteLength; i += length) {
    pieces.push(bytes.subarray(i, i + length))
  }

  return pieces
}

/** Cuts whole records apart by their headers. */
export function splitRecords (bytes: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = []

  for (let i = 0; i < bytes.byteLength;) {
    const length = 4 + (bytes[i + 1] << 16 | bytes[i + 2] << 8 | bytes[i + 3])
    records.push(bytes.subarray(i, i + length))
    i += length
  }

  return records
}

/** Feeds chunks to an opener and gives the plaintext. */
export async function open (opener: Opener, chunks: Uint8Array[]): Promise<Uint8Array> {
  for (const chunk of chunks) {
    let offset = 0

    while (offset < chunk.byteLength) {
      offset += await opener.take(chunk, offset)
    }
  }

  return concat(opener.takePlaintext())
}

/**
 * A backend whose AEADs finish when they are told to: what WebCrypto may do,
 * which completes in any order. Arguments are read at once, as the interface says.
 */
export class HeldBackend {
  readonly #held: Array<() => void> = []

  /** Makes the next operation reject. */
  failure?: Error

  /** Operations that were begun and not finished. */
  get held (): number {
    return this.#held.length
  }

  /** Finishes the operation that began `index` after the oldest. */
  async release (index: number = 0): Promise<void> {
    this.#held.splice(index, 1)[0]()

    // lets all that follows from it happen
    for (let i = 0; i < 20; i++) {
      await Promise.resolve()
    }
  }

  async releaseAll (order: 'oldest' | 'newest' = 'oldest'): Promise<void> {
    while (this.#held.length > 0) {
      await this.release(order === 'oldest' ? 0 : this.#held.length - 1)
    }
  }

  /** The backend with these AEADs. */
  get backend (): Backend {
    return { ...nobleBackend, aead: (cipher, key) => this.#aead(nobleBackend.aead(cipher, key)) }
  }

  #aead (aead: Aead): Aead {
    return {
      seal: async (nonce, associatedData, pieces, out, offset) => {
        const sealed = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 16))
        void aead.seal(nonce, associatedData, pieces, sealed, 0)
        await this.#hold()
        out.set(sealed, offset)
      },

      open: (nonce, associatedData) => {
        const opening = aead.open(nonce, associatedData)

        return {
          update: ciphertext => { opening.update(ciphertext) },
          final: async tag => {
            const copy = tag.slice()
            await this.#hold()

            return opening.final(copy)
          }
        }
      }
    }
  }

  async #hold (): Promise<void> {
    const failure = this.failure
    this.failure = undefined

    await new Promise<void>(resolve => { this.#held.push(resolve) })

    if (failure != null) {
      throw failure
    }
  }
}
