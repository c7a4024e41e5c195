// Ten nodes of a DHT, in one process to spare you ten terminals.
/* eslint-disable no-console */

import { createNode } from './node.js'

const SIZE = 10

const first = await createNode()
const [address] = first.getMultiaddrs()
const others = await Promise.all(Array.from({ length: SIZE - 1 }, async () => createNode(address)))

console.log(`${1 + others.length} nodes. Ctrl+C ends them. In another terminal:\n\n  npm run provide -- ${address} "some text"\n`)
