// Runs in the page: dials the process that served it.

import { yamux } from '@chainsafe/libp2p-yamux'
import { lpStream } from '@libp2p/utils'
import { webSockets } from '@libp2p/websockets'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { securePeer } from 'libp2p-secure-peer'

const node = await createLibp2p({
  transports: [webSockets()],
  streamMuxers: [yamux()],
  connectionEncrypters: [
    securePeer({
      identify: ({ group, cipher }) => { show('suite', `${group} and ${cipher}`) }
    })
  ],

  // pages don't dial private addresses by default, but the listener is on this machine
  connectionGater: { denyDialMultiaddr: () => false }
})

const address = await (await fetch('/address')).text()
const connection = await node.dial(multiaddr(address))

show('local', node.peerId)
show('remote', connection.remotePeer)
show('encryption', connection.encryption)

const messages = lpStream(await connection.newStream('/shout/1.0.0'))

document.querySelector('form').addEventListener('submit', async event => {
  event.preventDefault()

  const input = document.querySelector('input')
  await messages.write(new TextEncoder().encode(input.value))
  input.value = ''

  show('answer', new TextDecoder().decode((await messages.read()).subarray()))
})
document.querySelector('button').disabled = false

function show (id, text) {
  document.getElementById(id).textContent = text
}
