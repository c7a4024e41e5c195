import { expect } from 'aegir/chai'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { concat, EvilPeer, utf8 } from '../fixtures/evil-peer.ts'

describe('attacks: data after the end', () => {
  guard()

  for (const chunks of ['in one chunk', 'in chunks of their own']) {
    for (const type of [1, 2, 3]) {
      it(`should refuse a record of type ${type} after the end, ${chunks}`, async () => {
        const victim = await Victim.dialer()
        const evil = await new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
        await victim.secured
        const sent = [evil.seal(1, utf8('all')), evil.seal(2), evil.seal(type)]
        victim.wire.send(...chunks === 'in one chunk' ? [concat(...sent)] : sent)

        await victim.breaksWith('ERR_RECORD_AFTER_END', 'all')
      })
    }
  }

  for (const chunks of ['in one chunk', 'in chunks of their own']) {
    it(`should give nothing that follows a reject record, ${chunks}`, async () => {
      const victim = await Victim.dialer()
      const evil = await new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
      await victim.secured
      const sent = [evil.seal(1, utf8('all')), evil.seal(3, utf8('no')), evil.seal(1, utf8('more'))]
      victim.wire.send(...chunks === 'in one chunk' ? [concat(...sent)] : sent)

      await victim.breaksWith('ERR_REJECTED', 'all')
    })
  }

  it('should refuse a single byte after the end', async () => {
    const victim = await Victim.dialer()
    const evil = await new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    await victim.secured
    victim.wire.send(evil.seal(2), Uint8Array.of(0))

    await victim.breaksWith('ERR_RECORD_AFTER_END')
  })

  it('should refuse an end that carries something', async () => {
    const victim = await Victim.dialer()
    const evil = await new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    await victim.secured
    victim.wire.send(evil.seal(2, utf8('x')))

    await victim.breaksWith('ERR_MALFORMED_RECORD')
  })

  it('should send nothing after its own end', async () => {
    const victim = await Victim.dialer()
    const evil = await new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    const { connection } = await victim.secured
    connection.send(utf8('last'))
    const closing = connection.close()
    expect(() => connection.send(utf8('more'))).to.throw('closing')
    expect((await evil.open()).type).to.equal(1)
    expect((await evil.open()).type).to.equal(2)
    victim.wire.send(evil.seal(2))
    await closing
    await expect(evil.open()).to.eventually.be.rejectedWith('fin')
  })
})
