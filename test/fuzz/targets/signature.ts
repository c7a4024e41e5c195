/** Strict DER of secp256k1 signatures: SPEC 4.2. Whatever is taken has one encoding. */

import { secp256k1 } from '@noble/curves/secp256k1.js'
import { isCanonicalSecp256k1Signature } from '../../../src/identity/signature.ts'
import { check, checkBytes } from '../check.ts'

export function fuzz (data: Uint8Array): void {
  if (!isCanonicalSecp256k1Signature(data)) {
    return
  }

  // it may still be out of range: noble says so by throwing
  let signature: ReturnType<typeof secp256k1.Signature.fromBytes>

  try {
    signature = secp256k1.Signature.fromBytes(data, 'der')
  } catch {
    return
  }

  checkBytes(signature.toBytes('der'), data, 'another encoding of the same signature')
  check(!signature.hasHighS(), 'the greater s')
}
