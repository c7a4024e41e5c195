// Three nodes that talk over noise today, and over secure-peer in the end. A stage is
// what one would deploy: the same nodes, started again with other encrypters.
/* eslint-disable no-console */

import { yamux } from '@chainsafe/libp2p-yamux'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { securePeer } from 'libp2p-secure-peer'

const before = () => [noise()]

// secure-peer first: the dialer's first encrypter that the listener has is used
const both = () => [securePeer(), noise()]
const after = () => [securePeer()]

const keys = {
  amy: await generateKeyPair('Ed25519'),
  ben: await generateKeyPair('Ed25519'),
  cleo: await generateKeyPair('Ed25519')
}

await stage('Today all have noise:', { amy: before, ben: before, cleo: before })
await stage('1. Both, node after node. Nobody is cut off while Cleo waits:', { amy: both, ben: both, cleo: before })
await stage('2. Both, everywhere. Nothing uses noise any more:', { amy: both, ben: both, cleo: both })
await stage('3. Noise is dropped:', { amy: after, ben: after, cleo: after })
await stage('If Cleo had been forgotten:', { amy: after, ben: after, cleo: before })

// starts the nodes, has each dial those after it, and shows what they got
async function stage (title, encrypters) {
  console.log(title)

  const nodes = []

  for (const [name, connectionEncrypters] of Object.entries(encrypters)) {
    const node = await createLibp2p({
      privateKey: keys[name],
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      streamMuxers: [yamux()],
      connectionEncrypters: connectionEncrypters()
    })

    nodes.push({ name, node })
  }

  for (const [i, dialer] of nodes.entries()) {
    for (const listener of nodes.slice(i + 1)) {
      console.log(`  ${`${dialer.name} → ${listener.name}`.padEnd('amy → cleo'.length)}  ${await dial(dialer.node, listener.node)}`)
    }
  }

  await Promise.all(nodes.map(async ({ node }) => node.stop()))
}

async function dial (dialer, listener) {
  try {
    await dialer.dial(listener.getMultiaddrs())
  } catch (err) {
    return err.message
  }

  // what to look at, on every node, before noise goes
  return dialer.getConnections(listener.peerId).map(connection => connection.encryption).join(', ')
}
