import { concat, wipe } from '../encoding/bytes.ts'
import { P1363_BYTES } from '../identity/signature.ts'
import { nobleHash } from './noble-hash.ts'
import { PendingAead, WebAead } from './web-aead.ts'
import { encapsulateWebMlKem768, generateWebMlKem768, generateWebX25519, webMlKem768Works, webX25519Works } from './web-key-exchange.ts'
import { createWebSigner, verifyWithWebCrypto } from './web-signature.ts'
import type { Aead, Backend, Encapsulation, MlKem768Keys, X25519Keys } from './backend.ts'
import type { CipherName } from '../constants.ts'
import type { IdentityKey } from '../identity/public-key.ts'

// no WebCrypto is without AES-GCM, and hardware makes it the faster one; in plain
// JavaScript ChaCha20 is
const NATIVE_ORDER: readonly CipherName[] = ['aes-256-gcm', 'chacha20-poly1305', 'aes-128-gcm']
const PLAIN_ORDER: readonly CipherName[] = ['chacha20-poly1305', 'aes-256-gcm', 'aes-128-gcm']

/** The primitives of this page's or worker's WebCrypto. */
export const webBackend = createWebBackend(globalThis.crypto?.subtle)

/**
 * The primitives of WebCrypto. What the runtime turns out to lack, when it is
 * first used, is plain JavaScript, which is loaded then.
 *
 * @param subtle - `undefined` on a page without a secure context and on React Native: everything is plain JavaScript there
 */
export function createWebBackend (subtle: SubtleCrypto | undefined): Backend {
  const hasX25519 = works(subtle, webX25519Works)
  const hasMlKem768 = works(subtle, webMlKem768Works)

  return {
    name: 'web',
    ciphers: subtle != null ? NATIVE_ORDER : PLAIN_ORDER,

    ...nobleHash,

    async digest (...parts: Uint8Array[]): Promise<Uint8Array> {
      return subtle != null ? new Uint8Array(await subtle.digest('SHA-256', concat(parts) as BufferSource)) : nobleHash.digest(...parts)
    },

    async generateX25519 (): Promise<X25519Keys> {
      const native = await hasX25519()

      return native != null ? generateWebX25519(native) : (await plain()).generateX25519()
    },

    async generateMlKem768 (): Promise<MlKem768Keys> {
      const native = await hasMlKem768()

      return native != null ? generateWebMlKem768(native) : (await plain()).generateMlKem768()
    },

    async encapsulateMlKem768 (encapsulationKey: Uint8Array): Promise<Encapsulation> {
      const native = await hasMlKem768()

      return native != null ? encapsulateWebMlKem768(native, encapsulationKey) : (await plain()).encapsulateMlKem768(encapsulationKey)
    },

    aead (cipher: CipherName, key: Uint8Array): Aead {
      return subtle == null && plainBackend != null ? plainBackend.aead(cipher, key) : new PendingAead(importAead(subtle, cipher, new Uint8Array(key)))
    },

    async verify (key: IdentityKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
      if (key.type === 'ecdsa' && signature.byteLength !== P1363_BYTES) {
        return false
      }

      if (subtle != null) {
        try {
          return await verifyWithWebCrypto(subtle, key, message, signature)
        } catch {
          // an algorithm that is missing, or a key that is none
        }
      }

      return (await plain()).verify(key, message, signature)
    },

    signer: subtle != null ? (type, secret) => createWebSigner(subtle, type, secret) : undefined
  } satisfies Backend
}

async function importAead (subtle: SubtleCrypto | undefined, cipher: CipherName, key: Uint8Array): Promise<Aead> {
  try {
    return subtle != null ? await WebAead.import(subtle, cipher, key) : (await plain()).aead(cipher, key)
  } catch {
    return (await plain()).aead(cipher, key)
  } finally {
    wipe(key)
  }
}

let plainBackend: Backend | undefined

async function plain (): Promise<Backend> {
  plainBackend ??= (await import('./noble.ts')).nobleBackend

  return plainBackend
}

/** Finds out by use, once: gives `subtle` where `probe` succeeds, else `undefined`. */
function works (subtle: SubtleCrypto | undefined, probe: (subtle: SubtleCrypto) => Promise<boolean>): () => Promise<SubtleCrypto | undefined> {
  let found: Promise<SubtleCrypto | undefined> | undefined

  return async () => {
    found ??= Promise.resolve(subtle).then(async present => present != null && await probe(present) ? present : undefined).catch(() => undefined)

    return found
  }
}
