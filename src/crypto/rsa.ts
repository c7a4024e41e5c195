import type { IdentityKey } from '../identity/public-key.ts'

/**
 * RSASSA-PKCS1-v1_5 with SHA-256 where node:crypto is not: the noble libraries
 * have no RSA.
 *
 * @throws {TypeError} where the runtime has no WebCrypto, as on a page without a secure context
 */
export async function verifyRsaWithWebCrypto (key: IdentityKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const publicKey = await crypto.subtle.importKey('spki', key.raw as BufferSource, algorithm, false, ['verify'])

  return crypto.subtle.verify(algorithm, publicKey, signature as BufferSource, message as BufferSource)
}
