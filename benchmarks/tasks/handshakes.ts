/**
 * Handshakes of two encrypters in one process, one at a time, over a connection
 * that takes no time.
 */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { yamux } from '@chainsafe/libp2p-yamux'
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import { defaultLogger } from '@libp2p/logger'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { MemoryConnection } from '../memory-pair.ts'
import { loadEncrypter } from '../subjects.ts'
import type { EncrypterName, Source } from '../subjects.ts'
import type { ConnectionEncrypter, PeerId } from '@libp2p/interface'

export interface HandshakesParams {
  subject: EncrypterName
  source: Source

  /** The identities, as protobufs in base64 */
  dialerKey: string
  listenerKey: string
}

export interface HandshakesResult {
  count: number
  seconds: number
}

interface Side {
  encrypter: ConnectionEncrypter
  peerId: PeerId
}

let sides: { dialer: Side, listener: Side } | undefined

export async function prepare ({ subject, source, dialerKey, listenerKey }: HandshakesParams): Promise<void> {
  sides = {
    dialer: await createSide(subject, source, dialerKey),
    listener: await createSide(subject, source, listenerKey)
  }
}

export async function run ({ milliseconds }: { milliseconds: number }): Promise<HandshakesResult> {
  if (sides == null) {
    throw new Error('no encrypters were created')
  }

  let count = 0
  let elapsed = 0

  for (; elapsed < milliseconds; count++) {
    elapsed += await handshake(sides.dialer, sides.listener)
  }

  return { count, seconds: elapsed / 1_000 }
}

/** Returns the milliseconds it took, without closing the connection */
async function handshake (dialer: Side, listener: Side): Promise<number> {
  const [outbound, inbound] = MemoryConnection.pair()
  const start = performance.now()
  const [listenersView, dialersView] = await Promise.all([
    listener.encrypter.secureInbound(inbound),
    dialer.encrypter.secureOutbound(outbound, { remotePeer: listener.peerId })
  ])

  // a node's event loop turns between handshakes: without it what waits for the next turn would pile
  // up; timed, since garbage is collected in turns
  await nextTurn()
  const elapsed = performance.now() - start

  if (!listenersView.remotePeer.equals(dialer.peerId) || !dialersView.remotePeer.equals(listener.peerId)) {
    throw new Error('the handshake authenticated somebody else')
  }

  await outbound.close()

  return elapsed
}

/** What an encrypter gets from a node with yamux */
async function createSide (subject: EncrypterName, source: Source, key: string): Promise<Side> {
  const privateKey = privateKeyFromProtobuf(Buffer.from(key, 'base64'))
  const peerId = peerIdFromPrivateKey(privateKey)
  const logger = defaultLogger()
  const muxer = yamux()()
  const encrypters = new Map<string, ConnectionEncrypter>()
  const factory = await loadEncrypter(subject, source)
  const encrypter = factory({
    privateKey,
    peerId,
    logger,
    upgrader: {
      getStreamMuxers: () => new Map([[muxer.protocol, muxer]]),
      getConnectionEncrypters: () => encrypters
    }
  })
  encrypters.set(encrypter.protocol, encrypter)

  return { encrypter, peerId }
}
