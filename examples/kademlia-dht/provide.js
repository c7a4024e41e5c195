// Provides a text: npm run provide -- /ip4/127.0.0.1/tcp/…/p2p/… "some text"
/* eslint-disable no-console */

import { multiaddr } from '@multiformats/multiaddr'
import { cidOf, serve } from './content.js'
import { createNode } from './node.js'

const [address, text] = process.argv.slice(2)
const node = await createNode(multiaddr(address))

const bytes = new TextEncoder().encode(text)
const cid = await cidOf(bytes)
await serve(node, cid, bytes)

// tells the nodes that are nearest to the CID that this one has it
await node.contentRouting.provide(cid)

console.log(`${node.peerId} provides that. Ctrl+C ends it. In another terminal:\n\n  npm run find -- ${address} ${cid}\n`)
