// The first example again, as one would write it today.
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import secure from 'libp2p-secure-peer/stream'

const peer = secure(JSON.parse(readFileSync(new URL('a.json', import.meta.url), 'utf8')))

const server = net.createServer(socket => {
  const sec = peer(stream => {
    pipeline(stream, upperCase(), stream).catch(err => { process.stderr.write(`${err.message}\n`) })
  })

  pipeline(socket, sec, socket).catch(err => { process.stderr.write(`${err.message}\n`) })
})

server.listen(5000)

function upperCase () {
  return new Transform({
    transform (chunk, encoding, callback) { callback(null, String(chunk).toUpperCase()) }
  })
}
