import * as crypto from 'node:crypto'
import { CIPHERS, HASH_BYTES, NONCE_BYTES, CIPHER_KEY_BYTES } from '../constants.ts'
import { concat, fromHex, wipe } from '../encoding/bytes.ts'
import { ED25519_PKCS8_PREFIX, isCanonicalSecp256k1Signature, P1363_BYTES } from '../identity/signature.ts'
import { nobleBackend } from './noble.ts'
import { NodeAead } from './node-aead.ts'
import { nodeMlKem768 } from './node-mlkem.ts'
import { importSpki } from './node-spki.ts'
import type { Aead, Backend, Encapsulation, MlKem768Keys, X25519Keys } from './backend.ts'
import type { CipherName } from '../constants.ts'
import type { MaybePromise } from '../encoding/bytes.ts'
import type { IdentityKey } from '../identity/public-key.ts'

const FIRST_BLOCK = Uint8Array.of(1)

// runtimes with node:crypto differ in what they have: Bun lacks both
const NATIVE_CIPHERS = CIPHERS.filter(canUse)
const HAS_SECP256K1 = crypto.getCurves().includes('secp256k1')

// SPKI of an X25519 key up to the key itself (RFC 8410)
const X25519_SPKI_PREFIX = fromHex('302a300506032b656e032100')

/** The primitives of node:crypto: synchronous, native, one KeyObject for each key. */
export const nodeBackend = {
  name: 'node',
  letsGoAtOnce: true,

  ciphers: NATIVE_CIPHERS,

  randomBytes (length: number): Uint8Array {
    return crypto.getRandomValues(new Uint8Array(length))
  },

  sha256,
  digest: sha256,

  hkdfExtract (salt: Uint8Array, inputKey: Uint8Array): Uint8Array {
    return hmac(salt, inputKey).digest()
  },

  hkdfExpand (pseudorandomKey: Uint8Array, info: Uint8Array, length: number): Uint8Array {
    // every key and secret of the key schedule is one block
    if (length <= HASH_BYTES) {
      const block = hmac(pseudorandomKey, info).update(FIRST_BLOCK).digest()
      const bytes = new Uint8Array(block.subarray(0, length))
      wipe(block)

      return bytes
    }

    return nobleBackend.hkdfExpand(pseudorandomKey, info, length)
  },

  generateX25519 (): X25519Keys {
    const { privateKey, publicKey } = crypto.generateKeyPairSync('x25519')

    return {
      // the cheapest of the export formats by far
      publicKey: new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')),
      deriveSecret: remotePublicKey => crypto.diffieHellman({
        privateKey,
        publicKey: importSpki(X25519_SPKI_PREFIX, remotePublicKey)
      })
    }
  },

  generateMlKem768 (): MlKem768Keys {
    return nodeMlKem768?.generate() ?? nobleBackend.generateMlKem768()
  },

  encapsulateMlKem768 (encapsulationKey: Uint8Array): Encapsulation {
    return nodeMlKem768?.encapsulate(encapsulationKey) ?? nobleBackend.encapsulateMlKem768(encapsulationKey)
  },

  aead (cipher: CipherName, key: Uint8Array): Aead {
    return NATIVE_CIPHERS.includes(cipher) ? new NodeAead(cipher, key) : nobleBackend.aead(cipher, key)
  },

  verify (key: IdentityKey, message: Uint8Array, signature: Uint8Array): MaybePromise<boolean> {
    if (key.type === 'ecdsa' && signature.byteLength !== P1363_BYTES) {
      return false
    }

    if (key.type === 'secp256k1' && !isCanonicalSecp256k1Signature(signature)) {
      return false
    }

    if (key.type === 'secp256k1' && !HAS_SECP256K1) {
      return nobleBackend.verify(key, message, signature)
    }

    try {
      const publicKey = crypto.createPublicKey(key.pem)

      return crypto.verify(digestOf(key), message, key.type === 'ecdsa' ? { key: publicKey, dsaEncoding: 'ieee-p1363' } : publicKey, signature)
    } catch {
      // a point off its curve is found at import
      return false
    }
  },

  signer (type: 'ed25519' | 'rsa', secret: Uint8Array): (message: Uint8Array) => MaybePromise<Uint8Array> {
    if (type === 'ed25519') {
      const key = importPrivateKey(concat([ED25519_PKCS8_PREFIX, secret]), 'pkcs8')

      return message => crypto.sign(null, message, key)
    }

    const key = importPrivateKey(concat([secret]), 'pkcs1')

    // a millisecond and more: not on the event loop
    return async message => new Promise((resolve, reject) => {
      crypto.sign('sha256', message, key, (err, signature) => {
        err != null ? reject(err) : resolve(signature)
      })
    })
  }
} satisfies Backend

function sha256 (...parts: Uint8Array[]): Uint8Array {
  const hash = crypto.createHash('sha256')

  for (const part of parts) {
    hash.update(part)
  }

  return new Uint8Array(hash.digest())
}

/** Imports a private key and wipes `der`. */
function importPrivateKey (der: Uint8Array, type: 'pkcs1' | 'pkcs8'): crypto.KeyObject {
  try {
    return crypto.createPrivateKey({ key: der as Buffer, format: 'der', type })
  } finally {
    wipe(der)
  }
}

// with a KeyObject, since raw key bytes make it five times as slow
function hmac (key: Uint8Array, data: Uint8Array): crypto.Hmac {
  return crypto.createHmac('sha256', crypto.createSecretKey(key)).update(data)
}

function digestOf (key: IdentityKey): string | null {
  return key.type === 'ed25519' ? null : 'sha256'
}

function canUse (cipher: CipherName): boolean {
  try {
    crypto.createCipheriv(cipher, new Uint8Array(CIPHER_KEY_BYTES[cipher]), new Uint8Array(NONCE_BYTES))

    return true
  } catch {
    return false
  }
}
