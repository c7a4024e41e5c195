import { Key } from 'interface-datastore'
import { KnownPeersStoreError, parseKnownPeer } from './known-peer.ts'
import { Mutex } from './store.ts'
import type { KnownPeer } from './known-peer.ts'
import type { KnownPeersStore } from './store.ts'
import type { Datastore } from 'interface-datastore'

const PREFIX = '/secure-peer/known-peers'

// two of them over one datastore have to wait for one another
const mutexes = new WeakMap<Datastore, Mutex>()

/** Known peers in an `interface-datastore`, one entry for each address. */
export class DatastoreKnownPeers implements KnownPeersStore {
  readonly #datastore: Datastore
  readonly #mutex: Mutex

  constructor (datastore: Datastore) {
    this.#datastore = datastore
    this.#mutex = mutexes.get(datastore) ?? new Mutex()
    mutexes.set(datastore, this.#mutex)
  }

  async get (address: string): Promise<KnownPeer | undefined> {
    const key = await keyOf(address)

    // what get() throws when there is nothing differs between datastores
    if (!await this.#datastore.has(key)) {
      return undefined
    }

    const peer = parse(await this.#datastore.get(key))

    if (peer.address !== address) {
      throw new KnownPeersStoreError(`the entry of ${address} is another's`)
    }

    return peer
  }

  async put (peer: KnownPeer): Promise<void> {
    await this.#datastore.put(await keyOf(peer.address), new TextEncoder().encode(JSON.stringify(peer)))
  }

  async delete (address: string): Promise<boolean> {
    const key = await keyOf(address)
    const known = await this.#datastore.has(key)
    await this.#datastore.delete(key)

    return known
  }

  async * list (): AsyncGenerator<KnownPeer> {
    for await (const { value } of this.#datastore.query({ prefix: PREFIX })) {
      yield parse(value)
    }
  }

  async exclusively<T> (address: string, action: () => Promise<T>): Promise<T> {
    return this.#mutex.run(address, action)
  }
}

// a hash: addresses have slashes, are long, and some file systems ignore case
async function keyOf (address: string): Promise<Key> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(address))

  return new Key(`${PREFIX}/${Array.from(new Uint8Array(hash), byte => byte.toString(16).padStart(2, '0')).join('')}`)
}

function parse (value: Uint8Array): KnownPeer {
  try {
    return parseKnownPeer(JSON.parse(new TextDecoder().decode(value)))
  } catch (err) {
    throw new KnownPeersStoreError('an entry of the known peers is damaged', { cause: err })
  }
}
