import { createPublicKey } from 'node:crypto'
import { concat } from '../encoding/bytes.ts'
import { encodePem } from '../encoding/pem.ts'
import type { KeyObject } from 'node:crypto'

/**
 * Imports a public key. A PEM string is what node:crypto imports fastest: of an
 * object it first finds out, by exceptions, what it is not.
 *
 * @param prefix - its SPKI in DER up to the raw key
 * @param key - the raw key
 */
export function importSpki (prefix: Uint8Array, key: Uint8Array): KeyObject {
  return createPublicKey(encodePem(concat([prefix, key])))
}
