import { generateKeyPair } from '@libp2p/crypto/keys'
import { defaultLogger } from '@libp2p/logger'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { expect } from 'aegir/chai'
import { pEvent } from 'p-event'
import { securePeer } from '../../src/index.ts'
import { upgraderWith } from '../fixtures/upgrader.ts'
import type { ConnectionEncrypter, MessageStream } from '@libp2p/interface'

async function createEncrypter (): Promise<ConnectionEncrypter> {
  return securePeer()({ privateKey: await generateKeyPair('Ed25519'), logger: defaultLogger(), upgrader: upgraderWith() })
}

async function connect (): Promise<[MessageStream, MessageStream]> {
  const [outbound, inbound] = multiaddrConnectionPair()
  const [dialer, listener] = await Promise.all([createEncrypter(), createEncrypter()])
  const secured = await Promise.all([dialer.secureOutbound(outbound), listener.secureInbound(inbound)])

  return [secured[0].connection, secured[1].connection]
}

describe('a stream that nobody reads yet', () => {
  it('should tell of the end after the data that came before it', async () => {
    const [sender, receiver] = await connect()
    const events: string[] = []
    const ended = pEvent(receiver, 'remoteCloseWrite').then(() => { events.push('end') })

    sender.send(new Uint8Array(1_000))
    const closed = sender.close()

    // more turns than data and end need to get here
    for (let turn = 0; turn < 20; turn++) {
      await new Promise(resolve => setTimeout(resolve))
    }

    expect(receiver.readBufferLength).to.equal(1_000)
    expect(events).to.deep.equal([])

    receiver.addEventListener('message', event => { events.push(`message ${event.data.byteLength}`) })
    await ended
    expect(events).to.deep.equal(['message 1000', 'end'])
    await receiver.close()
    await closed
  })
})
