import { expect } from 'aegir/chai'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { concat, EvilPeer, randomBytes, text, utf8 } from '../fixtures/evil-peer.ts'

describe('attacks: early data', () => {
  guard()

  it('should keep records that arrive while identify runs for after it, in order', async () => {
    const accept = Promise.withResolvers<void>()
    const victim = await Victim.dialer({ identify: async () => accept.promise })
    const evil = await new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()

    victim.wire.send(evil.seal(1, utf8('one ')), evil.seal(1, utf8('two ')), evil.seal(2))
    await new Promise(resolve => setTimeout(resolve))
    expect(victim.plaintext).to.be.empty()
    accept.resolve()
    await victim.secured
    victim.wire.fin()

    expect(await victim.closed.promise).to.be.undefined()
    expect(text(concat(...victim.plaintext))).to.equal('one two ')
  })

  for (const ignorePause of [false, true]) {
    it(`should keep more records than fit a line in order, from a carrier that ${ignorePause ? 'still delivers when' : 'stops when'} paused`, async () => {
      const accept = Promise.withResolvers<void>()
      const victim = await Victim.dialer({ identify: async () => accept.promise, wire: { ignorePause } })
      const evil = await new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
      const sent = Array.from({ length: 20 }, () => randomBytes(4000))

      victim.wire.send(...sent.map(bytes => evil.seal(1, bytes)))
      await new Promise(resolve => setTimeout(resolve))
      expect(victim.plaintext).to.be.empty()
      accept.resolve()
      await victim.secured
      victim.wire.send(evil.seal(2))
      victim.wire.fin()

      expect(await victim.closed.promise).to.be.undefined()
      expect(concat(...victim.plaintext)).to.equalBytes(concat(...sent))
    })
  }

  it('should not release records that came before the header they belong to', async () => {
    const victim = await Victim.dialer()
    const evil = new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') })
    evil.sendHello()
    await evil.readHello()
    await evil.readLine2()
    const line2 = await evil.makeLine2()
    evil.deriveSession()
    victim.wire.send(evil.seal(1, utf8('too early')), line2)

    // records are no line of JSON
    await victim.failsWith('ERR_MALFORMED_HEADER')
  })

  it('should refuse a dialer that sends records before the header of the listener', async () => {
    const victim = await Victim.listener()
    const evil = new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') })
    await evil.readHello()
    evil.sendHello()
    await evil.sendLine2()
    victim.wire.send(concat(Uint8Array.of(1, 0, 0, 20), randomBytes(20)))

    // nobody can seal a record before the listener's header is known
    await victim.breaksWith('ERR_RECORD_AUTH')
  })

  it('should bound what it keeps of a flood while identify runs', async () => {
    const accept = Promise.withResolvers<void>()
    const victim = await Victim.dialer({ identify: async () => accept.promise })
    const evil = await new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    const record = evil.seal(1, new Uint8Array(1000))
    let delivered = 0

    for (let i = 0; i < 1000; i++) {
      victim.wire.send(record)
    }

    victim.wire.victim.addEventListener('message', event => { delivered += event.data.byteLength })
    await new Promise(resolve => setTimeout(resolve))

    expect(victim.wire.victim.readStatus).to.equal('paused')
    expect(delivered).to.be.below(32_768)
    accept.resolve()
    await victim.secured
    await victim.breaksWith('ERR_RECORD_AUTH', '\0'.repeat(1000))
  })

  it('should give up on a carrier that gives more than a read buffer while identify runs', async () => {
    const victim = await Victim.dialer({ identify: async () => new Promise(() => {}), handshakeTimeout: 2000 })
    await new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    const flood = 5 * 1_048_576
    victim.wire.send(new Uint8Array(flood))

    await victim.failsWith('ERR_LINE_TOO_LONG', flood + 32_768)
  })
})
