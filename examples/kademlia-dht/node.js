import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { securePeer } from 'libp2p-secure-peer'

// A node of the DHT. It joins by anybody who is in it, and finds the others by itself.
export async function createNode (bootstrap) {
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    streamMuxers: [yamux()],
    connectionEncrypters: [securePeer()],

    // all nodes are on this host; by default a host may connect five times a second
    connectionManager: { inboundConnectionThreshold: Infinity },
    services: {
      // both of them the DHT needs
      identify: identify(),
      ping: ping(),
      dht: kadDHT({
        // a DHT of its own, apart from that of IPFS
        protocol: '/secure-peer-example/kad/1.0.0',

        // answer others, and keep their addresses, though they are on this host
        clientMode: false,
        peerInfoMapper: passthroughMapper
      })
    }
  })

  if (bootstrap != null) {
    await node.dial(bootstrap)
  }

  return node
}
