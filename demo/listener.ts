// The listener, in a process of its own. Its arguments are the PeerIds that get in.

import { yamux } from '@chainsafe/libp2p-yamux'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { createLibp2p } from 'libp2p'
import { securePeer } from 'libp2p-secure-peer'
import { COUNT_PROTOCOL } from './protocol.ts'
import type { ListenerMessage } from './protocol.ts'

const guests = new Set(process.argv.slice(2))

const encrypters = [
  securePeer({
    // asked while the handshake waits; it may be asynchronous
    identify: ({ peerId, reject }) => {
      if (!guests.has(peerId.toString())) {
        const reason = 'you are not on the guest list'

        reject(reason)
        tell({ type: 'refused', peerId: peerId.toString(), reason })
      }
    }
  }),
  noise(),
  tls()
]

const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  streamMuxers: [yamux()],
  connectionEncrypters: encrypters,

  // by default a host may connect five times a second
  connectionManager: { inboundConnectionThreshold: Infinity }
})

await node.handle(COUNT_PROTOCOL, async stream => {
  let bytes = 0

  for await (const chunk of stream) {
    bytes += chunk.byteLength
  }

  stream.send(new TextEncoder().encode(`${bytes}`))
  await stream.close()
})

// with the one who started it this process ends
process.once('disconnect', () => process.exit())

tell({
  type: 'listening',
  peerId: node.peerId.toString(),
  address: node.getMultiaddrs()[0].decapsulate('/p2p').toString(),
  encrypters: ['/secure-peer/1.0.0', '/noise', '/tls/1.0.0']
})

function tell (message: ListenerMessage): void {
  process.send?.(message)
}
