import { setTimeout as delay } from 'node:timers/promises'
import { yamux } from '@chainsafe/libp2p-yamux'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { securePeer } from 'libp2p-secure-peer'

export const TOPIC = 'secure-peer-example/chat'

const LOOK_AGAIN_MS = 50

// A node of the chat. `onMessage` is told all that others say, once.
export async function createNode (addresses, onMessage) {
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    streamMuxers: [yamux()],
    connectionEncrypters: [securePeer()],

    // all nodes are on this host; by default a host may connect five times a second
    connectionManager: { inboundConnectionThreshold: Infinity },
    services: {
      // by which gossipsub learns who speaks it
      identify: identify(),
      pubsub: gossipsub({ allowPublishToZeroTopicPeers: true })
    }
  })

  // messages are signed: `from` is who wrote it, whoever passed it on
  node.services.pubsub.addEventListener('message', ({ detail: { topic, data, from } }) => {
    if (topic === TOPIC) {
      // what others send must not command the terminal
      onMessage(new TextDecoder().decode(data).replaceAll(/\p{Cc}/gu, ' '), from)
    }
  })
  node.services.pubsub.subscribe(TOPIC)

  const neighbours = await Promise.all(addresses.map(async address => node.dial(address)))

  // what is said before they have told that they listen reaches nobody
  while (neighbours.some(({ remotePeer }) => !node.services.pubsub.getSubscribers(TOPIC).some(peer => peer.equals(remotePeer)))) {
    await delay(LOOK_AGAIN_MS)
  }

  return node
}

export async function say (node, text) {
  await node.services.pubsub.publish(TOPIC, new TextEncoder().encode(text))
}
