// A node in a process of its own: prints its address, echoes, ends with its parent.
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { securePeer } from 'libp2p-secure-peer'

const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  streamMuxers: [yamux()],
  connectionEncrypters: [securePeer()]
})

await node.handle('/echo/1.0.0', stream => {
  stream.addEventListener('message', event => { stream.send(event.data) })
  stream.addEventListener('remoteCloseWrite', () => { stream.close() })
})

process.stdout.write(`${node.getMultiaddrs()[0]}\n`)
process.stdin.on('end', () => { node.stop() }).resume()
