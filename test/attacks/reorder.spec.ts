import { Relay } from '../fixtures/attack-relay.ts'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { concat, EvilPeer, utf8 } from '../fixtures/evil-peer.ts'

describe('attacks: reorder', () => {
  guard()

  for (const order of [[1, 0, 2], [0, 2, 1], [2, 1, 0]]) {
    for (const chunks of ['one chunk each', 'one chunk']) {
      it(`should break at the first record out of turn: ${order.join(', ')}, ${chunks}`, async () => {
        const victim = await Victim.dialer()
        const evil = await new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
        await victim.secured
        const records = ['zero', 'one', 'two'].map(data => evil.seal(1, utf8(data)))
        const sent = order.map(index => records[index])
        victim.wire.send(...chunks === 'one chunk' ? [concat(...sent)] : sent)

        // what came in turn was authenticated and counts
        await victim.breaksWith('ERR_RECORD_AUTH', order[0] === 0 ? 'zero' : '')
      })
    }
  }

  it('should refuse the lines of a dialer in another order', async () => {
    let hello: Uint8Array
    const { dialer, listener } = new Relay(await Victim.dialer(), await Victim.listener(), ({ from, kind, index, bytes }) => {
      if (from === 'listener' || kind === 'record') {
        return undefined
      }

      if (index === 0) {
        hello = bytes
        return []
      }

      return [bytes, hello]
    })

    await listener.failsWith('ERR_MALFORMED_HELLO')
    await dialer.failsWith('ERR_CARRIER_CLOSED')
  })

  it('should not take the end before the data', async () => {
    const victim = await Victim.listener()
    const evil = await new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    const data = evil.seal(1, utf8('data'))
    victim.wire.send(evil.seal(2), data)

    await victim.breaksWith('ERR_RECORD_AUTH')
  })
})
