import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { encodeBase64 } from '../encoding/base64.ts'
import { peerIdFromAnyPublicKey } from '../libp2p/keys.ts'
import { DatastoreKnownPeers } from './datastore.ts'
import { KnownPeerChangedError, KnownPeersStoreError } from './known-peer.ts'
import type { KnownPeer, ProvenPeer } from './known-peer.ts'
import type { KnownPeersStore } from './store.ts'
import type { RemoteIdentity } from '../libp2p/identify.ts'
import type { PublicKey } from '@libp2p/interface'
import type { Datastore } from 'interface-datastore'

/** What keeps known peers of a libp2p node, see {@link knownPeers}. */
export interface KnownPeersInit {
  /** Where they are kept. Default: the datastore of the node whose service this is. */
  datastore?: Datastore
}

/** The identify function of {@link knownPeers}, with what is known. */
export interface KnownPeers {
  /**
   * For `securePeer({ identify })`: accepts an outbound connection to an address
   * without a PeerId when its key is the one that is known, or the first there.
   * Inbound connections and those to a PeerId are none of its business.
   *
   * @throws {KnownPeerChangedError} when another key came
   * @throws {KnownPeersStoreError} when what is known cannot be read or written
   */
  (identity: Pick<RemoteIdentity, 'peerId' | 'publicKey' | 'direction' | 'remoteAddr'>): Promise<void>

  /**
   * For `createLibp2p({ services })`: takes the node's datastore if no other was
   * given, and makes this a service of the node.
   */
  service (components: { datastore: Datastore }): KnownPeers

  /**
   * Compares the peer with what is known of an address of any form; remembers it
   * if that is nothing.
   *
   * @throws as the function itself
   */
  check (address: string, peer: ProvenPeer): Promise<KnownPeer>

  /** All that is known, in no order. */
  list (): AsyncIterable<KnownPeer>

  /** Remembers a key, in place of another one. */
  add (address: string, publicKey: PublicKey): Promise<KnownPeer>

  /**
   * Forgets an address, for a peer that has a new key.
   *
   * @returns whether it was known
   */
  remove (address: string): Promise<boolean>
}

/** The type of a multiaddr's component that is a PeerId. */
const P2P = 'p2p'

/**
 * Trust on first use, for dials without a PeerId, as `~/.ssh/known_hosts` does
 * it: the first key that an address shows is the one that it has to show ever
 * after. Who is in between at the first dial is trusted as well.
 */
export function knownPeers (init: KnownPeersInit = {}): KnownPeers {
  return knownPeersIn(init.datastore != null ? new DatastoreKnownPeers(init.datastore) : undefined)
}

/** {@link knownPeers} in any store; without one it has to become a node's service. */
export function knownPeersIn (initial?: KnownPeersStore): KnownPeers {
  let store = initial

  const stored = (): KnownPeersStore => {
    if (store == null) {
      throw new KnownPeersStoreError('known peers have no datastore: pass one, or make them a service of the node')
    }

    return store
  }

  const identify = async (identity: Parameters<KnownPeers>[0]): Promise<void> => {
    const { direction, remoteAddr } = identity

    if (direction !== 'outbound' || remoteAddr?.getComponents().some(component => component.name === P2P) === true) {
      return
    }

    if (remoteAddr == null) {
      throw new KnownPeersStoreError('the connection has no address whose key could be known')
    }

    await check(stored(), remoteAddr.toString(), identity)
  }

  const known: KnownPeers = Object.assign(identify, {
    service: (components: { datastore: Datastore }) => {
      store ??= new DatastoreKnownPeers(components.datastore)

      return known
    },
    check: async (address: string, peer: ProvenPeer) => check(stored(), address, peer),
    list: () => stored().list(),
    add: async (address: string, publicKey: PublicKey) => add(stored(), address, publicKey),
    remove: async (address: string) => stored().exclusively(address, async () => stored().delete(address))
  })

  return known
}

async function check (store: KnownPeersStore, address: string, peer: ProvenPeer): Promise<KnownPeer> {
  try {
    return await store.exclusively(address, async () => {
      const known = await store.get(address)
      const came = peer.peerId.toString()

      if (known != null && known.peerId !== came) {
        throw new KnownPeerChangedError(known, came)
      }

      return known ?? await remember(store, address, peer.publicKey)
    })
  } catch (err) {
    throw err instanceof KnownPeerChangedError || err instanceof KnownPeersStoreError ? err : new KnownPeersStoreError(`the known peers cannot be read or written - ${err instanceof Error ? err.message : err}`, { cause: err })
  }
}

async function add (store: KnownPeersStore, address: string, publicKey: PublicKey): Promise<KnownPeer> {
  return store.exclusively(address, async () => remember(store, address, publicKey))
}

async function remember (store: KnownPeersStore, address: string, publicKey: PublicKey): Promise<KnownPeer> {
  const peer = {
    address,
    peerId: peerIdFromAnyPublicKey(publicKey).toString(),
    type: publicKey.type,
    publicKey: encodeBase64(publicKeyToProtobuf(publicKey)),
    since: new Date().toISOString()
  }

  await store.put(peer)

  return peer
}
