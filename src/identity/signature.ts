import { compare, concat, equals, fromHex } from '../encoding/bytes.ts'
import { derInteger, DerReader, derSequence } from '../encoding/der.ts'

// SPEC 4.2. Where an algorithm lets one signature be written in several ways,
// libp2p's keys write one of them, and only that one is a signature here.

/** Bytes of an `ecdsa` signature: r and s, 32 big-endian bytes each (IEEE P1363). */
export const P1363_BYTES = 64

/** PrivateKeyInfo of an Ed25519 key up to the seed itself (RFC 8410). */
export const ED25519_PKCS8_PREFIX = fromHex('302e020100300506032b657004220420')

// half of the order of secp256k1, rounded down, big endian
const HALF_ORDER = fromHex('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0')

/** Whether a secp256k1 signature is strict DER (SEC 1, X.690) with the lower s. */
export function isCanonicalSecp256k1Signature (signature: Uint8Array): boolean {
  const numbers = new DerReader(signature).sequence()
  const r = numbers?.integer()
  const s = numbers?.integer()

  if (r == null || s == null || r.byteLength === 0 || s.byteLength === 0 || !equals(derSequence(derInteger(r), derInteger(s)), signature)) {
    return false
  }

  return r.byteLength <= 32 && s.byteLength <= 32 && !exceedsHalfOrder(s)
}

function exceedsHalfOrder (s: Uint8Array): boolean {
  return compare(concat([new Uint8Array(32 - s.byteLength), s]), HALF_ORDER) > 0
}
