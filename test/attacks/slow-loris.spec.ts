import { expect } from 'aegir/chai'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { EvilPeer } from '../fixtures/evil-peer.ts'
import type { Wire } from '../fixtures/attack-wire.ts'

const TIMEOUT = 60

describe('attacks: slow loris', () => {
  guard()

  /** A byte now and then, as many as there are until the victim has had enough. */
  function drip (wire: Wire, bytes: Uint8Array): void {
    let sent = 0

    const timer = setInterval(() => {
      if (wire.ended != null || sent === bytes.byteLength) {
        clearInterval(timer)
      } else {
        wire.send(bytes.slice(sent, ++sent))
      }
    }, TIMEOUT / 20)
  }

  for (const role of ['dialer', 'listener'] as const) {
    it(`should not wait for a ${role} that sends its hello byte by byte`, async () => {
      const victim = await Victim[role === 'dialer' ? 'listener' : 'dialer']({ handshakeTimeout: TIMEOUT })
      const start = Date.now()
      drip(victim.wire, new EvilPeer(victim.wire, { role, privateKey: await keyOf('Ed25519', 'evil') }).makeHello())

      await victim.failsWith('ERR_HANDSHAKE_TIMEOUT')
      expect(Date.now() - start).to.be.below(20 * TIMEOUT)
      expect(victim.wire.ended).to.equal('reset')
    })

    it(`should not wait for a ${role} that sends its header byte by byte`, async () => {
      const victim = await Victim[role === 'dialer' ? 'listener' : 'dialer']({ handshakeTimeout: TIMEOUT })
      const evil = new EvilPeer(victim.wire, { role, privateKey: await keyOf('Ed25519', 'evil') })
      evil.sendHello()
      await evil.readHello()

      if (role === 'listener') {
        await evil.readLine2()
      }

      drip(victim.wire, await evil.makeLine2())
      await victim.failsWith('ERR_HANDSHAKE_TIMEOUT')
    })
  }

  it('should have one time for all of the handshake, not one for each step', async () => {
    const victim = await Victim.listener({ handshakeTimeout: TIMEOUT })
    const evil = new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') })
    await evil.readHello()
    await new Promise(resolve => setTimeout(resolve, TIMEOUT / 2))
    evil.sendHello()
    const start = Date.now()

    await victim.failsWith('ERR_HANDSHAKE_TIMEOUT')
    expect(Date.now() - start).to.be.below(10 * TIMEOUT)
  })

  it('should end when its caller has had enough', async () => {
    const controller = new AbortController()
    const victim = await Victim.listener({ signal: controller.signal })
    await victim.wire.until(() => victim.linesSent === 1)
    const reason = new Error('enough')
    controller.abort(reason)

    await expect(victim.secured).to.eventually.be.rejected().and.equal(reason)
    await victim.isClosed()
  })

  for (const [outcome, lets] of Object.entries({ 'that succeeded': true, 'that failed': false })) {
    it(`should leave no listener on the signal of its caller after a handshake ${outcome}`, async () => {
      const { signal } = new AbortController()
      const listeners = new Set<unknown>()
      const add = signal.addEventListener.bind(signal)
      const remove = signal.removeEventListener.bind(signal)
      let added = 0
      signal.addEventListener = (type: string, listener: any, ...rest: any[]) => { added++; listeners.add(listener); add(type, listener, ...rest) }
      signal.removeEventListener = (type: string, listener: any, ...rest: any[]) => { listeners.delete(listener); remove(type, listener, ...rest) }

      const victim = await Victim.listener({ signal, identify: () => lets })
      await new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake().catch(() => {})
      lets ? await victim.secured : await victim.failsWith('ERR_IDENTITY_REJECTED')

      expect(added).to.be.above(0)
      expect(listeners).to.be.empty()
    })
  }

  it('should not begin when its caller has had enough before', async () => {
    const reason = new Error('enough')
    const victim = await Victim.listener({ signal: AbortSignal.abort(reason) })

    await expect(victim.secured).to.eventually.be.rejected().and.equal(reason)
    await victim.isClosed()
    expect(victim.linesSent).to.equal(0)
  })
})
