import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { secureSocket } from './channel.js'
import { isProven } from './login.js'

// Asks who comes for a proof of the token that Alice got when she signed up, and
// answers what she asks.
export async function startServer ({ token, isBound }) {
  const server = createServer(socket => {
    serve(socket).catch(err => { process.stderr.write(`${err.message}\n`) })
  })

  // any port that is free
  await once(server.listen(0, '127.0.0.1'), 'listening')

  return server

  async function serve (socket) {
    const channel = await secureSocket(socket, 'listener')
    const nonce = randomBytes(32).toString('base64')

    channel.say(nonce)

    if (isProven(token, await channel.hear(), { nonce, channel, isBound })) {
      channel.say('welcome, alice')

      while (await channel.hear() != null) {
        channel.say('alice owns 1,000 coins')
      }
    } else {
      channel.say('refused')
    }

    channel.close()
  }
}
