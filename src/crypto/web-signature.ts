import { ed25519 } from '@noble/curves/ed25519.js'
import { concat, fromHex, wipe } from '../encoding/bytes.ts'
import { derSequence } from '../encoding/der.ts'
import { ED25519_PKCS8_PREFIX } from '../identity/signature.ts'
import type { MaybePromise } from '../encoding/bytes.ts'
import type { IdentityKey } from '../identity/public-key.ts'

const ED25519 = { name: 'Ed25519' }
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

// no WebCrypto has secp256k1
const ALGORITHM = { rsa: RSA, ed25519: ED25519, ecdsa: P256, secp256k1: undefined }

// PrivateKeyInfo of an RSA key up to the OCTET STRING that holds it: version 0,
// rsaEncryption, NULL (RFC 5958, RFC 8017)
const RSA_PKCS8_PREFIX = fromHex('020100300d06092a864886f70d0101010500')
const OCTET_STRING = 0x04

/** Verifies with WebCrypto; rejects where it lacks the algorithm, or does not take this key. */
export async function verifyWithWebCrypto (subtle: SubtleCrypto, { type, raw }: IdentityKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const algorithm = ALGORITHM[type]

  if (algorithm == null) {
    throw new TypeError(`WebCrypto has no ${type}`)
  }

  const key = await subtle.importKey(type === 'rsa' ? 'spki' : 'raw', raw as BufferSource, algorithm, false, ['verify'])

  return subtle.verify(algorithm, key, signature as BufferSource, message as BufferSource)
}

/** A function that signs with a key imported once. */
export function createWebSigner (subtle: SubtleCrypto, type: 'ed25519' | 'rsa', secret: Uint8Array): (message: Uint8Array) => Promise<Uint8Array> {
  const signer = type === 'ed25519' ? ed25519Signer(subtle, new Uint8Array(secret)) : webSigner(subtle, RSA, rsaPkcs8(secret))

  // told to those who sign
  signer.catch(() => {})

  return async message => (await signer)(message)
}

async function ed25519Signer (subtle: SubtleCrypto, seed: Uint8Array): Promise<(message: Uint8Array) => MaybePromise<Uint8Array>> {
  try {
    const sign = await webSigner(subtle, ED25519, concat([ED25519_PKCS8_PREFIX, seed]))
    wipe(seed)

    return sign
  } catch {
    return message => ed25519.sign(message, seed)
  }
}

async function webSigner (subtle: SubtleCrypto, algorithm: { name: string }, pkcs8: Uint8Array): Promise<(message: Uint8Array) => Promise<Uint8Array>> {
  try {
    const key = await subtle.importKey('pkcs8', pkcs8 as BufferSource, algorithm, false, ['sign'])

    return async message => new Uint8Array(await subtle.sign(algorithm, key, message as BufferSource))
  } finally {
    wipe(pkcs8)
  }
}

function rsaPkcs8 (pkcs1: Uint8Array): Uint8Array {
  const key = derSequence(pkcs1)
  key[0] = OCTET_STRING

  return derSequence(RSA_PKCS8_PREFIX, key)
}
