import { createPrivateKey, createPublicKey } from 'node:crypto'
import { derInteger, derSequence } from '../encoding/der.ts'
import { InvalidOptionError, SecurePeerError } from '../errors.ts'
import { privateKeyFromKeyObject, privateKeyToKeyObject, publicKeyFromKeyObject, publicKeyToKeyObject } from './key-object.ts'
import type { PrivateKey, PublicKey, RSAPublicKey } from '@libp2p/interface'

/** `spki`: `PUBLIC KEY`, for every key type. `pkcs1`: `RSA PUBLIC KEY`, as rsa-json and secure-peer 0.2 write it. */
export type PublicKeyFormat = 'spki' | 'pkcs1'

/** `pkcs8`: `PRIVATE KEY`, for every key type. `pkcs1`: `RSA PRIVATE KEY`, as rsa-json and secure-peer 0.2 write it. */
export type PrivateKeyFormat = 'pkcs8' | 'pkcs1'

const PUBLIC_LABELS = ['PUBLIC KEY', 'RSA PUBLIC KEY']
const PRIVATE_LABELS = ['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY']
const LINE_CHARACTERS = 64
const BEGIN = '-----BEGIN'

// RFC 7468, section 2: text before the boundary explains and is skipped
const BOUNDARY = /^-----BEGIN ([A-Z0-9 ]+)-----\r?$/m

// nothing but base64, where OpenSSL leaves out what is none
const BLOCK = /^-----BEGIN ([A-Z0-9 ]+)-----\r?\n[A-Za-z0-9+/=\s]+-----END \1-----\s*$/m

/**
 * The libp2p key of a public key in PEM: SPKI of an RSA, Ed25519, secp256k1 or
 * P-256 key, or PKCS#1 of an RSA key of any size. (Connections of version 1.0
 * want 2048 bits at least.)
 *
 * @throws {InvalidOptionError} when it is no such PEM or no such key
 */
export function publicKeyFromPem (pem: string): PublicKey {
  checkLabel(pem, PUBLIC_LABELS)

  return readable(() => publicKeyFromKeyObject(createPublicKey(pem)))
}

/**
 * A libp2p public key as PEM (RFC 7468): lines of 64, LF, final LF. Equal keys
 * give equal texts.
 *
 * @throws {InvalidOptionError} for `pkcs1` and a key that is not RSA
 */
export function publicKeyToPem (key: PublicKey, format: PublicKeyFormat = 'spki'): string {
  if (format === 'spki') {
    return encodePem('PUBLIC KEY', publicKeyToKeyObject(key).export({ type: 'spki', format: 'der' }))
  }

  if (key.type !== 'RSA') {
    throw new InvalidOptionError(`PKCS#1 is for RSA keys, not for ${key.type} keys`)
  }

  return encodePem('RSA PUBLIC KEY', pkcs1(key))
}

/**
 * The libp2p key of a private key in PEM: PKCS#8 of an RSA, Ed25519, secp256k1
 * or P-256 key, PKCS#1 of an RSA key, or OpenSSL's `EC PRIVATE KEY`.
 *
 * @throws {InvalidOptionError} when it is no such PEM, no such key, or encrypted
 */
export function privateKeyFromPem (pem: string): PrivateKey {
  checkLabel(pem, PRIVATE_LABELS)

  return readable(() => privateKeyFromKeyObject(createPrivateKey(pem)))
}

/**
 * A libp2p private key as PEM (RFC 7468), not encrypted.
 *
 * @throws {InvalidOptionError} for `pkcs1` and a key that is not RSA
 */
export function privateKeyToPem (key: PrivateKey, format: PrivateKeyFormat = 'pkcs8'): string {
  if (format === 'pkcs1' && key.type !== 'RSA') {
    throw new InvalidOptionError(`PKCS#1 is for RSA keys, not for ${key.type} keys`)
  }

  return privateKeyToKeyObject(key).export({ type: format, format: 'pem' }).toString()
}

// before OpenSSL sees it: a certificate or a private key is not taken for a public key
function checkLabel (pem: string, labels: string[]): void {
  const label = typeof pem === 'string' ? BOUNDARY.exec(pem)?.[1] : undefined

  if (label == null) {
    throw new InvalidOptionError(`not a PEM text with ${labels.join(', ')}`)
  }

  // readers differ in which of several they take
  if (pem.split(BEGIN).length > 2) {
    throw new InvalidOptionError('a PEM text with more than one key')
  }

  if (label === 'ENCRYPTED PRIVATE KEY' || pem.includes('Proc-Type: 4,ENCRYPTED')) {
    throw new InvalidOptionError('the private key is encrypted: decrypt it first')
  }

  if (!labels.includes(label)) {
    throw new InvalidOptionError(`a PEM with ${label}, not with ${labels.join(', ')}`)
  }

  if (!BLOCK.test(pem)) {
    throw new InvalidOptionError('the PEM holds no key that can be read')
  }
}

function readable<T> (parse: () => T): T {
  try {
    return parse()
  } catch (err) {
    throw err instanceof SecurePeerError ? err : new InvalidOptionError('the PEM holds no key that can be read', { cause: err })
  }
}

// RFC 8017 A.1.1, built here: Node 24.21 fails to export an imported key as
// PKCS#1 once the process has exported a private key in that format
function pkcs1 (key: RSAPublicKey): Uint8Array {
  const { n = '', e = '' } = key.jwk

  return derSequence(derInteger(Buffer.from(n, 'base64url')), derInteger(Buffer.from(e, 'base64url')))
}

function encodePem (label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der).toString('base64')
  let pem = `-----BEGIN ${label}-----\n`

  for (let i = 0; i < base64.length; i += LINE_CHARACTERS) {
    pem += base64.slice(i, i + LINE_CHARACTERS) + '\n'
  }

  return `${pem}-----END ${label}-----\n`
}
