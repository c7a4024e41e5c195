import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { securePeer } from '../../src/index.ts'
import type { SecurePeerInit } from '../../src/index.ts'
import type { Libp2p } from 'libp2p'

export const ECHO = '/echo/1.0.0'

/** A node that echoes. */
export async function createNode (init: SecurePeerInit, listen: string[] = []): Promise<Libp2p> {
  const node = await createLibp2p({
    addresses: { listen },
    transports: [tcp()],
    streamMuxers: [yamux()],
    connectionEncrypters: [securePeer(init)],
    connectionMonitor: { enabled: false }
  })

  await node.handle(ECHO, async stream => {
    for await (const chunk of stream) {
      stream.send(chunk)
    }

    await stream.close()
  })

  return node
}
