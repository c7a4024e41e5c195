import type { KnownPeer } from './known-peer.ts'

/** Where known peers are kept. */
export interface KnownPeersStore {
  get (address: string): Promise<KnownPeer | undefined>
  put (peer: KnownPeer): Promise<void>

  /** @returns whether there was one */
  delete (address: string): Promise<boolean>
  list (): AsyncIterable<KnownPeer>

  /** Runs `action` while nobody else changes what is known of the address. */
  exclusively<T> (address: string, action: () => Promise<T>): Promise<T>
}

/** Runs what has the same name one after the other. */
export class Mutex {
  readonly #last = new Map<string, Promise<unknown>>()

  async run<T> (name: string, action: () => Promise<T>): Promise<T> {
    const previous = this.#last.get(name)
    const own = (async () => {
      await previous?.catch(() => {})

      return action()
    })()

    this.#last.set(name, own)

    try {
      return await own
    } finally {
      if (this.#last.get(name) === own) {
        this.#last.delete(name)
      }
    }
  }
}
