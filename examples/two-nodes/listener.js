// Listens, and says again in capital letters what it is told.
/* eslint-disable no-console */

import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { lpStream } from '@libp2p/utils'
import { createLibp2p } from 'libp2p'
import { securePeer } from 'libp2p-secure-peer'

const node = await createLibp2p({
  // port 0: any that is free
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  streamMuxers: [yamux()],

  // this line is all that secure-peer takes
  connectionEncrypters: [securePeer()]
})

// lpStream puts a length before each message, so that they arrive as they were sent
await node.handle('/shout/1.0.0', async (stream, connection) => {
  const messages = lpStream(stream)
  const text = new TextDecoder().decode((await messages.read()).subarray())

  console.log(`${connection.remotePeer} says: ${text}`)

  await messages.write(new TextEncoder().encode(text.toUpperCase()))
  await stream.close()
})

// an address ends with the node's PeerId: nobody else can answer there
console.log(`Listening. Ctrl+C ends it. In another terminal:\n\n  npm run dial -- ${node.getMultiaddrs()[0]}\n`)
