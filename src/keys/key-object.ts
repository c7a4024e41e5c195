import { createPrivateKey, createPublicKey, ECDH } from 'node:crypto'
import { privateKeyFromRaw, publicKeyFromRaw } from '@libp2p/crypto/keys'
import { concat } from '../encoding/bytes.ts'
import { InvalidOptionError } from '../errors.ts'
import { ECDSA_PREFIX } from '../libp2p/keys.ts'
import type { PrivateKey, PublicKey } from '@libp2p/interface'
import type { JsonWebKey, KeyObject } from 'node:crypto'

// first byte of an EC point (SEC 1, 2.3.3): compressed with an even y; not compressed
const COMPRESSED_EVEN = 0x02
const UNCOMPRESSED = 0x04

const COORDINATE_BYTES = 32
const ED25519_SEED_BYTES = 32

/**
 * The libp2p key of a public key of node:crypto.
 *
 * @throws {InvalidOptionError} when it is not RSA, Ed25519, secp256k1 or P-256
 */
export function publicKeyFromKeyObject (key: KeyObject): PublicKey {
  switch (kindOf(key)) {
    case 'rsa':
      return publicKeyFromRaw(key.export({ type: 'spki', format: 'der' }))
    case 'ed25519':
      return publicKeyFromRaw(decode(key.export({ format: 'jwk' }).x))
    case 'secp256k1': {
      const { x, y } = coordinates(key)
      const parity = y[COORDINATE_BYTES - 1] & 1

      return publicKeyFromRaw(concat([Uint8Array.of(COMPRESSED_EVEN | parity), x]))
    }
    case 'prime256v1': {
      const { x, y } = coordinates(key)

      return publicKeyFromRaw(concat([ECDSA_PREFIX, Uint8Array.of(UNCOMPRESSED), x, y]))
    }
    default:
      throw unsupported(key)
  }
}

/**
 * The libp2p key of a private key of node:crypto.
 *
 * @throws {InvalidOptionError} when it is not RSA, Ed25519, secp256k1 or P-256
 */
export function privateKeyFromKeyObject (key: KeyObject): PrivateKey {
  switch (kindOf(key)) {
    case 'rsa':
      return privateKeyFromRaw(key.export({ type: 'pkcs1', format: 'der' }))
    case 'ed25519': {
      const { d, x } = key.export({ format: 'jwk' })

      return privateKeyFromRaw(concat([decode(d), decode(x)]))
    }
    case 'secp256k1':
      return privateKeyFromRaw(decode(key.export({ format: 'jwk' }).d))
    case 'prime256v1':
      return privateKeyFromRaw(key.export({ type: 'sec1', format: 'der' }))
    default:
      throw unsupported(key)
  }
}

/** The node:crypto key of a libp2p public key. */
export function publicKeyToKeyObject (key: PublicKey): KeyObject {
  return createPublicKey({ key: jwkOf(key), format: 'jwk' })
}

/** The node:crypto key of a libp2p private key. */
export function privateKeyToKeyObject (key: PrivateKey): KeyObject {
  switch (key.type) {
    case 'RSA':
    case 'ECDSA':
      return createPrivateKey({ key: key.jwk as JsonWebKey, format: 'jwk' })
    case 'Ed25519':
      return createPrivateKey({ key: { ...jwkOf(key.publicKey), d: encode(key.raw.subarray(0, ED25519_SEED_BYTES)) }, format: 'jwk' })
    default:
      return createPrivateKey({ key: { ...jwkOf(key.publicKey), d: encode(key.raw) }, format: 'jwk' })
  }
}

function jwkOf (key: PublicKey): JsonWebKey {
  switch (key.type) {
    case 'RSA':
    case 'ECDSA':
      return key.jwk as JsonWebKey
    case 'Ed25519':
      return { kty: 'OKP', crv: 'Ed25519', x: encode(key.raw) }
    default: {
      const point = ECDH.convertKey(key.raw, 'secp256k1', undefined, undefined, 'uncompressed') as Buffer

      return { kty: 'EC', crv: 'secp256k1', x: encode(point.subarray(1, 1 + COORDINATE_BYTES)), y: encode(point.subarray(1 + COORDINATE_BYTES)) }
    }
  }
}

// an EC key is of the kind that its curve is
function kindOf (key: KeyObject): string | undefined {
  return key.asymmetricKeyType === 'ec' ? key.asymmetricKeyDetails?.namedCurve : key.asymmetricKeyType
}

function coordinates (key: KeyObject): { x: Uint8Array, y: Uint8Array } {
  const { x, y } = key.export({ format: 'jwk' })

  return { x: decode(x), y: decode(y) }
}

function decode (base64url: string = ''): Uint8Array {
  return Buffer.from(base64url, 'base64url')
}

function encode (bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

function unsupported (key: KeyObject): InvalidOptionError {
  return new InvalidOptionError(`a key of type ${kindOf(key)}, not rsa, ed25519, secp256k1 or prime256v1 (P-256)`)
}
