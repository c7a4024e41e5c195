import { publicKeyFromPem } from '../../src/keys/index.ts'
import { knownPeersFile } from '../../src/known-peers/file.ts'
import { peerIdFromAnyPublicKey } from '../../src/libp2p/keys.ts'

// A process that checks the key of stdin at each of the addresses 0 to 19, and
// tells for each whether it was let in. Arguments: the file.

const [,, path] = process.argv
let pem = ''

for await (const chunk of process.stdin) {
  pem += String(chunk)
}

const publicKey = publicKeyFromPem(pem)
const peer = { publicKey, peerId: peerIdFromAnyPublicKey(publicKey) }
const known = knownPeersFile(path)

const results = await Promise.all(Array.from({ length: 20 }, async (_, i) => {
  return known.check(`host:${i}`, peer).then(() => true, err => err.name === 'KnownPeerChangedError' ? false : String(err))
}))

process.stdout.write(JSON.stringify(results))
