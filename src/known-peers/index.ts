/**
 * @packageDocumentation
 *
 * Trust on first use, as `~/.ssh/known_hosts` does it, for dials to an address
 * without a PeerId: the first key that an address shows is the one that it has
 * to show ever after.
 *
 * @example A libp2p node that remembers in its own datastore
 *
 * ```TypeScript
 * import { createLibp2p } from 'libp2p'
 * import { securePeer } from 'libp2p-secure-peer'
 * import { knownPeers } from 'libp2p-secure-peer/known-peers'
 *
 * const known = knownPeers()
 *
 * const node = await createLibp2p({
 *   connectionEncrypters: [securePeer({ identify: known })],
 *   services: { knownPeers: known.service }
 * })
 *
 * for await (const { address, peerId } of node.services.knownPeers.list()) {
 *   console.info(address, peerId)
 * }
 * ```
 *
 * The stream API has `knownPeersFile` of `libp2p-secure-peer/known-peers/file`.
 */

export { knownPeers } from './known-peers.ts'
export { KnownPeerChangedError, KnownPeersStoreError } from './known-peer.ts'
export type { KnownPeer, ProvenPeer } from './known-peer.ts'
export type { KnownPeers, KnownPeersInit } from './known-peers.ts'
