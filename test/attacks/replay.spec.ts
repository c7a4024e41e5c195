import { expect } from 'aegir/chai'
import { Relay } from '../fixtures/attack-relay.ts'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { EvilPeer, utf8 } from '../fixtures/evil-peer.ts'
import type { Meddle } from '../fixtures/attack-relay.ts'

describe('attacks: replay', () => {
  guard()

  /** A connection that was recorded on the wire, with one data record and an end from each side. */
  async function recorded (dialer?: Victim, listener?: Victim): Promise<Relay> {
    const relay = new Relay(dialer ?? await Victim.dialer(), listener ?? await Victim.listener({ polite: true }))
    const [a, b] = await Promise.all([relay.dialer.secured, relay.listener.secured])
    a.connection.send(utf8('transfer'))
    b.connection.send(utf8('done'))
    await a.connection.close()
    await b.connection.close()

    return relay
  }

  it('should refuse a whole dialer replayed to the same listener', async () => {
    const privateKey = await keyOf('Ed25519', 'listener')
    const { seen } = await recorded(undefined, await Victim.listener({ privateKey, polite: true }))
    const again = await Victim.listener({ privateKey })
    again.wire.send(...seen.filter(unit => unit.from === 'dialer').map(unit => unit.bytes))

    await again.failsWith('ERR_HEADER_AUTH')
    expect(again.linesSent).to.equal(1)
  })

  it('should refuse a whole listener replayed to the same dialer', async () => {
    const privateKey = await keyOf('Ed25519', 'dialer')
    const relay = await recorded(await Victim.dialer({ privateKey }))
    const again = await Victim.dialer({ privateKey, remotePeer: relay.listener.peerId })
    again.wire.send(...relay.lines('listener'))

    await again.failsWith('ERR_HEADER_AUTH')
  })

  it('should refuse the header of another session, with the hello of this one', async () => {
    const relay = await recorded()
    const listener = await Victim.listener()
    const evil = new EvilPeer(listener.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') })
    await evil.readHello()
    evil.sendHello()
    listener.wire.send(relay.lines('dialer')[1])

    await listener.failsWith('ERR_HEADER_AUTH')
  })

  it('should refuse the header of another peer in a session of their own', async () => {
    const other = await Victim.dialer()
    const taken = await new EvilPeer(other.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    const { payload, hash } = taken.remoteHeader

    // with the token of the peer it was taken from, or with one of this session
    const victim = await Victim.listener()
    const evil = new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil'), header: () => ({ payload, hash }) })
    await evil.readHello()
    evil.sendHello()
    await evil.sendLine2()

    await victim.failsWith('ERR_TOKEN_ECHO')
  })

  it('should refuse the header of another peer under the token of that peer', async () => {
    const other = await Victim.dialer()
    const taken = await new EvilPeer(other.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    const { payload, hash } = taken.remoteHeader
    const token = Uint8Array.from(atob(JSON.parse(payload).token), character => character.charCodeAt(0))
    const victim = await Victim.listener()
    const evil = new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil'), token, header: () => ({ payload, hash }) })
    await evil.readHello()
    evil.sendHello()
    await evil.sendLine2()

    // the signature covers the hello of whom it was meant for
    await victim.failsWith('ERR_SIGNATURE')
  })

  it('should refuse a whole dialer replayed to another listener', async () => {
    const { seen } = await recorded()
    const another = await Victim.listener()
    another.wire.send(...seen.filter(unit => unit.from === 'dialer').map(unit => unit.bytes))

    await another.failsWith('ERR_HEADER_AUTH')
    expect(another.linesSent).to.equal(1)
  })

  for (const from of ['dialer', 'listener'] as const) {
    for (const [index, code] of [[0, 'ERR_MALFORMED_HEADER'], [1, 'ERR_MALFORMED_RECORD']] as const) {
      it(`should refuse line ${index + 1} of the ${from} when it comes twice`, async () => {
        const meddle: Meddle = unit => unit.from === from && unit.kind === 'line' && unit.index === index ? [unit.bytes, unit.bytes] : undefined
        const relay = new Relay(await Victim.dialer(), await Victim.listener(), meddle)

        await { dialer: relay.listener, listener: relay.dialer }[from].breaksWith(code)
        await relay.isClosed()
      })
    }

    it(`should refuse a record that the ${from} sent to another peer`, async () => {
      const other = await recorded()
      const relay = new Relay(await Victim.dialer(), await Victim.listener())
      await Promise.all([relay.dialer.secured, relay.listener.secured])
      const target = { dialer: relay.listener, listener: relay.dialer }[from]
      target.wire.send(other.records(from)[0])

      await target.breaksWith('ERR_RECORD_AUTH')
      await relay[from].breaksWith('ERR_TRUNCATED')
    })

    it(`should refuse a record that the ${from} sent before`, async () => {
      const relay = new Relay(await Victim.dialer(), await Victim.listener(), ({ kind, bytes }) => kind === 'record' ? [bytes, bytes] : undefined)
      const sender = await relay[from].secured
      await Promise.all([relay.dialer.secured, relay.listener.secured])
      sender.connection.send(utf8('once'))

      await { dialer: relay.listener, listener: relay.dialer }[from].breaksWith('ERR_RECORD_AUTH', 'once')
      await relay[from].breaksWith('ERR_TRUNCATED')
    })

    it(`should refuse a record that the ${from} sent in another session of the same peers`, async () => {
      const keys = { dialer: await keyOf('Ed25519', 'dialer'), listener: await keyOf('Ed25519', 'listener') }
      const before = await recorded(await Victim.dialer({ privateKey: keys.dialer }), await Victim.listener({ privateKey: keys.listener, polite: true }))
      const now = new Relay(await Victim.dialer({ privateKey: keys.dialer }), await Victim.listener({ privateKey: keys.listener }))
      await Promise.all([now.dialer.secured, now.listener.secured])
      const target = { dialer: now.listener, listener: now.dialer }[from]
      target.wire.send(before.records(from)[0])

      await target.breaksWith('ERR_RECORD_AUTH')
      await now[from].breaksWith('ERR_TRUNCATED')
    })
  }

  it('should never send the same token, share or line twice', async () => {
    const seen = new Set<string>()

    for (let i = 0; i < 8; i++) {
      const { wire } = await Victim.listener({ privateKey: await keyOf('Ed25519', 'listener'), handshakeTimeout: 50 })
      const evil = new EvilPeer(wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') })
      const { token, dh } = await evil.readHello()
      seen.add(token).add(dh[0].public).add(dh[1].public)
      wire.reset()
    }

    expect(seen.size).to.equal(24)
  })
})
