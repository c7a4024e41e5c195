import { expect } from 'aegir/chai'
import { Relay } from '../fixtures/attack-relay.ts'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { base64, EvilPeer, fromBase64, randomBytes, text, utf8 } from '../fixtures/evil-peer.ts'

describe('attacks: reflection', () => {
  guard()

  it('should refuse its own hello', async () => {
    const victim = await Victim.listener()
    await victim.wire.until(() => victim.linesSent === 1)
    victim.wire.send(victim.wire.received[0])

    await victim.failsWith('ERR_REFLECTION')
  })

  it('should refuse its own shares under another token, since nobody can answer for them', async () => {
    const victim = await Victim.listener()
    await victim.wire.until(() => victim.linesSent === 1)
    const hello = JSON.parse(text(victim.wire.received[0]))
    hello.token = base64(randomBytes(64))
    victim.wire.send(utf8(`${JSON.stringify(hello)}\n`), utf8(`${JSON.stringify({ kem: base64(new Uint8Array(1088)), header: base64(new Uint8Array(2064)) })}\n`))

    await victim.failsWith('ERR_HEADER_AUTH')
  })

  it('should refuse its own token with the shares of somebody else', async () => {
    const victim = await Victim.listener()
    await victim.wire.until(() => victim.linesSent === 1)
    const { token } = JSON.parse(text(victim.wire.received[0]))
    new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil'), token: fromBase64(token) }).sendHello()

    await victim.failsWith('ERR_REFLECTION')
  })

  it('should refuse its own line 2', async () => {
    const victim = await Victim.dialer()
    const evil = new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') })
    evil.sendHello()
    await evil.readHello()
    victim.wire.send(await evil.readLine())

    await victim.failsWith('ERR_HEADER_AUTH')
  })

  it('should refuse its own identity in its own words', async () => {
    const victim = await Victim.dialer()
    const evil: EvilPeer = new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil'), header: () => evil.remoteHeader })
    evil.sendHello()
    await evil.readHello()
    await evil.readLine2()
    await evil.sendLine2()

    // it says that it is a dialer
    await victim.failsWith('ERR_ROLE')
  })

  for (const from of ['dialer', 'listener'] as const) {
    it(`should refuse its own records, as ${from}`, async () => {
      const relay = new Relay(await Victim.dialer(), await Victim.listener(), ({ kind }) => kind === 'record' ? [] : undefined)
      await Promise.all([relay.dialer.secured, relay.listener.secured])
      const victim = relay[from]
      const { connection } = await victim.secured
      connection.send(utf8('echo'))
      await victim.wire.until(() => relay.records(from).length === 1)
      victim.wire.send(relay.records(from)[0])

      await victim.breaksWith('ERR_RECORD_AUTH')
      expect(victim.plaintext).to.be.empty()
      await { dialer: relay.listener, listener: relay.dialer }[from].breaksWith('ERR_TRUNCATED')
    })
  }
})
