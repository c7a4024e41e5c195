import { expect } from 'aegir/chai'
import { pEvent } from 'p-event'
import { closeSockets, socketDialer, socketListener } from '../fixtures/attack-socket.ts'
import { guard, keyOf } from '../fixtures/attack-victim.ts'
import { concat, EvilPeer, flip, randomBytes, text, utf8 } from '../fixtures/evil-peer.ts'
import type { SocketVictim } from '../fixtures/attack-socket.ts'
import type { EvilInit } from '../fixtures/evil-peer.ts'
import type { StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'

// What the in-memory attacks can't show: a kernel between attacker and victim.
describe('attacks: over TCP', () => {
  guard()
  afterEach(closeSockets)

  const start = { dialer: socketDialer, listener: socketListener }

  async function evilTo (victim: SocketVictim, role: 'dialer' | 'listener', init: Partial<EvilInit> = {}): Promise<EvilPeer> {
    return new EvilPeer(victim.wire, { role: role === 'dialer' ? 'listener' : 'dialer', privateKey: await keyOf('Ed25519', 'evil'), ...init })
  }

  async function failsWith ({ secured, carrier, wire }: SocketVictim, code: string): Promise<void> {
    await expect(secured).to.eventually.be.rejected.with.property('code', code)
    expect(carrier.status).to.be.oneOf(['closed', 'aborted', 'reset'])
    await wire.until(() => wire.ended != null)
  }

  for (const role of ['dialer', 'listener'] as const) {
    it(`should serve, as ${role}, a peer that keeps to the rules, in segments of one byte`, async () => {
      const victim = await start[role]()
      const evil = await evilTo(victim, role)
      const send = victim.wire.send.bind(victim.wire)
      victim.wire.send = (...messages) => { messages.forEach(bytes => { bytes.forEach(byte => { send(Uint8Array.of(byte)) }) }) }
      await evil.handshake()
      const { connection } = await victim.secured
      const received = pEvent<'message', StreamMessageEvent>(connection, 'message')
      victim.wire.send(evil.seal(1, utf8('byte by byte')))

      expect(text((await received).data.subarray())).to.equal('byte by byte')
      connection.send(utf8('answer'))
      expect(text((await evil.open()).plaintext)).to.equal('answer')
    })

    for (const how of ['fin', 'reset'] as const) {
      it(`should fail, as ${role}, when it is cut off by ${how} in the handshake`, async () => {
        for (const part of ['nothing', 'half a hello', 'a hello', 'half a header']) {
          const victim = await start[role]()
          const evil = await evilTo(victim, role)
          const hello = evil.makeHello()
          victim.wire.send(hello.slice(0, { nothing: 0, 'half a hello': 700, 'a hello': hello.byteLength, 'half a header': hello.byteLength }[part]))

          if (part === 'half a header') {
            await evil.readHello()
            role === 'dialer' && await evil.readLine2()
            victim.wire.send((await evil.makeLine2()).slice(0, 1000))
          }

          victim.wire[how]()
          await failsWith(victim, 'ERR_CARRIER_CLOSED')
        }
      })

      it(`should notice, as ${role}, when its records are cut off by ${how}`, async () => {
        const victim = await start[role]()
        const evil = await (await evilTo(victim, role)).handshake()
        const { connection } = await victim.secured
        const received = pEvent<'message', StreamMessageEvent>(connection, 'message')
        const closed = pEvent<'close', StreamCloseEvent>(connection, 'close')
        victim.wire.send(evil.seal(1, utf8('whole')))
        expect(text((await received).data.subarray())).to.equal('whole')
        victim.wire.send(evil.seal(1, utf8('half')).slice(0, 12))
        victim.wire[how]()

        const { error } = await closed
        expect(error).to.be.an('error')
        expect(how === 'reset' || (error as any).code === 'ERR_TRUNCATED').to.be.true()
        expect(() => connection.send(Uint8Array.of(1))).to.throw()
      })
    }

    it(`should give up, as ${role}, on a flood without a line`, async () => {
      const victim = await start[role]()
      let delivered = 0
      victim.carrier.addEventListener('message', event => { delivered += event.data.byteLength })
      victim.wire.send(...Array.from({ length: 64 }, () => new Uint8Array(65_536)))

      await failsWith(victim, 'ERR_LINE_TOO_LONG')
      expect(delivered).to.be.within(1, 262_144)
    })

    it(`should refuse, as ${role}, a changed header`, async () => {
      const victim = await start[role]()
      const evil = await evilTo(victim, role, { line2: line2 => { line2.header = line2.header.replace(/^./, (first: string) => first === 'A' ? 'B' : 'A') } })
      evil.handshake().catch(() => {})

      await failsWith(victim, 'ERR_HEADER_AUTH')
    })

    it(`should close, as ${role}, on a changed record`, async () => {
      const victim = await start[role]()
      const evil = await (await evilTo(victim, role)).handshake()
      const { connection } = await victim.secured
      const closed = pEvent<'close', StreamCloseEvent>(connection, 'close')
      victim.wire.send(flip(evil.seal(1, utf8('data')), 6))

      expect((await closed).error).to.have.property('code', 'ERR_RECORD_AUTH')
      await victim.wire.until(() => victim.wire.ended != null)
    })
  }

  it('should keep what arrives while identify runs, in order', async () => {
    const accept = Promise.withResolvers<void>()
    const victim = await socketDialer({ identify: async () => accept.promise })
    const evil = await (await evilTo(victim, 'dialer')).handshake()
    const sent = Array.from({ length: 40 }, () => randomBytes(10_000))
    victim.wire.send(...sent.map(bytes => evil.seal(1, bytes)))
    await pEvent(victim.carrier, 'message')
    accept.resolve()
    const { connection } = await victim.secured
    const received: Uint8Array[] = []
    const closed = pEvent<'close', StreamCloseEvent>(connection, 'close')
    connection.addEventListener('message', event => { received.push(event.data.subarray()) })
    victim.wire.send(evil.seal(2))
    victim.wire.fin()

    expect((await closed).error).to.be.undefined()
    expect(concat(...received)).to.equalBytes(concat(...sent))
  })

  it('should ask a writer to wait when the other side does not read', async () => {
    const victim = await socketListener()
    await (await evilTo(victim, 'listener')).handshake()
    const { connection } = await victim.secured
    victim.wire.socket.pause()
    const chunk = new Uint8Array(65_536)

    for (let written = 0; connection.send(chunk); written += chunk.byteLength) {
      // what the kernel takes on loopback, and a little
      expect(written).to.be.below(64 * 1_048_576)
      await new Promise(resolve => setImmediate(resolve))
    }

    expect(connection.writeBufferLength).to.be.below(1_048_576)
    connection.abort(new Error('enough'))
  })
})
