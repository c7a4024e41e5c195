// Listens for pages, and serves one that dials this process.
/* eslint-disable no-console */

import { yamux } from '@chainsafe/libp2p-yamux'
import { lpStream } from '@libp2p/utils'
import { webSockets } from '@libp2p/websockets'
import { createLibp2p } from 'libp2p'
import { securePeer } from 'libp2p-secure-peer'
import { startServer } from './server.js'

const node = await createLibp2p({
  // a page has no TCP, but WebSockets
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] },
  transports: [webSockets()],
  streamMuxers: [yamux()],
  connectionEncrypters: [securePeer()]
})

// says again in capital letters what it is told
await node.handle('/shout/1.0.0', async (stream, connection) => {
  const messages = lpStream(stream)

  while (stream.status === 'open') {
    const text = new TextDecoder().decode((await messages.read()).subarray())
    console.log(`${connection.remotePeer} says: ${text}`)
    await messages.write(new TextEncoder().encode(text.toUpperCase()))
  }
})

console.log(`Open ${await startServer(node.getMultiaddrs()[0])} in a browser. Ctrl+C ends this.`)
