// A client that trusts on first use: node client.js dial|forget /ip4/127.0.0.1/tcp/…
/* eslint-disable no-console */

import { join } from 'node:path'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { FsDatastore } from 'datastore-fs'
import { createLibp2p } from 'libp2p'
import { securePeer } from 'libp2p-secure-peer'
import { knownPeers } from 'libp2p-secure-peer/known-peers'

const [command, address] = process.argv.slice(2)
const known = knownPeers()

// any datastore that outlives the process
const datastore = new FsDatastore(join(import.meta.dirname, 'data'))
await datastore.open()

const node = await createLibp2p({
  datastore,
  transports: [tcp()],
  streamMuxers: [yamux()],

  // the function that decides, and the service that gives it the node's datastore
  connectionEncrypters: [securePeer({ identify: known })],
  services: { knownPeers: known.service }
})

if (command === 'forget') {
  await node.services.knownPeers.remove(address)
} else {
  await dial()
}

await node.stop()
await datastore.close()

async function dial () {
  const before = await find(address)

  try {
    const { remotePeer } = await node.dial(multiaddr(address))
    console.log(`  ${remotePeer}, ${before == null ? 'new here' : `known since ${before.since}`}`)
  } catch (err) {
    console.log(`  ${err.message}`)
  }
}

async function find (address) {
  for await (const peer of node.services.knownPeers.list()) {
    if (peer.address === address) {
      return peer
    }
  }
}
