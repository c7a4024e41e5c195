import { equals } from '../encoding/bytes.ts'
import type { Encapsulation, MlKem768Keys, X25519Keys } from './backend.ts'

const X25519 = 'X25519'
const X25519_BITS = 256
const ML_KEM_768 = 'ML-KEM-768'

// newer than the types
interface KemSubtle {
  generateKey (algorithm: string, extractable: boolean, usages: string[]): Promise<CryptoKeyPair>
  exportKey (format: 'raw-public', key: CryptoKey): Promise<ArrayBuffer>
  importKey (format: 'raw-public', key: Uint8Array, algorithm: string, extractable: boolean, usages: string[]): Promise<CryptoKey>
  encapsulateBits (algorithm: string, key: CryptoKey): Promise<{ sharedKey: ArrayBuffer, ciphertext: ArrayBuffer }>
  decapsulateBits (algorithm: string, key: CryptoKey, ciphertext: Uint8Array): Promise<ArrayBuffer>
}

/** X25519 of WebCrypto. */
export async function generateWebX25519 (subtle: SubtleCrypto): Promise<X25519Keys> {
  const { privateKey, publicKey } = await subtle.generateKey(X25519, false, ['deriveBits']) as CryptoKeyPair

  return {
    publicKey: new Uint8Array(await subtle.exportKey('raw', publicKey)),
    deriveSecret: async remotePublicKey => {
      const remote = await subtle.importKey('raw', remotePublicKey as BufferSource, X25519, false, [])

      return new Uint8Array(await subtle.deriveBits({ name: X25519, public: remote }, privateKey, X25519_BITS))
    }
  }
}

/** Whether the runtime has X25519: both sides of an exchange come to the same. */
export async function webX25519Works (subtle: SubtleCrypto): Promise<boolean> {
  const [a, b] = await Promise.all([generateWebX25519(subtle), generateWebX25519(subtle)])

  return equals(await a.deriveSecret(b.publicKey), await b.deriveSecret(a.publicKey))
}

/** ML-KEM-768 of WebCrypto. */
export async function generateWebMlKem768 (subtle: SubtleCrypto): Promise<MlKem768Keys> {
  const kem = subtle as unknown as KemSubtle
  const { privateKey, publicKey } = await kem.generateKey(ML_KEM_768, false, ['encapsulateBits', 'decapsulateBits'])

  return {
    encapsulationKey: new Uint8Array(await kem.exportKey('raw-public', publicKey)),
    decapsulate: async ciphertext => new Uint8Array(await kem.decapsulateBits(ML_KEM_768, privateKey, ciphertext))
  }
}

/** ML-KEM-768 of WebCrypto; rejects when the key fails FIPS 203's modulus check. */
export async function encapsulateWebMlKem768 (subtle: SubtleCrypto, encapsulationKey: Uint8Array): Promise<Encapsulation> {
  const kem = subtle as unknown as KemSubtle
  const key = await kem.importKey('raw-public', encapsulationKey, ML_KEM_768, false, ['encapsulateBits'])
  const { ciphertext, sharedKey } = await kem.encapsulateBits(ML_KEM_768, key)

  return { ciphertext: new Uint8Array(ciphertext), sharedSecret: new Uint8Array(sharedKey) }
}

/** Whether the runtime has ML-KEM-768: what is encapsulated comes out again. */
export async function webMlKem768Works (subtle: SubtleCrypto): Promise<boolean> {
  const keys = await generateWebMlKem768(subtle)
  const { ciphertext, sharedSecret } = await encapsulateWebMlKem768(subtle, keys.encapsulationKey)

  return equals(await keys.decapsulate(ciphertext), sharedSecret)
}
