import { pipeline } from 'node:stream/promises'
import { generateKeyPair } from '@libp2p/crypto/keys'
import * as lp from 'it-length-prefixed'
import { pushable } from 'it-pushable'
import { secureDuplex } from 'libp2p-secure-peer/duplex'

// A socket with secure-peer over it, for messages of text. Each has a key of its own,
// and nobody knows whose is whose: that is what the login is for.
export async function secureSocket (socket, role) {
  const duplex = { source: socket, sink: async source => pipeline(source, socket) }
  const channel = await secureDuplex(duplex, { privateKey: await generateKeyPair('Ed25519'), role })

  // each message with its length before it
  const outgoing = pushable()
  const incoming = lp.decode(channel.source)

  // what breaks the channel is told to who listens
  channel.sink(lp.encode(outgoing)).catch(() => {})

  return {
    say: text => { outgoing.push(Buffer.from(text)) },

    // undefined when the other side has nothing more to say
    hear: async () => {
      const { value } = await incoming.next()

      return value != null ? Buffer.from(value.subarray()).toString() : undefined
    },

    // 32 bytes that both ends of this channel can have, and nobody else. The label says
    // what they are for; another one gives other bytes.
    bindingKey: () => channel.exportKeyingMaterial('example.com login', undefined, 32),

    close: () => { outgoing.end() }
  }
}
