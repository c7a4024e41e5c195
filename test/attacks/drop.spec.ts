import { expect } from 'aegir/chai'
import { Relay } from '../fixtures/attack-relay.ts'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { EvilPeer, utf8 } from '../fixtures/evil-peer.ts'

describe('attacks: drop', () => {
  guard()

  it('should take no line for the hello of a dialer that was dropped', async () => {
    const relay = new Relay(await Victim.dialer(), await Victim.listener(), ({ from, index }) => from === 'dialer' && index === 0 ? [] : undefined)

    await relay.listener.failsWith('ERR_MALFORMED_HELLO')
    await relay.dialer.failsWith('ERR_CARRIER_CLOSED')
  })

  it('should wait no longer than it may for the hello of a listener that was dropped', async () => {
    const relay = new Relay(await Victim.dialer({ handshakeTimeout: 50 }), await Victim.listener(), ({ from }) => from === 'listener' ? [] : undefined)

    await relay.dialer.failsWith('ERR_HANDSHAKE_TIMEOUT')
    await relay.listener.failsWith('ERR_CARRIER_CLOSED')
    expect(relay.dialer.linesSent).to.equal(0)
  })

  for (const dropped of [0, 1, 2]) {
    it(`should notice that record ${dropped} of four was dropped`, async () => {
      const victim = await Victim.listener()
      const evil = await new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
      const records = [evil.seal(1, utf8('a')), evil.seal(1), evil.seal(1, utf8('c')), evil.seal(2)]
      victim.wire.send(...records.filter((_, index) => index !== dropped))

      await victim.breaksWith('ERR_RECORD_AUTH', dropped === 0 ? '' : 'a')
    })
  }

  it('should notice that the last records were dropped', async () => {
    const victim = await Victim.listener()
    const evil = await new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    victim.wire.send(evil.seal(1, utf8('a')))
    victim.wire.fin()

    await victim.breaksWith('ERR_TRUNCATED', 'a')
  })
})
