import { expand, extract } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Backend } from './backend.ts'

/** What is synchronous in every backend, where node:crypto is not. */
export const nobleHash: Pick<Backend, 'randomBytes' | 'sha256' | 'digest' | 'hkdfExtract' | 'hkdfExpand'> = {
  randomBytes (length: number): Uint8Array {
    return globalThis.crypto.getRandomValues(new Uint8Array(length))
  },

  sha256: hashParts,
  digest: hashParts,

  hkdfExtract (salt: Uint8Array, inputKey: Uint8Array): Uint8Array {
    return extract(sha256, inputKey, salt)
  },

  hkdfExpand (pseudorandomKey: Uint8Array, info: Uint8Array, length: number): Uint8Array {
    return expand(sha256, pseudorandomKey, info, length)
  }
}

function hashParts (...parts: Uint8Array[]): Uint8Array {
  const hash = sha256.create()

  for (const part of parts) {
    hash.update(part)
  }

  return hash.digest()
}
