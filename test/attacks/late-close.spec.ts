import { expect } from 'aegir/chai'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { concat, EvilPeer, randomBytes, text, utf8 } from '../fixtures/evil-peer.ts'
import type { Wire } from '../fixtures/attack-wire.ts'

// A peer that closes at the worst moment: between two of the victim's steps.
describe('attacks: late close', () => {
  guard()

  for (const how of ['fin', 'reset'] as const) {
    it(`should notice a ${how} that comes right behind the last line`, async () => {
      // every number of microtasks between the line and the close is a moment of its own
      for (let ticks = 0; ticks < 40; ticks++) {
        const victim = await Victim.dialer()
        const evil = new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') })
        evil.sendHello()
        await evil.readHello()
        await evil.readLine2()
        await evil.sendLine2()

        for (let tick = 0; tick < ticks; tick++) {
          await Promise.resolve()
        }

        victim.wire[how]()

        const outcome = await Promise.race([
          victim.secured.then(async () => victim.closed.promise, err => err),
          new Promise(resolve => setTimeout(resolve, 1000, 'nobody noticed'))
        ])
        expect(outcome, `${ticks} microtasks later`).to.be.an('error')
      }
    })

    it(`should say that the carrier closed when a ${how} follows a flood`, async () => {
      const victim = await Victim.listener()
      const evil = new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') })
      await evil.readHello()
      victim.wire.send(concat(evil.makeHello(), randomBytes(20_000).map(byte => byte | 0x80)))
      victim.wire[how]()

      const err = await victim.secured.catch(err => err)
      expect(err).to.have.property('code').that.is.oneOf(['ERR_CARRIER_CLOSED', 'ERR_LINE_TOO_LONG'])
      await victim.isClosed()
    })

    for (const role of ['dialer', 'listener'] as const) {
      it(`should not wait, as ${role}, on a carrier that a ${how} closed before the handshake`, async () => {
        const before = ({ victim }: Wire): void => { how === 'fin' ? victim.onTransportClosed() : victim.onRemoteReset() }
        const victim = await Victim[role]({ before, handshakeTimeout: 500 })

        await victim.failsWith('ERR_CARRIER_CLOSED')
      })
    }
  }

  it('should close when the carrier is half closed after the end and closed later', async () => {
    const victim = await Victim.dialer({ wire: { halfOpen: true } })
    const evil = await new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    await victim.secured
    victim.wire.send(evil.seal(1, utf8('all')), evil.seal(2))
    victim.wire.fin()
    victim.wire.gone()

    const closed = await Promise.race([victim.closed.promise, new Promise(resolve => setTimeout(resolve, 1000, 'never closed'))])
    expect(closed).to.be.undefined()
    expect(victim.plaintext.map(text)).to.deep.equal(['all'])
  })

  it('should not call it a truncation when a reset follows the end', async () => {
    for (const halfOpen of [false, true]) {
      const victim = await Victim.dialer({ wire: { halfOpen } })
      const evil = await new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
      await victim.secured
      victim.wire.send(evil.seal(1, utf8('all')), evil.seal(2))
      halfOpen && victim.wire.fin()
      victim.wire.reset()
      const err: any = await victim.closed.promise

      // it may be told that the carrier failed, but nothing is missing
      expect(err?.code).to.not.equal('ERR_TRUNCATED')
      expect(victim.plaintext.map(text)).to.deep.equal(['all'])
    }
  })

  it('should not wait on a carrier whose other side ended before the handshake', async () => {
    const victim = await Victim.dialer({ before: wire => { wire.victim.onRemoteCloseWrite() }, handshakeTimeout: 500 })

    await victim.failsWith('ERR_CARRIER_CLOSED')
  })

  it('should give a reader that is paused all that came before the carrier closed', async () => {
    const victim = await Victim.dialer({ wire: { ignorePause: true } })
    const evil = await new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    const { connection } = await victim.secured
    connection.pause()
    victim.wire.send(evil.seal(1, utf8('all')), evil.seal(2))
    victim.wire.fin()
    await new Promise(resolve => setTimeout(resolve))
    connection.resume()

    expect(await victim.closed.promise).to.be.undefined()
    expect(victim.plaintext.map(text)).to.deep.equal(['all'])
  })
})
