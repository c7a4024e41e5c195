// Dials the address it is given: npm run dial -- /ip4/127.0.0.1/tcp/…/p2p/…
/* eslint-disable no-console */

import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { lpStream } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { securePeer } from 'libp2p-secure-peer'

const node = await createLibp2p({
  transports: [tcp()],
  streamMuxers: [yamux()],
  connectionEncrypters: [
    securePeer({
      // called during the handshake, when the other side has proven who it is
      identify: ({ peerId, group, cipher }) => {
        console.log(`reached     ${peerId}`)
        console.log(`with        ${group} and ${cipher}`)
      }
    })
  ]
})

const connection = await node.dial(multiaddr(process.argv[2]))
console.log(`encryption  ${connection.encryption}`)
console.log(`muxer       ${connection.multiplexer}`)

const stream = await connection.newStream('/shout/1.0.0')
const messages = lpStream(stream)
await messages.write(new TextEncoder().encode('hello over secure-peer'))
console.log(`answer      ${new TextDecoder().decode((await messages.read()).subarray())}`)

await node.stop()
