import { expect } from 'aegir/chai'
import { IdentityRejectedError } from '../../src/index.ts'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { EvilPeer, text } from '../fixtures/evil-peer.ts'
import type { VictimInit } from '../fixtures/attack-victim.ts'

describe('attacks: identify functions that go wrong', () => {
  guard()

  async function connect (role: 'dialer' | 'listener', init: VictimInit): Promise<{ victim: Victim, evil: EvilPeer }> {
    const victim = await Victim[role](init)
    const evil = new EvilPeer(victim.wire, { role: role === 'dialer' ? 'listener' : 'dialer', privateKey: await keyOf('Ed25519', 'evil') })
    await evil.handshake().catch(() => {})

    return { victim, evil }
  }

  const refusals: Record<string, () => unknown> = {
    'returns false': () => false,
    'returns false later': async () => false,
    throws: () => { throw new Error('db at 10.0.0.7 is down') },
    'rejects late': async () => {
      await new Promise(resolve => setTimeout(resolve, 5))
      throw new Error('db at 10.0.0.7 is down')
    },
    'throws what is no error': () => { throw 'nothing' }, // eslint-disable-line no-throw-literal, @typescript-eslint/only-throw-error
    'throws undefined': () => { throw undefined }, // eslint-disable-line no-throw-literal, @typescript-eslint/only-throw-error
    'rejects with null': async () => { throw null }, // eslint-disable-line no-throw-literal, @typescript-eslint/only-throw-error
    'throws an error of the negotiation': () => { throw Object.assign(new Error('10.0.0.7'), { name: 'NegotiationError', code: 'ERR_STEERED' }) },
    'throws the error itself': () => { throw new IdentityRejectedError('') }
  }

  for (const [what, identify] of Object.entries(refusals)) {
    for (const role of ['dialer', 'listener'] as const) {
      it(`should refuse, as ${role}, when one ${what}, and tell nothing of it`, async () => {
        const { victim, evil } = await connect(role, { identify: [() => true, identify] })
        await victim.failsWith('ERR_IDENTITY_REJECTED')
        expect(victim.wire.ended).to.equal('fin')

        if (role === 'listener') {
          expect(evil.remoteHeader).to.deep.equal({ reject: '' })
        } else {
          expect(await evil.open()).to.deep.equal({ type: 3, plaintext: new Uint8Array() })
        }
      })
    }
  }

  for (const role of ['dialer', 'listener'] as const) {
    it(`should send, as ${role}, no more of a reason than is printable, in 256 characters`, async () => {
      const { victim, evil } = await connect(role, { identify: identity => { identity.reject(`\u001b[31mno\n\u202e${'😀'.repeat(300)}\ud800`) } })
      await victim.failsWith('ERR_IDENTITY_REJECTED')
      const reason = role === 'listener' ? evil.remoteHeader.reject : text((await evil.open()).plaintext)

      expect([...reason]).to.have.lengthOf(256)
      expect(reason.slice(0, 10)).to.equal('\ufffd[31mno\ufffd\ufffd😀'.slice(0, 10))
    })

    it(`should not wait, as ${role}, for one that hangs, and tell it so`, async () => {
      let told: unknown
      const { victim, evil } = await connect(role, {
        handshakeTimeout: 500,
        identify: async (_, { signal }) => new Promise(() => { signal.addEventListener('abort', () => { told = signal.reason }) })
      })
      await victim.failsWith('ERR_HANDSHAKE_TIMEOUT')

      expect(told).to.have.property('code', 'ERR_HANDSHAKE_TIMEOUT')
      expect(evil.remoteHeader == null).to.equal(role === 'listener')
    })

    it(`should ignore, as ${role}, what one says after the time was up`, async () => {
      const decision = Promise.withResolvers<boolean>()
      const { victim } = await connect(role, { handshakeTimeout: 500, identify: async () => decision.promise })
      await victim.failsWith('ERR_HANDSHAKE_TIMEOUT')
      const sent = victim.wire.received.length
      decision.resolve(true)
      await new Promise(resolve => setTimeout(resolve))
      expect(victim.wire.received).to.have.lengthOf(sent)

      const other = Promise.withResolvers<boolean>()
      const again = await connect(role, { handshakeTimeout: 500, identify: async () => other.promise })
      await again.victim.failsWith('ERR_HANDSHAKE_TIMEOUT')
      other.reject(new Error('too late'))
      await new Promise(resolve => setTimeout(resolve))
    })

    it(`should ignore, as ${role}, a reject after the handshake failed`, async () => {
      let reject: (reason?: string) => void = () => {}
      const { victim } = await connect(role, { identify: identity => { reject = identity.reject; return false } })
      await victim.failsWith('ERR_IDENTITY_REJECTED')
      reject('again')
      await victim.isClosed()
    })

    it(`should wait a moment, as ${role}, until the other side has read why it is rejected`, async () => {
      let reject: (reason?: string) => void = () => {}
      const { victim, evil } = await connect(role, { identify: identity => { reject = identity.reject } })
      await victim.secured
      reject('changed my mind')

      // as one that opens records asynchronously, and would see the end first
      expect(text((await evil.open()).plaintext)).to.equal('changed my mind')
      await new Promise(resolve => setTimeout(resolve, 50))
      expect(victim.wire.ended).to.be.undefined()

      victim.wire.reset()
      expect(await victim.closed.promise).to.have.property('code', 'ERR_IDENTITY_REJECTED')
    })

    it(`should end, as ${role}, a connection that is rejected after it was accepted`, async () => {
      let reject: (reason?: string) => void = () => {}
      const { victim, evil } = await connect(role, { identify: identity => { reject = identity.reject } })
      const { connection } = await victim.secured
      reject('changed my mind')
      reject('twice')

      // on its way when it was rejected
      victim.wire.send(evil.seal(1, Uint8Array.of(1)))

      expect(await evil.open()).to.deep.equal({ type: 3, plaintext: new TextEncoder().encode('changed my mind') })
      expect(await victim.closed.promise).to.have.property('code', 'ERR_IDENTITY_REJECTED')
      expect(() => connection.send(Uint8Array.of(1))).to.throw()
      expect(victim.plaintext).to.be.empty()
      expect(victim.wire.ended).to.equal('fin')
    })

    it(`should run none, as ${role}, for a peer that proved nothing`, async () => {
      let asked = 0
      const victim = await Victim[role]({ identify: () => { asked++ } })
      new EvilPeer(victim.wire, {
        role: role === 'dialer' ? 'listener' : 'dialer',
        privateKey: await keyOf('Ed25519', 'evil'),
        sign: async () => new Uint8Array(64)
      }).handshake().catch(() => {})
      await victim.failsWith('ERR_SIGNATURE')

      expect(asked).to.equal(0)
    })
  }

  it('should not show a listener to a dialer that it refused', async () => {
    const { victim, evil } = await connect('listener', { identify: () => false })
    await victim.failsWith('ERR_IDENTITY_REJECTED')

    expect(JSON.stringify(evil.remoteHeader)).to.equal('{"reject":""}')
    expect(victim.linesSent).to.equal(2)
  })

  it('should end in time when the dialer that it refuses reads nothing', async () => {
    const victim = await Victim.listener({ identify: () => { victim.wire.stalled = true; return false } })
    new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake().catch(() => {})

    await victim.failsWith('ERR_IDENTITY_REJECTED')
    expect(victim.wire.ended).to.equal('reset')
  })

  it('should tell the others that one of them refused', async () => {
    const told = Promise.withResolvers<void>()
    const { victim } = await connect('listener', {
      identify: [() => false, async (_, { signal }) => new Promise(() => { signal.addEventListener('abort', () => { told.resolve() }) })]
    })
    await victim.failsWith('ERR_IDENTITY_REJECTED')

    expect(await Promise.race([told.promise.then(() => 'told'), new Promise(resolve => setTimeout(resolve, 50, 'left alone'))])).to.equal('told')
  })
})
