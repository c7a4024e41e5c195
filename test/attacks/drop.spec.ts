import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { EvilPeer, utf8 } from '../fixtures/evil-peer.ts'

describe('attacks: drop', () => {
  guard()

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
