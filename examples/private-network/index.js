// Two nodes with the key of a network, and some without it.
/* eslint-disable no-console */

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { yamux } from '@chainsafe/libp2p-yamux'
import { generateKey, preSharedKey } from '@libp2p/pnet'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { securePeer } from 'libp2p-secure-peer'

// two sides with different keys may wait for one another
const PATIENCE_MS = 3_000

const key = await readFile('swarm.key')
const otherKey = new Uint8Array(key.byteLength)
generateKey(otherKey)

const listener = await createNode(key)
const member = await createNode(key)
const stranger = await createNode(otherKey)
const open = await createNode()

console.log('Who can talk to a node of the private network?')
console.log(`  with its key       ${await dial(member)}`)
console.log(`  with another key   ${await dial(stranger)}`)
console.log(`  without a key      ${await dial(open)}`)

console.log('What does somebody see who connects and asks what is spoken there?')
console.log(`  private network    ${await scan(listener)}`)
console.log(`  open network       ${await scan(open)}`)

await Promise.all([listener, member, stranger, open].map(async node => node.stop()))

async function createNode (psk) {
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    streamMuxers: [yamux()],

    // Between the socket and all else. The connection is encrypted twice: with the
    // network's key, and inside that by secure-peer, which proves who is who.
    connectionProtector: psk != null ? preSharedKey({ psk }) : undefined,
    connectionEncrypters: [securePeer()]
  })
}

async function dial (node) {
  try {
    const { encryption } = await node.dial(listener.getMultiaddrs(), { signal: AbortSignal.timeout(PATIENCE_MS) })

    return encryption
  } catch (err) {
    return `no connection: ${err.message}`
  }
}

// the first bytes that a node answers to libp2p's greeting
async function scan (node) {
  const port = node.getMultiaddrs()[0].getComponents().find(({ name }) => name === 'tcp').value
  const socket = connect(Number(port), '127.0.0.1')

  socket.write('\x13/multistream/1.0.0\n')
  const [answer] = await once(socket, 'data')
  socket.destroy()

  return /^[\x20-\x7e]*$/.test(answer.subarray(1, -1)) ? answer.subarray(1, -1).toString() : `${answer.byteLength} random bytes`
}
