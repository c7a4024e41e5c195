import { expect } from 'aegir/chai'
import { Uint8ArrayList } from 'uint8arraylist'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { concat, EvilPeer, utf8 } from '../fixtures/evil-peer.ts'

describe('attacks: zero length', () => {
  guard()

  it('should refuse an empty line', async () => {
    for (const role of ['dialer', 'listener'] as const) {
      const victim = await Victim[role]()
      victim.wire.send(utf8('\n'))

      await victim.failsWith('ERR_MALFORMED_HELLO')
    }
  })

  it('should refuse an empty line 2', async () => {
    for (const role of ['dialer', 'listener'] as const) {
      const victim = await Victim[role === 'dialer' ? 'listener' : 'dialer']()
      const evil = new EvilPeer(victim.wire, { role, privateKey: await keyOf('Ed25519', 'evil') })
      evil.sendHello()
      victim.wire.send(utf8('\n'))

      await victim.failsWith('ERR_MALFORMED_HEADER')
    }
  })

  it('should refuse a sealed header without a header, or not padded', async () => {
    for (const length of [0, 1, 15, 16, 17, 1024, 1039, 1041, 2048]) {
      const victim = await Victim.listener()
      new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil'), line2: line2 => { line2.header = btoa('\0'.repeat(length)) } }).handshake().catch(() => {})

      await victim.failsWith('ERR_MALFORMED_HEADER')
    }
  })

  it('should refuse a sealed header of white space', async () => {
    const victim = await Victim.listener()
    new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil'), header: () => ' ' }).handshake().catch(() => {})

    await victim.failsWith('ERR_MALFORMED_HEADER')
  })

  it('should not mind chunks without bytes', async () => {
    const victim = await Victim.listener()
    const evil = new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') })
    const empty = new Uint8Array()

    await evil.readHello()
    victim.wire.send(empty, new Uint8ArrayList(empty, evil.ownHello, empty), empty)
    victim.wire.send(new Uint8ArrayList(empty, await evil.makeLine2(), empty))
    await evil.readLine2()
    evil.deriveSession()
    await victim.secured
    victim.wire.send(new Uint8ArrayList(empty, evil.seal(1, utf8('a')), empty), empty, evil.seal(2), empty)
    victim.wire.fin()

    expect(await victim.closed.promise).to.be.undefined()
    expect(victim.plaintext).to.have.lengthOf(1)
  })

  it('should give nothing for any number of records without data', async () => {
    const victim = await Victim.listener()
    const evil = await new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    const { connection } = await victim.secured

    for (let i = 0; i < 200; i++) {
      victim.wire.send(concat(...Array.from({ length: 10 }, () => evil.seal(1))))
    }

    victim.wire.send(evil.seal(2))
    victim.wire.fin()

    expect(await victim.closed.promise).to.be.undefined()
    expect(victim.plaintext).to.be.empty()
    expect(connection.readBufferLength).to.equal(0)
  })

  it('should send no record for nothing', async () => {
    const victim = await Victim.listener()
    const evil = await new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    const { connection } = await victim.secured
    connection.send(new Uint8Array())
    connection.send(new Uint8ArrayList())
    connection.send(utf8('a'))

    expect(await evil.open()).to.deep.equal({ type: 1, plaintext: utf8('a') })
  })
})
