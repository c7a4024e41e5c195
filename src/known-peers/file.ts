/**
 * @packageDocumentation
 *
 * Known peers in a file, for the stream API and programs without a datastore.
 * For Node.
 *
 * @example
 *
 * ```TypeScript
 * import { readFileSync } from 'node:fs'
 * import net from 'node:net'
 * import { knownPeersFile } from 'libp2p-secure-peer/known-peers/file'
 * import secure from 'libp2p-secure-peer/stream'
 *
 * const known = knownPeersFile('known-peers.json')
 * const peer = secure(JSON.parse(readFileSync('b.json', 'utf8')))
 * const rawStream = net.connect(5000, 'example.com')
 *
 * const sec = peer(stream => { stream.end('beep boop\n') })
 * sec.on('identify', known.at('example.com:5000'))
 * sec.on('error', err => { console.error(err.message) })
 * sec.pipe(rawStream).pipe(sec)
 * ```
 */

import { publicKeyFromPem } from '../keys/index.ts'
import { FileKnownPeers } from './file-store.ts'
import { knownPeersIn } from './known-peers.ts'
import type { KnownPeers } from './known-peers.ts'
import type { IdentityRejectedError } from '../errors.ts'
import type { Identity } from '../stream/identity.ts'

/** Known peers in a file, see {@link knownPeersFile}. */
export interface KnownPeersFile extends KnownPeers {
  /**
   * A listener for the stream API's `identify` event: accepts the key that is
   * known of `address`, or the first there. Else the connection ends with a
   * `KnownPeerChangedError` or a `KnownPeersStoreError`.
   *
   * @param address - of any form, such as `host:port`
   */
  at (address: string): (id: Identity) => void
}

/**
 * Trust on first use with what is known in a JSON file, readable to its owner
 * only, which is made when the first peer is remembered. A crash leaves the old
 * file or the new one, and several processes may use it.
 */
export function knownPeersFile (path: string): KnownPeersFile {
  const known = knownPeersIn(new FileKnownPeers(path))

  return Object.assign(known, {
    at: (address: string) => (id: Identity): void => {
      known.check(address, { peerId: id.peerId, publicKey: publicKeyFromPem(id.key.public) })
        .then(() => { id.accept() }, (err: IdentityRejectedError) => { id.reject(err) })
    }
  })
}

export type { KnownPeer, ProvenPeer } from './known-peer.ts'
export type { KnownPeers } from './known-peers.ts'
