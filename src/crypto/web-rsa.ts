import { sha256 } from '@noble/hashes/sha2.js'
import { concat, equals, fromHex } from '../encoding/bytes.ts'
import { DerReader } from '../encoding/der.ts'
import type { IdentityKey } from '../identity/public-key.ts'

// AlgorithmIdentifier { rsaEncryption, NULL } (RFC 3279)
const RSA_ALGORITHM = fromHex('300d06092a864886f70d0101010500')

// DigestInfo of a SHA-256 hash up to the hash itself (RFC 8017 section 9.2)
const SHA256_DIGEST_INFO = fromHex('3031300d060960864801650304020105000420')

const MIN_PADDING_BYTES = 8

/**
 * RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2.2) in plain JavaScript:
 * the noble libraries have no RSA. Verifying holds no secret, so that it need
 * not take the same time for all numbers.
 *
 * @param key - has passed the rules of SPEC 4.1, which bound what follows
 */
export function verifyRsa (key: IdentityKey, message: Uint8Array, signature: Uint8Array): boolean {
  const outer = new DerReader(key.raw).sequence()
  const bits = outer?.skip(RSA_ALGORITHM) === true ? outer.bitString() : undefined
  const numbers = bits != null ? new DerReader(bits).sequence() : undefined
  const modulus = numbers?.integer()
  const exponent = numbers?.integer()

  if (modulus == null || exponent == null || signature.byteLength !== modulus.byteLength) {
    return false
  }

  const n = toBigInt(modulus)
  const s = toBigInt(signature)

  return s < n && equals(toBytes(power(s, toBigInt(exponent), n), modulus.byteLength), encodeMessage(message, modulus.byteLength))
}

// EMSA-PKCS1-v1_5: built and compared, nothing of what came is parsed
function encodeMessage (message: Uint8Array, length: number): Uint8Array {
  const digestInfo = concat([SHA256_DIGEST_INFO, sha256(message)])
  const padding = new Uint8Array(Math.max(MIN_PADDING_BYTES, length - digestInfo.byteLength - 3)).fill(0xff)

  return concat([Uint8Array.of(0, 1), padding, Uint8Array.of(0), digestInfo])
}

function power (base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n

  for (const bit of exponent.toString(2)) {
    result = result * result % modulus

    if (bit === '1') {
      result = result * base % modulus
    }
  }

  return result
}

function toBigInt (bytes: Uint8Array): bigint {
  return BigInt(`0x${Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')}`)
}

function toBytes (value: bigint, length: number): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * length, '0'))
}
