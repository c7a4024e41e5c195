import { CIPHER_KEY_BYTES, TAG_BYTES } from '../constants.ts'
import { concat, equals } from '../encoding/bytes.ts'
import { addPiece } from '../encoding/pieces.ts'
import type { Aead, Opening } from './backend.ts'
import type { CipherName } from '../constants.ts'
import type { MaybePromise } from '../encoding/bytes.ts'

interface WebCipher {
  readonly name: string

  // the types do not know the format that ChaCha20-Poly1305 came with
  readonly format: 'raw'
}

const AES_GCM: WebCipher = { name: 'AES-GCM', format: 'raw' }

const CIPHER: Record<CipherName, WebCipher> = {
  'aes-256-gcm': AES_GCM,
  'aes-128-gcm': AES_GCM,
  'chacha20-poly1305': { name: 'ChaCha20-Poly1305', format: 'raw-secret' as 'raw' }
}

const TAG_BITS = 8 * TAG_BYTES

/** An AEAD of WebCrypto. Each message is independent of the order in which the runtime finishes. */
export class WebAead implements Aead {
  readonly #subtle: SubtleCrypto
  readonly #name: string
  readonly #key: CryptoKey

  /** Rejects where the runtime does not have `cipher`. */
  static async import (subtle: SubtleCrypto, cipher: CipherName, key: Uint8Array): Promise<WebAead> {
    const { name, format } = CIPHER[cipher]
    const cryptoKey = await subtle.importKey(format, key.subarray(0, CIPHER_KEY_BYTES[cipher]) as BufferSource, name, false, ['encrypt', 'decrypt'])

    return new WebAead(subtle, name, cryptoKey)
  }

  private constructor (subtle: SubtleCrypto, name: string, key: CryptoKey) {
    this.#subtle = subtle
    this.#name = name
    this.#key = key
  }

  seal (nonce: Uint8Array, associatedData: Uint8Array, pieces: readonly Uint8Array[], out: Uint8Array, offset: number): Promise<void> {
    // WebCrypto copies what it is given before it returns (Web Cryptography API,
    // encrypt method, "get a copy of the bytes"); a test holds each runtime to it
    const plaintext = pieces.length === 1 ? pieces[0] : concat(pieces)

    return this.#subtle.encrypt(this.#params(new Uint8Array(nonce), new Uint8Array(associatedData)), this.#key, plaintext as BufferSource)
      .then(sealed => { out.set(new Uint8Array(sealed), offset) })
  }

  open (nonce: Uint8Array, associatedData: Uint8Array): Opening {
    const chunks: Uint8Array[] = []
    const params = this.#params(new Uint8Array(nonce), new Uint8Array(associatedData))

    return {
      update: ciphertext => { addPiece(chunks, ciphertext) },
      final: tag => {
        const sealed = followedBy(chunks, tag) ?? concat([...chunks, tag])

        return this.#subtle.decrypt(params, this.#key, sealed as BufferSource).then(plaintext => [new Uint8Array(plaintext)])
      }
    }
  }

  #params (iv: Uint8Array, additionalData: Uint8Array): AesGcmParams {
    return { name: this.#name, iv: iv as BufferSource, additionalData: additionalData as BufferSource, tagLength: TAG_BITS }
  }
}

/** The one chunk and the tag as one array without a copy, where the same bytes follow the chunk in its memory. */
function followedBy (chunks: Uint8Array[], tag: Uint8Array): Uint8Array | undefined {
  if (chunks.length !== 1) {
    return undefined
  }

  const { buffer, byteOffset, byteLength } = chunks[0]
  const following = new Uint8Array(buffer, byteOffset + byteLength).subarray(0, tag.byteLength)

  return equals(following, tag) ? new Uint8Array(buffer, byteOffset, byteLength + tag.byteLength) : undefined
}

/** An AEAD that is still on its way: what comes before it is kept, what comes after goes straight to it. */
export class PendingAead implements Aead {
  readonly #pending: Promise<Aead>
  #aead?: Aead

  constructor (pending: Promise<Aead>) {
    this.#pending = pending

    // that there will be none is told to those who use it
    pending.then(aead => { this.#aead = aead }, () => {})
  }

  seal (nonce: Uint8Array, associatedData: Uint8Array, pieces: readonly Uint8Array[], out: Uint8Array, offset: number): MaybePromise<void> {
    if (this.#aead != null) {
      return this.#aead.seal(nonce, associatedData, pieces, out, offset)
    }

    const kept = [new Uint8Array(nonce), new Uint8Array(associatedData), [concat(pieces)]] as const

    return this.#pending.then(aead => aead.seal(...kept, out, offset))
  }

  open (nonce: Uint8Array, associatedData: Uint8Array): Opening {
    if (this.#aead != null) {
      return this.#aead.open(nonce, associatedData)
    }

    const kept = [new Uint8Array(nonce), new Uint8Array(associatedData)] as const
    const chunks: Uint8Array[] = []

    return {
      update: ciphertext => { addPiece(chunks, ciphertext) },
      final: tag => {
        const keptTag = new Uint8Array(tag)

        return this.#pending.then(aead => {
          const opening = aead.open(...kept)
          chunks.forEach(chunk => { opening.update(chunk) })

          return opening.final(keptTag)
        })
      }
    }
  }
}
