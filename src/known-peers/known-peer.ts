import { IdentityRejectedError } from '../errors.ts'
import type { PeerId, PublicKey } from '@libp2p/interface'

/** What is remembered of an address. */
export interface KnownPeer {
  /** As it was dialed: a multiaddr, or `host:port` in the stream API. */
  readonly address: string

  /** Of the key that was there at the first time. */
  readonly peerId: string

  /** The type of that key: `RSA`, `Ed25519`, `secp256k1` or `ECDSA`. */
  readonly type: string

  /** That key in libp2p's protobuf form, in base64. */
  readonly publicKey: string

  /** When it was added: a time in UTC, ISO 8601. */
  readonly since: string
}

/** Who came, as proven by the handshake. */
export interface ProvenPeer {
  readonly peerId: PeerId
  readonly publicKey: PublicKey
}

/**
 * Another key than the one that is known came from an address: somebody is in
 * between, or the peer has a new key. It is let in only after `remove(address)`.
 */
export class KnownPeerChangedError extends IdentityRejectedError {
  static name = 'KnownPeerChangedError'
  readonly known: KnownPeer

  /** The PeerId that came instead. */
  readonly came: string

  constructor (known: KnownPeer, came: string) {
    super('not the known key of this address')
    this.name = 'KnownPeerChangedError'
    this.message = `${this.code}: ${known.address} is known as ${known.peerId} since ${known.since}, but ${came} came`
    this.known = known
    this.came = came
  }
}

/** What is known cannot be read or written, so nobody is trusted. */
export class KnownPeersStoreError extends IdentityRejectedError {
  static name = 'KnownPeersStoreError'

  constructor (message: string, options?: ErrorOptions) {
    super('', options)
    this.name = 'KnownPeersStoreError'
    this.message = `${this.code}: ${message}`
  }
}

const MEMBERS = ['address', 'peerId', 'type', 'publicKey', 'since']

/**
 * What was stored, checked: an entry that cannot be read is an error, never an
 * address that is not known yet.
 *
 * @throws {KnownPeersStoreError}
 */
export function parseKnownPeer (value: unknown): KnownPeer {
  const peer = typeof value === 'object' && value != null ? value as Record<string, unknown> : {}

  if (!MEMBERS.every(member => typeof peer[member] === 'string')) {
    throw new KnownPeersStoreError('an entry of the known peers is damaged')
  }

  return peer as unknown as KnownPeer
}

/**
 * All entries of a file, by their addresses.
 *
 * @throws {KnownPeersStoreError} when one is damaged, or an address is there twice
 */
export function parseKnownPeers (text: string): Map<string, KnownPeer> {
  const entries: unknown = parseList(text)
  const peers = new Map<string, KnownPeer>()

  if (!Array.isArray(entries)) {
    throw new KnownPeersStoreError('the known peers are not a list')
  }

  for (const peer of entries.map(parseKnownPeer)) {
    // whichever were taken, the other was added for a reason
    if (peers.has(peer.address)) {
      throw new KnownPeersStoreError(`${peer.address} is known twice`)
    }

    peers.set(peer.address, peer)
  }

  return peers
}

/** A file's text from its entries. */
export function formatKnownPeers (peers: Iterable<KnownPeer>): string {
  return `${JSON.stringify([...peers], undefined, 2)}\n`
}

function parseList (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (err) {
    throw new KnownPeersStoreError('the known peers are not JSON', { cause: err })
  }
}
