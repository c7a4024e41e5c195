import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { secureSocket } from './channel.js'

// The man in the middle: Alice's listener, and a client of the server. Passes on what
// they say for the login, and then speaks for himself.
export async function startMallory (serverPort) {
  const loot = Promise.withResolvers()

  const mallory = createServer(socket => {
    attack(socket).then(loot.resolve, loot.reject)
  })

  await once(mallory.listen(0, '127.0.0.1'), 'listening')

  return { port: mallory.address().port, loot: loot.promise, close: () => { mallory.close() } }

  async function attack (socket) {
    const alice = await secureSocket(socket, 'listener')
    const server = await secureSocket(connect(serverPort, '127.0.0.1'), 'dialer')

    // the nonce, the proof
    alice.say(await server.hear())
    server.say(await alice.hear())

    const answer = await server.hear()
    alice.say(answer)
    alice.close()

    if (answer !== 'refused') {
      server.say('what do I own?')
    }

    server.close()

    return await server.hear() ?? 'nothing'
  }
}
