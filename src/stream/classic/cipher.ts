import { createCipheriv, createDecipheriv, createHash, getCipherInfo } from 'node:crypto'
import { concat } from '../../encoding/bytes.ts'
import { rc4 } from './rc4.ts'

/**
 * A cipher as `crypto.createCipher(name, password)` gave it: key and IV from
 * OpenSSL's EVP_BytesToKey. 0.2 makes a new one for every frame, so each frame
 * of a connection, in both directions, has the same key and IV.
 */
export interface ClassicCipher {
  encrypt (plaintext: Uint8Array): Uint8Array

  /** @throws when CBC padding is wrong */
  decrypt (ciphertext: Uint8Array): Uint8Array
}

// EVP_rc4: 128 bits, no IV
const RC4_KEY_BYTES = 16

// the modes that createCipher could use for a whole message; OpenSSL calls RC4's and ChaCha20's "stream"
const MODES = ['cbc', 'cfb', 'ctr', 'ecb', 'ofb', 'stream']

/** Whether this runtime has `name`, written in any case. */
export function hasClassicCipher (name: string): boolean {
  return isRc4(name) || (MODES.includes(getCipherInfo(name)?.mode ?? '') && canUse(name))
}

/**
 * @param name - one that {@link hasClassicCipher} knows
 * @param password - the shared secret in base64, as 0.2 passes it
 */
export function classicCipher (name: string, password: string): ClassicCipher {
  if (isRc4(name)) {
    const { key } = bytesToKey(password, RC4_KEY_BYTES, 0)

    return { encrypt: plaintext => rc4(key, plaintext), decrypt: ciphertext => rc4(key, ciphertext) }
  }

  const { keyLength = 0, ivLength = 0 } = getCipherInfo(name) ?? {}
  const { key, iv } = bytesToKey(password, keyLength, ivLength)
  const ivOrNone = ivLength > 0 ? iv : null

  return {
    encrypt (plaintext) {
      const cipher = createCipheriv(name, key, ivOrNone)

      return concat([cipher.update(plaintext), cipher.final()])
    },
    decrypt (ciphertext) {
      const decipher = createDecipheriv(name, key, ivOrNone)

      return concat([decipher.update(ciphertext), decipher.final()])
    }
  }
}

/**
 * EVP_BytesToKey with MD5, no salt and one round: D_0 is empty,
 * D_i = MD5(D_(i-1) || password), and key || iv = D_1 || D_2 || ...
 */
export function bytesToKey (password: string, keyBytes: number, ivBytes: number): { key: Uint8Array, iv: Uint8Array } {
  const blocks: Uint8Array[] = []
  let bytes = 0

  while (bytes < keyBytes + ivBytes) {
    const block = createHash('md5').update(blocks.at(-1) ?? '').update(password).digest()
    blocks.push(block)
    bytes += block.byteLength
  }

  const derived = concat(blocks)

  return { key: derived.slice(0, keyBytes), iv: derived.slice(keyBytes, keyBytes + ivBytes) }
}

// OpenSSL 3 knows the names of ciphers that it no longer has
function canUse (name: string): boolean {
  try {
    classicCipher(name, '').encrypt(new Uint8Array())

    return true
  } catch {
    return false
  }
}

function isRc4 (name: string): boolean {
  return name.toUpperCase() === 'RC4'
}
