import { RSA_MAX_BITS, RSA_MAX_EXPONENT, RSA_MIN_BITS } from '../constants.ts'
import { concat, equals, fromHex as hex } from '../encoding/bytes.ts'
import { derBitString, derInteger, DerReader, derSequence } from '../encoding/der.ts'
import { decodePem, encodePem } from '../encoding/pem.ts'
import { printableReason } from '../encoding/reason.ts'
import { AuthenticationError } from '../errors.ts'

/** Identity key types, named as in a header's `key.type` (SPEC 4.1). */
export type KeyType = 'rsa' | 'ed25519' | 'secp256k1' | 'ecdsa'

/** A public identity key that passed every rule of SPEC 4.1 which needs no curve arithmetic. */
export interface IdentityKey {
  readonly type: KeyType

  /** The key as `key.public` carries it: SPKI in its one PEM form. */
  readonly pem: string

  /**
   * `rsa`: SPKI in DER. `ed25519`: 32 bytes (RFC 8032). `secp256k1`, `ecdsa`:
   * the uncompressed point, 65 bytes (SEC 1).
   */
  readonly raw: Uint8Array
}

// everything of an SPKI that stands before the raw key (RFC 5480, RFC 8410)
const SPKI_PREFIX = {
  ed25519: hex('302a300506032b6570032100'),
  secp256k1: hex('3056301006072a8648ce3d020106052b8104000a034200'),
  ecdsa: hex('3059301306072a8648ce3d020106082a8648ce3d030107034200')
}

const RAW_KEY_BYTES = { ed25519: 32, secp256k1: 65, ecdsa: 65 }
const UNCOMPRESSED = 0x04

// AlgorithmIdentifier { rsaEncryption, NULL } (RFC 3279)
const RSA_ALGORITHM = hex('300d06092a864886f70d0101010500')

// the y coordinates of Ed25519's eight small-order points, little endian
const SMALL_ORDER_Y = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
].map(hex)

/**
 * The identity key with these raw bytes (see {@link IdentityKey.raw}).
 *
 * @throws {AuthenticationError} `ERR_INVALID_KEY` when SPEC 4.1 does not allow it
 */
export function identityKey (type: KeyType, raw: Uint8Array): IdentityKey {
  const spki = type === 'rsa' ? raw : concat([SPKI_PREFIX[type], raw])

  return parseIdentityKey(type, encodePem(spki))
}

/**
 * Parses `key` of a header's payload.
 *
 * @throws {AuthenticationError} `ERR_INVALID_KEY` when SPEC 4.1 does not allow it
 */
export function parseIdentityKey (type: string, pem: string): IdentityKey {
  const spki = decodePem(pem)

  if (spki == null) {
    throw invalidKey('not an SPKI PEM in its one fixed form')
  }

  switch (type) {
    case 'rsa':
      checkRsaKey(spki)
      return { type, pem, raw: spki }
    case 'ed25519':
    case 'secp256k1':
    case 'ecdsa':
      return { type, pem, raw: rawKey(type, spki) }
    default:
      throw invalidKey(`of unknown type ${printableReason(type.slice(0, 32))}`)
  }
}

function rawKey (type: 'ed25519' | 'secp256k1' | 'ecdsa', spki: Uint8Array): Uint8Array {
  const prefix = SPKI_PREFIX[type]
  const raw = new Uint8Array(spki.subarray(prefix.byteLength))

  if (!equals(spki.subarray(0, prefix.byteLength), prefix) || raw.byteLength !== RAW_KEY_BYTES[type]) {
    throw invalidKey(`not the SPKI of an ${type} key`)
  }

  if (type === 'ed25519') {
    checkEd25519Key(raw)
  } else if (raw[0] !== UNCOMPRESSED) {
    throw invalidKey('not an uncompressed point')
  }

  return raw
}

function checkEd25519Key (raw: Uint8Array): void {
  const y = new Uint8Array(raw)
  y[31] &= 0x7f

  if (SMALL_ORDER_Y.some(small => equals(small, y))) {
    throw invalidKey('an Ed25519 key of small order')
  }

  // p = 2^255 - 19: only ed ff .. ff 7f and above are not below it
  if (y[0] >= 0xed && y[31] === 0x7f && y.subarray(1, 31).every(byte => byte === 0xff)) {
    throw invalidKey('an Ed25519 key that is not canonical')
  }
}

function checkRsaKey (spki: Uint8Array): void {
  const outer = new DerReader(spki).sequence()
  const key = outer?.skip(RSA_ALGORITHM) === true ? outer.bitString() : undefined
  const numbers = key != null ? new DerReader(key).sequence() : undefined
  const modulus = numbers?.integer()
  const exponent = numbers?.integer()

  if (modulus == null || exponent == null || !equals(rsaSpki(modulus, exponent), spki)) {
    throw invalidKey('not the SPKI of an RSA key')
  }

  const bits = modulus.byteLength * 8 - Math.clz32(modulus[0]) + 24

  if (bits < RSA_MIN_BITS || bits > RSA_MAX_BITS) {
    throw invalidKey(`an RSA key of ${bits} bits, not ${RSA_MIN_BITS} to ${RSA_MAX_BITS}`)
  }

  // rounded where it is far above 2^32, and infinite at last
  const e = exponent.reduce((value, byte) => value * 256 + byte, 0)

  if (e < 3 || e > RSA_MAX_EXPONENT || e % 2 === 0 || modulus[modulus.byteLength - 1] % 2 === 0) {
    throw invalidKey('an RSA key whose exponent or modulus is out of range or even')
  }
}

function rsaSpki (modulus: Uint8Array, exponent: Uint8Array): Uint8Array {
  return derSequence(RSA_ALGORITHM, derBitString(derSequence(derInteger(modulus), derInteger(exponent))))
}

function invalidKey (what: string): AuthenticationError {
  return new AuthenticationError('ERR_INVALID_KEY', `the identity key is ${what}`)
}
