import { expect } from 'aegir/chai'
import { Relay } from '../fixtures/attack-relay.ts'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { concat, EvilPeer, randomBytes, text, utf8 } from '../fixtures/evil-peer.ts'
import type { Meddle } from '../fixtures/attack-relay.ts'

// An attacker who can't read can still try to end what others say.
describe('attacks: man in the middle at the end', () => {
  guard()

  async function between (meddle: Meddle): Promise<Relay> {
    const relay = new Relay(await Victim.dialer(), await Victim.listener({ polite: true }), meddle)
    await Promise.all([relay.dialer.secured, relay.listener.secured])

    return relay
  }

  const isEnd = (bytes: Uint8Array): boolean => bytes[0] === 2

  it('should tell the truth about a connection that was not meddled with', async () => {
    const { dialer, listener } = await between(() => undefined)
    const { connection } = await dialer.secured
    connection.send(utf8('all'))
    await connection.close()

    expect(await listener.closed.promise).to.be.undefined()
    expect(text(concat(...listener.plaintext))).to.equal('all')
  })

  it('should notice that the end was taken away', async () => {
    const relay = await between(unit => unit.kind === 'record' && isEnd(unit.bytes) ? [] : undefined)
    const { dialer, listener } = relay
    const { connection } = await dialer.secured
    connection.send(utf8('all'))
    const closing = connection.close()

    await listener.wire.until(() => text(concat(...listener.plaintext)) === 'all')
    listener.wire.fin()
    await listener.breaksWith('ERR_TRUNCATED', 'all')
    await closing
    await relay.isClosed()
  })

  it('should notice a FIN in the place of data', async () => {
    const relay = await between(unit => unit.kind === 'record' ? [] : undefined)
    const { connection } = await relay.dialer.secured
    connection.send(utf8('pay Eve nothing'))
    await relay.dialer.wire.until(() => relay.records('dialer').length === 1)
    relay.listener.wire.fin()
    relay.dialer.wire.fin()

    await relay.listener.breaksWith('ERR_TRUNCATED')
    await relay.dialer.breaksWith('ERR_TRUNCATED')
  })

  it('should notice a cut in the middle of a record, at each of its bytes', async () => {
    for (let length = 0; length < 24; length++) {
      const { dialer, listener } = await between(unit => unit.kind === 'record' ? [unit.bytes.slice(0, length)] : undefined)
      const { connection } = await dialer.secured
      connection.send(utf8('data'))
      await dialer.wire.until(() => dialer.wire.received.length === 2)
      listener.wire.fin()
      dialer.wire.fin()

      await listener.breaksWith('ERR_TRUNCATED')
      await dialer.breaksWith('ERR_TRUNCATED')
    }
  })

  for (const [what, forged] of Object.entries({
    'an end in clear': Uint8Array.of(2, 0, 0, 0),
    'an end with a tag made up': concat(Uint8Array.of(2, 0, 0, 16), randomBytes(16)),
    'an end with a tag of zeros': concat(Uint8Array.of(2, 0, 0, 16), new Uint8Array(16))
  })) {
    it(`should refuse ${what}`, async () => {
      const { dialer, listener } = await between(() => undefined)
      listener.wire.send(forged)
      listener.wire.fin()
      dialer.wire.fin()

      await listener.breaksWith(what === 'an end in clear' ? 'ERR_MALFORMED_RECORD' : 'ERR_RECORD_AUTH')
      await dialer.breaksWith('ERR_TRUNCATED')
    })
  }

  it('should refuse a data record that was turned into an end', async () => {
    const evilListener = await Victim.listener()
    const evil = await new EvilPeer(evilListener.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    const empty = evil.seal(1)
    empty[0] = 2
    evilListener.wire.send(empty)
    evilListener.wire.fin()

    // the type is associated data
    await evilListener.breaksWith('ERR_RECORD_AUTH')
  })

  it('should refuse the end of another connection', async () => {
    const other = await between(() => undefined)
    await (await other.dialer.secured).connection.close()
    const { dialer, listener } = await between(() => undefined)
    listener.wire.send(...other.records('dialer'))

    await listener.breaksWith('ERR_RECORD_AUTH')
    await dialer.breaksWith('ERR_TRUNCATED')
  })

  it('should refuse the end that this side sent', async () => {
    const relay = await between(({ from, kind }) => kind === 'record' && from === 'dialer' ? [] : undefined)
    const { dialer } = relay
    const { connection } = await dialer.secured
    const closing = connection.close()
    await dialer.wire.until(() => dialer.wire.received.length === 2)
    dialer.wire.send(dialer.wire.received[1])

    await dialer.breaksWith('ERR_RECORD_AUTH')
    await closing
    await relay.listener.breaksWith('ERR_TRUNCATED')
  })
})
