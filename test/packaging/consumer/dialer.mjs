// Dials the address it is given and prints what was agreed on as one line of JSON.
import { once } from 'node:events'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { securePeer } from 'libp2p-secure-peer'

const node = await createLibp2p({
  transports: [tcp()],
  streamMuxers: [yamux()],
  connectionEncrypters: [securePeer()]
})

const connection = await node.dial(multiaddr(process.argv[2]))
const stream = await connection.newStream('/echo/1.0.0')
stream.send(new TextEncoder().encode('beep boop'))

const [{ data }] = await once(stream, 'message')
await stream.close()

process.stdout.write(`${JSON.stringify({
  node: process.version,
  encryption: connection.encryption,
  multiplexer: connection.multiplexer,
  remotePeer: connection.remotePeer.toString(),
  echo: new TextDecoder().decode(data.subarray())
})}\n`)

await node.stop()
