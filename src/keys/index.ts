/**
 * @packageDocumentation
 *
 * Identity keys as PEM texts, as `{ private, public }` key files and as libp2p
 * keys: one identity, the same PeerId in every API. For Node.
 *
 * @example A libp2p node with the key file of the stream API
 *
 * ```TypeScript
 * import { readFile } from 'node:fs/promises'
 * import { createLibp2p } from 'libp2p'
 * import { privateKeyFromKeys } from 'libp2p-secure-peer/keys'
 *
 * const keys = JSON.parse(await readFile('a.json', 'utf8'))
 * const node = await createLibp2p({ privateKey: privateKeyFromKeys(keys) })
 * ```
 */

export { generateKeys, keysFromPrivateKey, privateKeyFromKeys } from './key-file.ts'
export { privateKeyFromPem, privateKeyToPem, publicKeyFromPem, publicKeyToPem } from './pem.ts'
export type { GenerateKeysInit, Keys } from './key-file.ts'
export type { PrivateKeyFormat, PublicKeyFormat } from './pem.ts'
