import { expect } from 'aegir/chai'
import { Relay } from '../fixtures/attack-relay.ts'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { base64, concat, EvilPeer, flip, fromBase64, text, utf8 } from '../fixtures/evil-peer.ts'
import type { CipherName } from '../../src/index.ts'
import type { Meddle } from '../fixtures/attack-relay.ts'

type Json = Record<string, any>

// every runtime has both
const CIPHERS: CipherName[] = ['aes-256-gcm', 'aes-128-gcm']

describe('attacks: man in the middle', () => {
  guard()

  async function between (meddle?: Meddle): Promise<Relay> {
    const listener = await Victim.listener({ ciphers: CIPHERS })

    return new Relay(await Victim.dialer({ remotePeer: listener.peerId, ciphers: CIPHERS }), listener, meddle)
  }

  function rewrite (from: 'dialer' | 'listener', index: number, change: (message: Json) => unknown): Meddle {
    return unit => {
      if (unit.from !== from || unit.kind !== 'line' || unit.index !== index) {
        return undefined
      }

      const message = JSON.parse(text(unit.bytes))
      const changed = change(message) ?? message

      return [utf8(typeof changed === 'string' ? changed : `${JSON.stringify(changed)}\n`)]
    }
  }

  it('should connect when the man in the middle only listens, who then sees no identity', async () => {
    const { dialer, listener, seen } = await between()
    const secured = await Promise.all([dialer.secured, listener.secured])
    const all = text(concat(...seen.map(unit => unit.bytes)))

    expect(secured[0].remotePeer.equals(listener.peerId)).to.be.true()
    expect(secured[1].remotePeer.equals(dialer.peerId)).to.be.true()

    for (const { privateKey, peerId } of [dialer, listener]) {
      expect(all).to.not.include(base64(privateKey.publicKey.raw).slice(0, 40))
      expect(all).to.not.include(peerId.toString())
      expect(all).to.not.include('ed25519')
    }
  })

  const helloChanges: Record<string, (hello: Json) => unknown> = {
    token: hello => { hello.token = base64(flip(fromBase64(hello.token), 63)) },
    'hybrid share': hello => { hello.dh[0].public = base64(flip(fromBase64(hello.dh[0].public), -1)) },
    'share that is not elected': hello => { hello.dh[1].public = base64(flip(fromBase64(hello.dh[1].public), 5)) },
    'order of groups': hello => { hello.dh.reverse() },
    'order of ciphers': hello => { hello.ciphers.reverse() },
    'list of groups': hello => { hello.dh.pop() },
    'list of ciphers': hello => { hello.ciphers.shift() },
    'unknown member': hello => { hello.padding = 'x' },
    'unknown group': hello => { hello.dh.push({ group: 'sntrup761', public: '' }) },
    'white space': hello => `${JSON.stringify(hello)} \n`
  }

  for (const from of ['dialer', 'listener'] as const) {
    for (const [what, change] of Object.entries(helloChanges)) {
      it(`should fail on both sides when the hello of the ${from} is changed: ${what}`, async () => {
        const { dialer, listener } = await between(rewrite(from, 0, change))

        await listener.failsWith('ERR_HEADER_AUTH')
        await dialer.failsWith('ERR_CARRIER_CLOSED')
      })
    }

    // who sent it sees the other side go: a dialer in its handshake, a listener after it
    const senderCode = { dialer: 'ERR_CARRIER_CLOSED', listener: 'ERR_TRUNCATED' }[from]
    const other = { dialer: 'listener', listener: 'dialer' }[from] as 'dialer' | 'listener'

    for (const byte of [0, 100, -17, -1]) {
      it(`should fail when byte ${byte} of the sealed header of the ${from} is changed`, async () => {
        const relay = await between(rewrite(from, 1, line2 => { line2.header = base64(flip(fromBase64(line2.header), byte, 7)) }))

        await relay[other].failsWith('ERR_HEADER_AUTH')
        await relay[from].breaksWith(senderCode)
      })
    }

    for (const byte of [0, 1087]) {
      it(`should fail when byte ${byte} of the KEM ciphertext of the ${from} is changed`, async () => {
        const relay = await between(rewrite(from, 1, line2 => { line2.kem = base64(flip(fromBase64(line2.kem), byte)) }))

        await relay[other].failsWith('ERR_HEADER_AUTH')
        await relay[from].breaksWith(senderCode)
      })
    }
  }

  it('should fail at the dialer when its line 2 is changed in a way that means the same', async () => {
    const { dialer, listener } = await between(rewrite('dialer', 1, line2 => { line2.more = 1 }))

    // the listener's header confirms byte for byte the line that it answers
    await dialer.failsWith('ERR_HEADER_AUTH')
    await listener.breaksWith('ERR_TRUNCATED')
  })

  it('should give no key to somebody who changed the line 2 of the listener in a way that means the same', async () => {
    const { dialer, listener } = await between(rewrite('listener', 1, line2 => { line2.more = 1 }))
    const secured = await Promise.all([dialer.secured, listener.secured])

    expect(secured[0].remoteExtensions.transcriptHash).to.not.equalBytes(secured[1].remoteExtensions.transcriptHash)
    secured[0].connection.send(utf8('never read'))
    await listener.breaksWith('ERR_RECORD_AUTH')
    await dialer.breaksWith('ERR_TRUNCATED')
  })

  it('should notice a man in the middle with an identity of his own', async () => {
    const privateKey = await keyOf('Ed25519', 'evil')
    const dialer = await Victim.dialer({ remotePeer: (await Victim.listener()).peerId })
    const handshake = new EvilPeer(dialer.wire, { role: 'listener', privateKey }).handshake()

    const err = await dialer.failsWith('ERR_UNEXPECTED_PEER')
    expect(err).to.have.property('name', 'UnexpectedPeerError')
    await handshake
  })

  it('should fail when records are changed, every byte of them', async () => {
    const length = 4 + 5 + 16

    for (let byte = 0; byte < length; byte++) {
      const { dialer, listener } = await between(({ from, kind, bytes }) => from === 'dialer' && kind === 'record' ? [flip(bytes, byte), new Uint8Array(70_000)] : undefined)
      const [{ connection }] = await Promise.all([dialer.secured, listener.secured])

      connection.send(utf8('hello'))
      const err: any = await listener.closed.promise
      expect(err.code).to.be.oneOf(['ERR_MALFORMED_RECORD', 'ERR_RECORD_AUTH'])
      expect(listener.plaintext).to.be.empty()
      await listener.carrierIsClosed()
      await dialer.breaksWith('ERR_TRUNCATED')
    }
  })
})
