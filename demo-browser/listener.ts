/**
 * The Node.js end: answers in the chat, takes a transfer and sends as much back.
 */

import { yamux } from '@chainsafe/libp2p-yamux'
import { lpStream } from '@libp2p/utils'
import { webSockets } from '@libp2p/websockets'
import { createLibp2p } from 'libp2p'
import { securePeer } from '../src/index.ts'
import { CHAT, TRANSFER } from './protocol.ts'
import { receive, send } from './transfer.ts'
import type { Stream } from '@libp2p/interface'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export interface Listener {
  readonly peerId: string
  readonly address: string

  /** Says something to every page that is open. */
  say (text: string): void
  stop (): Promise<void>
}

/** @param onMessage - told what pages say, and which page it is */
export async function startListener (onMessage: (text: string, peer: string) => void = () => {}): Promise<Listener> {
  const chats = new Set<(text: string) => Promise<void>>()
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] },
    transports: [webSockets()],
    connectionEncrypters: [securePeer()],
    streamMuxers: [yamux()]
  })

  await node.handle(CHAT, async (stream, connection) => {
    const messages = lpStream(stream)
    const say = async (text: string): Promise<void> => messages.write(encoder.encode(text))
    chats.add(say)
    stream.addEventListener('close', () => { chats.delete(say) })

    while (stream.status === 'open') {
      const text = decoder.decode((await messages.read()).subarray())
      onMessage(text, connection.remotePeer.toString())
      await say(`Node.js ${process.version} read “${text}”`)
    }
  })

  await node.handle(TRANSFER, async (stream: Stream) => {
    await send(stream, await receive(stream))
  })

  return {
    peerId: node.peerId.toString(),
    address: node.getMultiaddrs()[0].toString(),
    say: text => { chats.forEach(say => { say(text).catch(() => {}) }) },
    stop: async () => { await node.stop() }
  }
}
