import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'
import { RELEASE_FROM_BYTES, TAG_BYTES } from '../constants.ts'
import { addPiece } from '../encoding/pieces.ts'
import type { Aead, Opening } from './backend.ts'
import type { CipherName } from '../constants.ts'
import type { CipherGCMTypes, KeyObject } from 'node:crypto'

const OPTIONS = { authTagLength: TAG_BYTES }

/** An AEAD of node:crypto. */
export class NodeAead implements Aead {
  // the types know the same calls under one name for each family of ciphers
  readonly #cipher: CipherGCMTypes

  // a KeyObject: raw key bytes cost ten times as much at every record
  readonly #key: KeyObject

  constructor (cipher: CipherName, key: Uint8Array) {
    this.#cipher = cipher as CipherGCMTypes
    this.#key = createSecretKey(key)
  }

  seal (nonce: Uint8Array, associatedData: Uint8Array, pieces: readonly Uint8Array[], out: Uint8Array, offset: number): void {
    const cipher = createCipheriv(this.#cipher, this.#key, nonce)
    cipher.setAAD(associatedData)

    for (const piece of pieces) {
      const ciphertext = cipher.update(piece)
      out.set(ciphertext, offset)
      offset += ciphertext.byteLength

      // hands the memory back now: garbage collection of typed arrays is what
      // costs most after the encryption itself
      if (ciphertext.byteLength >= RELEASE_FROM_BYTES && ciphertext.byteLength === ciphertext.buffer.byteLength) {
        ciphertext.buffer.transfer(0)
      }
    }

    cipher.final()
    out.set(cipher.getAuthTag(), offset)
  }

  open (nonce: Uint8Array, associatedData: Uint8Array): Opening {
    const decipher = createDecipheriv(this.#cipher, this.#key, nonce, OPTIONS)
    decipher.setAAD(associatedData)
    const plaintext: Uint8Array[] = []

    return {
      update: ciphertext => { addPiece(plaintext, decipher.update(ciphertext)) },
      final: tag => {
        decipher.setAuthTag(tag)
        decipher.final()

        return plaintext
      }
    }
  }
}
