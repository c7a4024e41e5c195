import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { multiaddr } from '@multiformats/multiaddr'
import type { ListenerMessage } from './protocol.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

const LISTENER = fileURLToPath(new URL('./listener.ts', import.meta.url))

export interface Listener {
  peerId: string
  address: string
  encrypters: string[]

  /** Address and PeerId: who answers there must be this one. */
  multiaddr: Multiaddr

  /** The first peer that its identify function rejected. */
  refusal: Promise<{ peerId: string, reason: string }>

  stop (): Promise<void>
}

/** Starts the listener and waits until it listens. */
export async function listenerProcess ({ guests }: { guests: string[] }): Promise<Listener> {
  const child = fork(LISTENER, guests)
  const listening = Promise.withResolvers<Extract<ListenerMessage, { type: 'listening' }>>()
  const refused = Promise.withResolvers<Extract<ListenerMessage, { type: 'refused' }>>()

  child.on('message', (message: ListenerMessage) => {
    message.type === 'listening' ? listening.resolve(message) : refused.resolve(message)
  })

  child.once('exit', (code, signal) => {
    const gone = new Error(`the listener ended with ${signal ?? code}`)
    listening.reject(gone)
    refused.reject(gone)
  })

  // nobody may wait for it by then
  refused.promise.catch(() => {})

  const { peerId, address, encrypters } = await listening.promise

  return {
    peerId,
    address,
    encrypters,
    multiaddr: multiaddr(`${address}/p2p/${peerId}`),
    refusal: refused.promise,
    stop: async () => {
      if (child.connected) {
        child.disconnect()
        await once(child, 'exit')
      }
    }
  }
}
