// Lets in whose PeerId stands in members.txt.
/* eslint-disable no-console */

import { readFile } from 'node:fs/promises'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { securePeer } from 'libp2p-secure-peer'
import { MEMBERS } from './members.js'

const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  streamMuxers: [yamux()],
  connectionEncrypters: [
    securePeer({
      // The handshake waits for this. The visitor has proven who it is, but has not
      // seen yet whom it dialed. A file here; it could be a request to a server, with
      // the signal passed on: it fires when the time for the handshake is over.
      identify: async ({ peerId, reject }, { signal }) => {
        const members = await readFile(MEMBERS, { encoding: 'utf8', flag: 'a+', signal })

        if (members.split('\n').includes(peerId.toString())) {
          console.log(`let in   ${peerId}`)
        } else {
          console.log(`refused  ${peerId}`)
          reject('members only')
        }
      }
    })
  ]
})

// without the PeerId at its end: who is behind the door is for members to know
const [address] = node.getMultiaddrs()
console.log(`A door. Ctrl+C ends it. In another terminal:\n\n  npm run knock -- ${address.decapsulate('/p2p')}\n`)
