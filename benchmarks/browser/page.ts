/**
 * What runs in the page: both ends of a connection that takes no time.
 */

import { yamux } from '@chainsafe/libp2p-yamux'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { defaultLogger } from '@libp2p/logger'
import { noise } from '@libp2p/noise'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { plaintext } from '@libp2p/plaintext'
import { securePeer } from 'libp2p-secure-peer'
import { MemoryConnection } from '../memory-pair.ts'
import { createPattern, PatternChecker } from '../tasks/pattern.ts'
import type { Pattern } from '../tasks/pattern.ts'
import type { ConnectionEncrypter, MessageStream, PeerId } from '@libp2p/interface'

export type PageSubject = 'plaintext' | 'noise' | 'secure-peer' | 'secure-peer x25519'

// an encrypter's components are its own affair: it is given all there is
const FACTORIES: Record<PageSubject, (components: any) => ConnectionEncrypter> = {
  plaintext: plaintext(),
  noise: noise(),
  'secure-peer': securePeer(),
  'secure-peer x25519': securePeer({ groups: ['x25519'] })
}

// reading the clock costs as much as a small write
const WRITES_PER_CLOCK_READING = 32

interface Side {
  encrypter: ConnectionEncrypter
  peerId: PeerId
}

interface Pair {
  dialer: Side
  listener: Side
}

export interface TransferResult {
  bytes: number
  milliseconds: number
}

export async function createPair (subject: PageSubject): Promise<Pair> {
  return { dialer: await createSide(subject), listener: await createSide(subject) }
}

/** Handshakes one after the other, per second */
export async function handshakes (pair: Pair, milliseconds: number): Promise<number> {
  const start = performance.now()
  let count = 0
  let elapsed: number

  do {
    const { close } = await connect(pair)
    await close()
    count++
    elapsed = performance.now() - start
  } while (elapsed < milliseconds)

  return count / elapsed * 1_000
}

/** One side sends for a while as fast as back-pressure allows; before, every byte is compared */
export async function transfer (pair: Pair, writeBytes: number, milliseconds: number, complete: boolean): Promise<TransferResult> {
  const { sender, receiver } = await connect(pair)
  const pattern = createPattern(writeBytes)
  const received = receive(receiver, pattern, complete)
  const start = performance.now()
  const sentBytes = await send(sender, pattern, milliseconds)
  await sender.close()
  const bytes = await received
  const elapsed = performance.now() - start

  if (bytes !== sentBytes) {
    throw new Error(`${sentBytes} bytes were sent, ${bytes} arrived`)
  }

  return { bytes, milliseconds: elapsed }
}

async function connect ({ dialer, listener }: Pair): Promise<{ sender: MessageStream, receiver: MessageStream, close (): Promise<void> }> {
  const [outbound, inbound] = MemoryConnection.pair()
  const [listenersView, dialersView] = await Promise.all([
    listener.encrypter.secureInbound(inbound),
    dialer.encrypter.secureOutbound(outbound, { remotePeer: listener.peerId })
  ])

  if (!listenersView.remotePeer.equals(dialer.peerId) || !dialersView.remotePeer.equals(listener.peerId)) {
    throw new Error('the handshake authenticated somebody else')
  }

  return {
    sender: dialersView.connection,
    receiver: listenersView.connection,
    close: async () => outbound.close()
  }
}

async function send (stream: MessageStream, { writes }: Pattern, milliseconds: number): Promise<number> {
  const end = performance.now() + milliseconds
  let sentBytes = 0
  let drain: PromiseWithResolvers<void> | undefined

  stream.addEventListener('drain', () => { drain?.resolve() })

  for (let i = 0; i % WRITES_PER_CLOCK_READING !== 0 || performance.now() < end; i++) {
    const bytes = writes[i % writes.length]
    sentBytes += bytes.byteLength

    if (!stream.send(bytes)) {
      drain = Promise.withResolvers()
      await drain.promise
    }
  }

  return sentBytes
}

async function receive (stream: MessageStream, pattern: Pattern, complete: boolean): Promise<number> {
  // the checker's own comparison is Node's
  const checker = new PatternChecker(pattern, false)

  return new Promise((resolve, reject) => {
    stream.addEventListener('message', ({ data }) => {
      try {
        if (complete) {
          compare(data.subarray(), checker.received, pattern)
        }

        checker.push(data)
      } catch (err: any) {
        reject(err)
      }
    })
    stream.addEventListener('remoteCloseWrite', () => {
      stream.close().then(() => { resolve(checker.received) }, reject)
    })
    stream.addEventListener('close', ({ error }) => {
      error == null ? resolve(checker.received) : reject(error)
    })
  })
}

function compare (data: Uint8Array, offset: number, { bytes }: Pattern): void {
  if (!data.every((byte, i) => byte === bytes[(offset + i) % bytes.byteLength])) {
    throw new Error(`wrong bytes within ${data.byteLength} from offset ${offset}`)
  }
}

/** What an encrypter gets from a node with yamux */
async function createSide (subject: PageSubject): Promise<Side> {
  const privateKey = await generateKeyPair('Ed25519')
  const peerId = peerIdFromPrivateKey(privateKey)
  const muxer = yamux()()
  const encrypters = new Map<string, ConnectionEncrypter>()
  const encrypter = FACTORIES[subject]({
    privateKey,
    peerId,
    logger: defaultLogger(),
    upgrader: {
      getStreamMuxers: () => new Map([[muxer.protocol, muxer]]),
      getConnectionEncrypters: () => encrypters
    }
  })
  encrypters.set(encrypter.protocol, encrypter)

  return { encrypter, peerId }
}
