/** The file of known peers: an entry that cannot be read is an error, never a peer that is not known. */

import { formatKnownPeers, KnownPeersStoreError, parseKnownPeers } from '../../../src/known-peers/known-peer.ts'
import { textOf } from '../bytes.ts'
import { check, Finding } from '../check.ts'
import type { KnownPeer } from '../../../src/known-peers/known-peer.ts'

export function fuzz (data: Uint8Array): void {
  const text = textOf(data)
  let peers: Map<string, KnownPeer>

  try {
    peers = parseKnownPeers(text)
  } catch (err) {
    if (err instanceof KnownPeersStoreError) {
      return
    }

    throw new Finding(`not a typed error - ${err}`, { cause: err })
  }

  check(peers.size === (JSON.parse(text) as unknown[]).length, 'an entry was lost')

  for (const [address, peer] of peers) {
    check(peer.address === address && [peer.peerId, peer.type, peer.publicKey, peer.since].every(member => typeof member === 'string'), 'an entry that is not whole')
  }

  const written = formatKnownPeers(peers.values())
  check(formatKnownPeers(parseKnownPeers(written).values()) === written, 'another file after writing it')
}
