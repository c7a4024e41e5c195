// The story of a client that dials an address, and knows nobody's PeerId.
/* eslint-disable no-console */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { securePeer } from 'libp2p-secure-peer'

// what the client remembers; a new story begins with nothing
await rm(join(import.meta.dirname, 'data'), { recursive: true, force: true })

const server = await listen('/ip4/127.0.0.1/tcp/0')

// without the PeerId at its end
const address = server.getMultiaddrs()[0].decapsulate('/p2p').toString()

console.log('The client dials the server for the first time:')
await client('dial')

console.log('It is started again, and dials again:')
await client('dial')

await server.stop()
const other = await listen(address)

console.log('A node with another key listens at that address now:')
await client('dial')

console.log('A person asked the owner of the server, who has indeed made a new key:')
await client('forget')
await client('dial')

await other.stop()

// a node with a new key
async function listen (address) {
  return createLibp2p({
    addresses: { listen: [address] },
    transports: [tcp()],
    streamMuxers: [yamux()],
    connectionEncrypters: [securePeer()]
  })
}

// a process of its own each time, that has nothing but its files to remember by
async function client (command) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'client.js'), command, address], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')

  if (code !== 0) {
    process.exit(code ?? 1)
  }
}
