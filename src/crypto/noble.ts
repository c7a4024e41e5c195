import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { ml_kem768 as mlKem768 } from '@noble/post-quantum/ml-kem.js'
import { concat } from '../encoding/bytes.ts'
import { addPiece } from '../encoding/pieces.ts'
import { isCanonicalSecp256k1Signature, P1363_BYTES } from '../identity/signature.ts'
import { nobleHash } from './noble-hash.ts'
import { verifyRsaWithWebCrypto } from './rsa.ts'
import type { Aead, Backend, Encapsulation, MlKem768Keys, Opening, X25519Keys } from './backend.ts'
import type { CipherName } from '../constants.ts'
import type { MaybePromise } from '../encoding/bytes.ts'
import type { IdentityKey } from '../identity/public-key.ts'

type NobleCipher = typeof chacha20poly1305

const CIPHER: Record<CipherName, NobleCipher> = {
  'aes-256-gcm': gcm,
  'aes-128-gcm': gcm,
  'chacha20-poly1305': chacha20poly1305
}

/** Every primitive in plain JavaScript, but for RSA signatures: for runtimes that bring nothing of their own. */
export const nobleBackend = {
  name: 'noble',

  // without hardware behind them both are table free, but ChaCha20 is four times faster
  ciphers: ['chacha20-poly1305', 'aes-256-gcm', 'aes-128-gcm'] as const,

  ...nobleHash,

  generateX25519 (): X25519Keys {
    const { secretKey, publicKey } = x25519.keygen()

    return {
      publicKey,
      deriveSecret: remotePublicKey => x25519.getSharedSecret(secretKey, remotePublicKey)
    }
  },

  generateMlKem768 (): MlKem768Keys {
    const { secretKey, publicKey } = mlKem768.keygen()

    return {
      encapsulationKey: publicKey,
      decapsulate: ciphertext => mlKem768.decapsulate(ciphertext, secretKey)
    }
  },

  encapsulateMlKem768 (encapsulationKey: Uint8Array): Encapsulation {
    const { cipherText, sharedSecret } = mlKem768.encapsulate(encapsulationKey)

    return { ciphertext: cipherText, sharedSecret }
  },

  aead (cipher: CipherName, key: Uint8Array): Aead {
    return new NobleAead(CIPHER[cipher], new Uint8Array(key))
  },

  verify (key: IdentityKey, message: Uint8Array, signature: Uint8Array): MaybePromise<boolean> {
    switch (key.type) {
      case 'rsa':
        return verifyRsaWithWebCrypto(key, message, signature)
      case 'ed25519':
        return rejectThrows(() => ed25519.verify(signature, message, key.raw, { zip215: false }))
      case 'secp256k1':
        return isCanonicalSecp256k1Signature(signature) &&
          rejectThrows(() => secp256k1.verify(signature, message, key.raw, { format: 'der' }))
      default:
        return signature.byteLength === P1363_BYTES &&
          rejectThrows(() => p256.verify(signature, message, key.raw, { lowS: false }))
    }
  }
} satisfies Backend

class NobleAead implements Aead {
  readonly #cipher: NobleCipher
  readonly #key: Uint8Array

  constructor (cipher: NobleCipher, key: Uint8Array) {
    this.#cipher = cipher
    this.#key = key
  }

  seal (nonce: Uint8Array, associatedData: Uint8Array, pieces: readonly Uint8Array[], out: Uint8Array, offset: number): void {
    const plaintext = pieces.length === 1 ? pieces[0] : concat(pieces)

    out.set(this.#cipher(this.#key, nonce, associatedData).encrypt(plaintext), offset)
  }

  open (nonce: Uint8Array, associatedData: Uint8Array): Opening {
    const chunks: Uint8Array[] = []
    const cipher = this.#cipher(this.#key, new Uint8Array(nonce), new Uint8Array(associatedData))

    return {
      update: ciphertext => { addPiece(chunks, ciphertext) },
      final: tag => [cipher.decrypt(concat([...chunks, tag]))]
    }
  }
}

function rejectThrows (verify: () => boolean): boolean {
  try {
    return verify()
  } catch {
    return false
  }
}
