import { yamux } from '@chainsafe/libp2p-yamux'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { createLibp2p } from 'libp2p'
import { securePeer } from 'libp2p-secure-peer'
import { pEvent } from 'p-event'
import { COUNT_PROTOCOL } from './protocol.ts'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { RemoteIdentity } from 'libp2p-secure-peer'

export const ENCRYPTERS = ['secure-peer', 'noise', 'tls'] as const

export type Encrypter = typeof ENCRYPTERS[number]

/** A connection, as far as the demo shows it. */
export interface Connected {
  protocol: string
  keyExchange: string
  cipher: string
  muxer: string
  remotePeer: string

  /** Milliseconds that the dial took. */
  took: number

  /** Sends bytes; resolves when the listener has said how many arrived. */
  send (bytes: number, onProgress: (sent: number) => void): Promise<Sent>
}

export interface Sent {
  /** As counted by the listener. */
  arrived: number

  /** Milliseconds. */
  took: number
}

/** A node that dials with one encrypter only. */
export class Dialer {
  readonly #node: Libp2p
  readonly #suite: () => Suite

  private constructor (node: Libp2p, suite: () => Suite) {
    this.#node = node
    this.#suite = suite
  }

  static async create (encrypter: Encrypter): Promise<Dialer> {
    let identity: RemoteIdentity | undefined

    // a dialer may look at whom it reached as well; this one accepts everybody
    const secure = securePeer({ identify: remote => { identity = remote } })

    const node = await createLibp2p({
      transports: [tcp()],
      streamMuxers: [yamux()],
      connectionEncrypters: [encrypter === 'noise' ? noise() : encrypter === 'tls' ? tls() : secure]
    })

    return new Dialer(node, () => identity != null ? suiteOf(identity) : SUITES[encrypter])
  }

  get peerId (): string {
    return this.#node.peerId.toString()
  }

  async dial (address: Multiaddr): Promise<Connected> {
    // the first dial of a process has code to load and to compile: not the one to time
    const rehearsal = await this.#node.dial(address)
    await rehearsal.close()

    const start = performance.now()
    const connection = await this.#node.dial(address)
    const took = performance.now() - start

    return {
      ...this.#suite(),
      protocol: connection.encryption ?? 'none',
      muxer: connection.multiplexer ?? 'none',
      remotePeer: connection.remotePeer.toString(),
      took,
      send: async (bytes, onProgress) => send(connection, bytes, onProgress)
    }
  }

  /** Dials somebody who refuses, and returns what that throws. */
  async dialInVain (address: Multiaddr): Promise<{ message: string, took: number }> {
    const start = performance.now()

    try {
      await this.#node.dial(address)
    } catch (err: any) {
      return { message: err.message, took: performance.now() - start }
    }

    throw new Error('nobody refused the stranger')
  }

  async stop (): Promise<void> {
    await this.#node.stop()
  }
}

interface Suite {
  keyExchange: string
  cipher: string
}

// noise has one suite in libp2p; @libp2p/tls does not expose what it agreed on
const SUITES: Record<Encrypter, Suite> = {
  'secure-peer': { keyExchange: 'unknown', cipher: 'unknown' },
  noise: { keyExchange: 'x25519', cipher: 'chacha20-poly1305' },
  tls: { keyExchange: 'not exposed', cipher: 'not exposed' }
}

function suiteOf ({ group, cipher }: RemoteIdentity): Suite {
  return { keyExchange: group === 'x25519mlkem768' ? `${group} (post-quantum)` : group, cipher }
}

const CHUNK = new Uint8Array(65_536)

async function send (connection: Connection, bytes: number, onProgress: (sent: number) => void): Promise<Sent> {
  const stream = await connection.newStream(COUNT_PROTOCOL)
  const start = performance.now()

  for (let sent = 0; sent < bytes; sent += CHUNK.byteLength) {
    if (!stream.send(CHUNK.subarray(0, bytes - sent))) {
      await drained(stream)
    }

    onProgress(sent)
  }

  await stream.close()

  const decoder = new TextDecoder()
  let answer = ''

  for await (const chunk of stream) {
    answer += decoder.decode(chunk.subarray(), { stream: true })
  }

  return { arrived: Number(answer), took: performance.now() - start }
}

async function drained (stream: Stream): Promise<void> {
  try {
    await pEvent(stream, 'drain', { rejectionEvents: ['close'] })
  } catch (event: any) {
    throw new Error('the connection closed before all was sent', { cause: event.error })
  }
}
