import { UnexpectedPeerError } from '@libp2p/interface'
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id'
import { expect } from 'aegir/chai'
import { peerIdFromAnyPublicKey } from '../../src/libp2p/keys.ts'
import { KEY_NAMES, keyOf, otherKeyOf } from './fixtures/keys.ts'
import { attempt, closed, closeOf, connect, errorOf, nextMessage, valueOf } from './fixtures/secure.ts'
import type { PeerId, PrivateKey } from '@libp2p/interface'

// what a PeerId is after it was in an address: an RSA one holds no key
function fromText (key: PrivateKey): PeerId {
  return key.type === 'ECDSA' ? peerIdFromAnyPublicKey(key.publicKey) : peerIdFromString(peerIdFromPrivateKey(key).toString())
}

describe('identities', () => {
  for (const name of KEY_NAMES) {
    it(`should prove a ${name} identity, dialing and listening`, async () => {
      const dialerKey = await keyOf(name)
      const listenerKey = await otherKeyOf(name)

      const { dialer, listener } = await connect({
        dialer: { privateKey: dialerKey, options: { remotePeer: fromText(listenerKey) } },
        listener: { privateKey: listenerKey, options: { remotePeer: fromText(dialerKey) } }
      })

      expect(dialer.remotePeer.toString()).to.equal(fromText(listenerKey).toString())
      expect(listener.remotePeer.toString()).to.equal(fromText(dialerKey).toString())
      expect(dialer.remotePeer.publicKey?.equals(listenerKey.publicKey)).to.equal(true)
      expect(listener.remotePeer.publicKey?.equals(dialerKey.publicKey)).to.equal(true)

      const received = nextMessage(listener)
      dialer.connection.send(Uint8Array.of(1, 2, 3))
      expect(await received).to.deep.equal(Uint8Array.of(1, 2, 3))
    })

    it(`should keep no pool of buffers alive with a ${name} PeerId`, async () => {
      const peerId = peerIdFromAnyPublicKey((await keyOf(name)).publicKey)
      const { digest, bytes } = peerId.toMultihash()

      expect(digest.buffer.byteLength).to.be.below(256)
      expect(bytes.buffer.byteLength).to.be.below(256)
    })

    for (const otherName of KEY_NAMES) {
      it(`should let a dialer that wants a ${name} PeerId notice another ${otherName} one`, async () => {
        const wanted = await otherKeyOf(name)

        const { dialer, listener, carriers } = await attempt({
          dialer: { options: { remotePeer: fromText(wanted) } },
          listener: { privateKey: await keyOf(otherName) }
        })

        expect(errorOf(dialer)).to.be.an.instanceOf(UnexpectedPeerError)
        expect(errorOf(dialer)).to.have.property('name', 'UnexpectedPeerError')
        expect(errorOf(dialer).message).to.match(/^ERR_UNEXPECTED_PEER: /).and.include(fromText(wanted).toString())

        // the listener let the dialer in and is left
        expect((await closeOf(valueOf(listener))).error).to.have.property('name', 'TruncatedError')
        await Promise.all(carriers.map(closed))
      })
    }

    it(`should let a listener that wants a ${name} PeerId notice another one`, async () => {
      const { dialer, listener, carriers } = await attempt({
        dialer: { privateKey: await keyOf(name) },
        listener: { options: { remotePeer: fromText(await otherKeyOf(name)) } }
      })

      expect(errorOf(listener)).to.have.property('name', 'UnexpectedPeerError')
      expect(errorOf(dialer)).to.have.property('code', 'ERR_CARRIER_CLOSED')
      await Promise.all(carriers.map(closed))
    })
  }

  it('should not ask identify about somebody who was not meant', async () => {
    let asked = false

    await attempt({
      dialer: { options: { remotePeer: fromText(await keyOf('RSA 2048')) }, init: { identify: () => { asked = true } } },
      listener: { privateKey: await otherKeyOf('RSA 2048') }
    })

    expect(asked).to.equal(false)
  })
})
