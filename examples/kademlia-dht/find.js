// Finds a text: npm run find -- /ip4/127.0.0.1/tcp/…/p2p/… bafk…
/* eslint-disable no-console */

import { multiaddr } from '@multiformats/multiaddr'
import first from 'it-first'
import { CID } from 'multiformats/cid'
import { fetch } from './content.js'
import { createNode } from './node.js'

const [address, name] = process.argv.slice(2)
const cid = CID.parse(name)
const node = await createNode(multiaddr(address))

// one is enough
const provider = await first(node.contentRouting.findProviders(cid))

if (provider != null) {
  console.log(`provider    ${provider.id}`)

  // only its PeerId: the node knows its addresses by now
  console.log(`content     ${new TextDecoder().decode(await fetch(node, provider.id, cid))}`)
} else {
  console.log('nobody provides that')
}

const encryptions = new Set(node.getConnections().map(({ encryption }) => encryption))
console.log(`encryption  ${[...encryptions].join(', ')}`)

await node.stop()
