// The second example again, with what its README left to others: the key of the
// first connection is kept in a file, and another one refused later on.
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { knownPeersFile } from 'libp2p-secure-peer/known-peers/file'
import secure from 'libp2p-secure-peer/stream'

const peer = secure(JSON.parse(readFileSync(new URL('b.json', import.meta.url), 'utf8')))
const known = knownPeersFile(new URL('known-peers.json', import.meta.url).pathname)

const sec = peer(stream => {
  stream.pipe(process.stdout)
  stream.end('beep boop\n')
})

sec.on('identify', known.at('localhost:5000'))
sec.on('error', err => {
  process.stderr.write(`${err.message}\n`)
  process.exitCode = 1
})

sec.pipe(net.connect(5000)).pipe(sec)
