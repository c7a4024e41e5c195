import { AuthenticationError } from '../errors.ts'
import type { IdentityKey } from '../identity/public-key.ts'

/**
 * RSASSA-PKCS1-v1_5 with SHA-256 where node:crypto is not: the noble libraries
 * have no RSA.
 *
 * @throws {AuthenticationError} `ERR_INVALID_KEY` where the runtime has no WebCrypto, as on a page without a secure context
 */
export async function verifyRsaWithWebCrypto (key: IdentityKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle

  if (subtle == null) {
    throw new AuthenticationError('ERR_INVALID_KEY', 'the identity key is an RSA key, and this runtime has no WebCrypto to verify it with')
  }

  try {
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
    const publicKey = await subtle.importKey('spki', key.raw as BufferSource, algorithm, false, ['verify'])

    return await subtle.verify(algorithm, publicKey, signature as BufferSource, message as BufferSource)
  } catch {
    // a key that the runtime does not take verifies nothing
    return false
  }
}
