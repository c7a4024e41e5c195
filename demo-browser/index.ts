/**
 * `npm run demo:browser`: a page that dials this process with secure-peer. What is
 * typed here is said in the page's chat.
 */

import { createInterface } from 'node:readline'
import { startListener } from './listener.ts'
import { startServer } from './server.ts'

const SHORT_CHARACTERS = 8

const listener = await startListener((text, peer) => { print(`…${peer.slice(-SHORT_CHARACTERS)}: ${text}`) })
const server = await startServer(listener.address, Number(process.env.PORT ?? 0))

print(`Listening as ${listener.peerId}\nOpen ${server.url} in a browser. What you type here is said in the page; Ctrl+C ends.`)

const terminal = createInterface({ input: process.stdin })
terminal.on('line', line => { listener.say(line) })

process.once('SIGINT', () => {
  terminal.close()
  server.stop()
  listener.stop().catch(err => { print(err.message) })
})

function print (line: string): void {
  process.stdout.write(`${line}\n`)
}
