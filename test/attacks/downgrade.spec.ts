import { expect } from 'aegir/chai'
import { Relay } from '../fixtures/attack-relay.ts'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { EvilPeer, text, utf8 } from '../fixtures/evil-peer.ts'
import type { Meddle } from '../fixtures/attack-relay.ts'
import type { VictimInit } from '../fixtures/attack-victim.ts'

type Json = Record<string, any>

const PROTOCOL = '/secure-peer/1.0.0'

describe('attacks: downgrade', () => {
  guard()

  /** Changes both hellos alike, so that both sides elect the same. */
  function bothHellos (change: (hello: Json) => void): Meddle {
    return ({ kind, index, bytes }) => {
      if (kind !== 'line' || index !== 0) {
        return undefined
      }

      const hello = JSON.parse(text(bytes))
      change(hello)

      return [utf8(`${JSON.stringify(hello)}\n`)]
    }
  }

  it('should notice that the hybrid group was taken out of both hellos', async () => {
    const change = (hello: Json): void => { hello.dh = hello.dh.filter((share: Json) => share.group === 'x25519') }
    const { dialer, listener } = new Relay(await Victim.dialer(), await Victim.listener(), bothHellos(change))

    // both elect the weaker group, and neither can prove the hello that the other saw
    await listener.failsWith('ERR_HEADER_AUTH')
    await dialer.failsWith('ERR_CARRIER_CLOSED')
  })

  it('should notice that the hybrid group was taken out of what the dialer sees', async () => {
    const change = (hello: Json): void => { hello.dh = hello.dh.filter((share: Json) => share.group === 'x25519') }
    const meddle = bothHellos(change)
    const { dialer, listener } = new Relay(await Victim.dialer(), await Victim.listener(), unit => unit.from === 'listener' ? meddle(unit) : undefined)

    // the dialer sends no KEM ciphertext where the listener elected a KEM
    await listener.failsWith('ERR_MALFORMED_HEADER')
    await dialer.failsWith('ERR_CARRIER_CLOSED')
  })

  it('should notice that the first cipher was taken out of both hellos', async () => {
    const init: VictimInit = { ciphers: ['aes-256-gcm', 'aes-128-gcm'] }
    const { dialer, listener } = new Relay(await Victim.dialer(init), await Victim.listener(init), bothHellos(hello => { hello.ciphers.shift() }))

    await listener.failsWith('ERR_HEADER_AUTH')
    await dialer.failsWith('ERR_CARRIER_CLOSED')
  })

  it('should not fall back to a group that it does not offer', async () => {
    const victim = await Victim.dialer({ groups: ['x25519mlkem768'] })
    new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil'), groups: ['x25519'] }).sendHello()

    const err = await victim.failsWith('ERR_NO_COMMON_GROUP')
    expect(err.message).to.include('ours x25519mlkem768').and.include('theirs x25519')
    expect(victim.linesSent).to.equal(0)
  })

  it('should not fall back to a cipher that it does not offer', async () => {
    const victim = await Victim.listener()
    new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil'), ciphers: ['aes-128-gcm', 'null', 'rc4'] }).sendHello()

    const err = await victim.failsWith('ERR_NO_COMMON_CIPHER')
    expect(err.message).to.include('aes-256-gcm').and.include('theirs aes-128-gcm, null, rc4')
  })

  it('should not elect what only the other side has, whatever rank it gives it', async () => {
    const victim = await Victim.listener({ ciphers: ['aes-128-gcm'] })
    await new EvilPeer(victim.wire, {
      role: 'dialer',
      privateKey: await keyOf('Ed25519', 'evil'),
      ciphers: ['null', 'chacha20-poly1305', 'aes-256-gcm', 'aes-128-gcm']
    }).handshake()

    expect((await victim.secured).remoteExtensions.cipher).to.equal('aes-128-gcm')
  })

  it('should refuse a version that it does not speak', async () => {
    for (const v of [0, 2, '1', null, undefined, [1], true, 1.5, -1, 2 ** 32 + 1]) {
      const victim = await Victim.listener()
      new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil'), hello: hello => { hello.v = v } }).sendHello()

      await victim.failsWith('ERR_MALFORMED_HELLO')
    }
  })

  const pairs: Array<[victim: 'dialer' | 'listener', evil: 'dialer' | 'listener']> = [['dialer', 'listener'], ['listener', 'dialer']]

  for (const [role, evilRole] of pairs) {
    const against = async (init: VictimInit, payload: (payload: Json) => void): Promise<Victim> => {
      const victim = await Victim[role](init)
      new EvilPeer(victim.wire, { role: evilRole, privateKey: await keyOf('Ed25519', 'evil'), payload }).handshake().catch(() => {})

      return victim
    }

    it(`should refuse a ${evilRole} without a common muxer`, async () => {
      const victim = await against({ muxers: ['/yamux/1.0.0'] }, payload => { payload.muxers = ['/mplex/6.7.0'] })

      await victim.failsWith('ERR_NO_COMMON_MUXER')
    })

    it(`should notice that multistream-select was steered to it, as ${role}`, async () => {
      const victim = await against({ encrypters: ['/noise', PROTOCOL] }, payload => { payload.encrypters = ['/noise', PROTOCOL] })

      await victim.failsWith('ERR_STEERED')
    })

    it(`should refuse a ${evilRole} that claims to have only encrypters that were not used`, async () => {
      const victim = await against({ encrypters: [PROTOCOL, '/noise'] }, payload => { payload.encrypters = ['/plaintext/2.0.0'] })

      await victim.failsWith('ERR_STEERED')
    })

    for (const list of ['muxers', 'encrypters']) {
      it(`should refuse a ${evilRole} with a malformed list of ${list}`, async () => {
        for (const value of [[], [1], ['/a', '/a'], {}, '/a', null, [['/a']], [null]]) {
          const victim = await against({ [list]: ['/a'] }, payload => { payload[list] = value })
          await victim.failsWith('ERR_MALFORMED_HEADER')
        }
      })
    }

    it(`should put nothing that acts on a terminal into the message of an error about a ${evilRole}`, async () => {
      const victim = await against({ muxers: ['/yamux/1.0.0'] }, payload => { payload.muxers = ['\u001b[2J\r\n\u202e', 'x'.repeat(8000)] })
      const { message } = await victim.failsWith('ERR_NO_COMMON_MUXER')

      expect(message).to.not.match(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/) // eslint-disable-line no-control-regex
      expect(message.length).to.be.below(2000)
    })
  }

  it('should take the muxer that the dialer lists first, seen by neither wire nor prober', async () => {
    const dialer = await Victim.dialer({ muxers: ['/mplex/6.7.0', '/yamux/1.0.0'] })
    const listener = await Victim.listener({ muxers: ['/yamux/1.0.0', '/mplex/6.7.0'] })
    const relay = new Relay(dialer, listener)
    const [a, b] = await Promise.all([dialer.secured, listener.secured])

    expect(a.streamMuxer?.protocol).to.equal('/mplex/6.7.0')
    expect(b.streamMuxer?.protocol).to.equal('/mplex/6.7.0')
    expect(relay.seen.map(({ bytes }) => text(bytes)).join('')).to.not.include('mplex')
  })

  it('should not tell its lists to a dialer that its identify step would refuse', async () => {
    const victim = await Victim.listener({ muxers: ['/private-muxer/1'], identify: () => false })
    const evil = new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil'), payload: payload => { payload.muxers = ['/mplex/6.7.0'] } })
    await evil.handshake().catch(() => {})

    expect(JSON.stringify(evil.remoteHeader)).to.not.include('private-muxer')
  })
})
