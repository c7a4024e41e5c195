// Alice logs in at the server, then at Mallory, whom she takes for the server. First
// without channel binding, then with it.
/* eslint-disable no-console */

import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { secureSocket } from './channel.js'
import { prove } from './login.js'
import { startMallory } from './mallory.js'
import { startServer } from './server.js'

const token = randomBytes(32)

for (const isBound of [false, true]) {
  console.log(isBound ? 'The same, bound to the channel:' : 'A login with a token and a nonce:')

  const server = await startServer({ token, isBound })
  const mallory = await startMallory(server.address().port)

  console.log(`  Alice at the server  ${await logIn(server.address().port, isBound)}`)
  console.log(`  Alice at Mallory     ${await logIn(mallory.port, isBound)}`)
  console.log(`  Mallory gets         ${await mallory.loot}`)

  server.close()
  mallory.close()
}

// what Alice does; returns what she is told
async function logIn (port, isBound) {
  const channel = await secureSocket(connect(port, '127.0.0.1'), 'dialer')
  const nonce = await channel.hear()

  channel.say(prove(token, { nonce, channel, isBound }))

  const answer = await channel.hear()
  channel.close()

  return answer
}
