import { Relay } from '../fixtures/attack-relay.ts'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { EvilPeer } from '../fixtures/evil-peer.ts'

describe('attacks: joining two dialers', () => {
  guard()

  it('should never connect two dialers that somebody joined', async () => {
    const one = await Victim.dialer({ handshakeTimeout: 50 })
    const other = await Victim.dialer({ handshakeTimeout: 50 })
    // eslint-disable-next-line no-new
    new Relay(one, other)

    await one.failsWith('ERR_HANDSHAKE_TIMEOUT')
    await other.isClosed()
  })

  it('should never connect two listeners that somebody joined', async () => {
    const one = await Victim.listener({ handshakeTimeout: 50 })
    const other = await Victim.listener({ handshakeTimeout: 50 })
    // eslint-disable-next-line no-new
    new Relay(one, other)

    await one.failsWith('ERR_HANDSHAKE_TIMEOUT')
    await other.isClosed()
  })

  for (const role of ['dialer', 'peer', '', 'Listener', 'listener ', 'toString', 1, null]) {
    it(`should refuse a listener that says it is ${JSON.stringify(role)}`, async () => {
      const victim = await Victim.dialer()
      new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil'), payload: payload => { payload.role = role } }).handshake().catch(() => {})

      await victim.failsWith(typeof role === 'string' ? 'ERR_ROLE' : 'ERR_MALFORMED_HEADER')
    })
  }

  for (const role of ['listener', 'peer']) {
    it(`should refuse a dialer that says it is a ${role}`, async () => {
      const victim = await Victim.listener()
      new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil'), payload: payload => { payload.role = role } }).handshake().catch(() => {})

      await victim.failsWith('ERR_ROLE')
    })
  }
})
