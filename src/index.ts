/**
 * @packageDocumentation
 *
 * A [libp2p](https://libp2p.io) connection encrypter that hides identities, is
 * post-quantum by default, and lets an application accept or reject a peer while
 * the handshake waits.
 *
 * It is the successor of [secure-peer](https://github.com/substack/secure-peer):
 * encrypted peer-to-peer connections from signed keys, with no certificates and
 * no authorities. The protocol is specified in
 * [SPEC.md](https://github.com/libp2p-secure-peer/libp2p-secure-peer/blob/main/SPEC.md).
 *
 * @example Securing a node
 *
 * ```TypeScript
 * import { tcp } from '@libp2p/tcp'
 * import { yamux } from '@chainsafe/libp2p-yamux'
 * import { createLibp2p } from 'libp2p'
 * import { securePeer } from 'libp2p-secure-peer'
 *
 * const node = await createLibp2p({
 *   transports: [tcp()],
 *   streamMuxers: [yamux()],
 *   connectionEncrypters: [securePeer()]
 * })
 * ```
 *
 * @example Deciding who gets in
 *
 * A dialer's `dial()` resolves only after the listener's `identify` accepted, and
 * fails with the reason if it did not. A listener shows its identity to nobody
 * whom it has not accepted.
 *
 * ```TypeScript
 * import { securePeer } from 'libp2p-secure-peer'
 *
 * const members = new Set(['12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'])
 *
 * const encrypter = securePeer({
 *   identify: async (identity) => {
 *     if (!members.has(identity.peerId.toString())) {
 *       identity.reject('members only')
 *     }
 *   }
 * })
 * ```
 */

import { defaultBackend } from './crypto/index.ts'
import { SecurePeer } from './libp2p/encrypter.ts'
import { parseOptions } from './options.ts'
import type { CipherName, GroupName } from './constants.ts'
import type { Extensions } from './handshake/header.ts'
import type { SecurePeerInit } from './options.ts'
import type { ComponentLogger, ConnectionEncrypter, Metrics, PrivateKey, Upgrader } from '@libp2p/interface'

export { PROTOCOL } from './constants.ts'
export {
  AuthenticationError,
  CarrierClosedError,
  HandshakeTimeoutError,
  IdentityRejectedError,
  InvalidOptionError,
  NegotiationError,
  ProtocolViolationError,
  RefusedError,
  RejectedError,
  SecurePeerError,
  TruncatedError
} from './errors.ts'
export type { SecurePeerErrorCode } from './errors.ts'
export type { CipherName, Extensions, GroupName, SecurePeerInit }
export type { KeyLog, KeyLogEntry, KeyLogLabel } from './key-log.ts'
export type { IdentifyFunction, RemoteIdentity } from './libp2p/identify.ts'

/** What the encrypter needs of a libp2p node. */
export interface SecurePeerComponents {
  privateKey: PrivateKey
  logger: ComponentLogger
  upgrader: Pick<Upgrader, 'getStreamMuxers' | 'getConnectionEncrypters'>
  metrics?: Metrics
}

/** What a secured connection says beside the remote PeerId. */
export interface SecurePeerExtensions {
  /** The key exchange that was elected. */
  readonly group: GroupName

  /** The AEAD that was elected. */
  readonly cipher: CipherName

  /** What the other side put into its header, without a prototype. */
  readonly extensions: Extensions

  /** 32 bytes, the same on both sides and for no two connections; public (SPEC 5.4). */
  readonly transcriptHash: Uint8Array

  /**
   * Secret bytes that only the two sides of this connection can have (SPEC 5.6):
   * to bind what an application does to the channel it does it over.
   *
   * @param label - what they are for; choose a name of your own
   * @param context - `undefined` is the empty one
   * @param length - bytes, 1 to 8160
   */
  exportKeyingMaterial (label: string, context: Uint8Array | undefined, length: number): Uint8Array
}

/**
 * Creates the connection encrypter `/secure-peer/1.0.0` for
 * `createLibp2p({ connectionEncrypters: [securePeer()] })`.
 *
 * @throws {InvalidOptionError} at once, on options without a meaning
 */
export function securePeer (init: SecurePeerInit = {}): (components: SecurePeerComponents) => ConnectionEncrypter<SecurePeerExtensions> {
  parseOptions(init, defaultBackend)

  return components => new SecurePeer(components, init)
}
