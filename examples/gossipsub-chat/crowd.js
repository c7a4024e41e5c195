// Twenty nodes for no persons: npm run crowd -- /ip4/127.0.0.1/tcp/…/p2p/…
/* eslint-disable no-console */

import { once } from 'node:events'
import { multiaddr } from '@multiformats/multiaddr'
import { createNode, say } from './node.js'

const SIZE = 20
const nodes = []
const heard = new Map()

// the first node of the crowd knows you, each other one knows the two before it
for (let i = 0; i < SIZE; i++) {
  const known = i === 0 ? [multiaddr(process.argv[2])] : nodes.slice(-2).map(node => node.getMultiaddrs()[0])

  nodes.push(await createNode(known, text => { hear(nodes[i], text) }))
}

// gossipsub chooses once a second to which neighbours it sends
await Promise.all(nodes.map(async node => once(node.services.pubsub, 'gossipsub:heartbeat')))

console.log(`${nodes.length} nodes joined. Say something. Ctrl+C ends them.`)

// counts who hears what people say; the last one answers
function hear (node, text) {
  if (text.startsWith('crowd: ')) {
    return
  }

  const count = (heard.get(text) ?? 0) + 1
  heard.set(text, count)

  if (count === nodes.length) {
    heard.delete(text)
    console.log(`all ${count} heard ${text}`)
    say(node, `crowd: we all heard you, ${text.split(': ')[0]}`).catch(err => { console.error(err.message) })
  }
}
