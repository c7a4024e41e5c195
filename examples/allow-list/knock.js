// Dials the door: npm run knock -- /ip4/127.0.0.1/tcp/…
/* eslint-disable no-console */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { securePeer } from 'libp2p-secure-peer'
import { generateKeys, privateKeyFromKeys } from 'libp2p-secure-peer/keys'

const node = await createLibp2p({
  // the same key each time, and so the same PeerId
  privateKey: await keptKey(join(import.meta.dirname, 'visitor.json')),
  transports: [tcp()],
  streamMuxers: [yamux()],
  connectionEncrypters: [securePeer()]
})

console.log(`I am ${node.peerId}`)

try {
  const connection = await node.dial(multiaddr(process.argv[2]))
  console.log(`let in by ${connection.remotePeer}`)
} catch (err) {
  console.log(err.message)
}

await node.stop()

async function keptKey (path) {
  try {
    return privateKeyFromKeys(JSON.parse(await readFile(path, 'utf8')))
  } catch (err) {
    if (err.code !== 'ENOENT') {
      throw err
    }

    const keys = await generateKeys({ type: 'ed25519' })
    await writeFile(path, JSON.stringify(keys), { mode: 0o600 })

    return privateKeyFromKeys(keys)
  }
}
