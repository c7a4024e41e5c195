// A node for a person: npm start -- alice [/ip4/127.0.0.1/tcp/…/p2p/… …]
/* eslint-disable no-console */

import { createInterface } from 'node:readline'
import { multiaddr } from '@multiformats/multiaddr'
import { createNode, say } from './node.js'

const [name = 'somebody', ...addresses] = process.argv.slice(2)

const node = await createNode(addresses.map(address => multiaddr(address)), (text, from) => {
  console.log(`${short(from)} ${text}`)
})
const [address] = node.getMultiaddrs()

console.log(`You are ${name}. Type something; /peers shows your neighbours, Ctrl+D ends. In other terminals:\n`)
console.log(`  npm start -- bob ${address}`)
console.log(`  npm run crowd -- ${address}\n`)

for await (const line of createInterface({ input: process.stdin })) {
  if (line === '/peers') {
    console.log(node.getConnections().map(({ remotePeer, encryption }) => `${short(remotePeer)} by ${encryption}`).join(', ') || 'nobody yet')
  } else {
    await say(node, `${name}: ${line}`)
  }
}

await node.stop()

// PeerIds differ at their end
function short (peerId) {
  return `…${peerId.toString().slice(-6)}`
}
