import { expect } from 'aegir/chai'
import { guard, keyOf, QUICK_CIPHER, Victim } from '../fixtures/attack-victim.ts'
import { concat, EvilPeer, text, utf8 } from '../fixtures/evil-peer.ts'
import { closed, closeOf, connect as connectSides } from '../libp2p/fixtures/secure.ts'
import type { SecuredMessageStream } from '../../src/libp2p/message-stream.ts'

const MiB = 1_048_576

describe('attacks: reads that never drain', () => {
  guard()

  async function connect (): Promise<{ victim: Victim, evil: EvilPeer, connection: SecuredMessageStream }> {
    const victim = await Victim.listener({ ciphers: [QUICK_CIPHER] })
    const evil = await new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    const { connection } = await victim.secured

    return { victim, evil, connection: connection as SecuredMessageStream }
  }

  it('should ask a writer to wait when the other side does not read', async () => {
    const { victim, connection } = await connect()
    victim.wire.stalled = true
    let written = 0

    while (connection.send(new Uint8Array(65_536)) && written < 16 * MiB) {
      written += 65_536
      await new Promise(resolve => setTimeout(resolve))
    }

    expect(written).to.be.below(MiB)
    expect(connection.writeBufferLength).to.be.below(MiB)
    connection.abort(new Error('enough'))
  })

  it('should close in the time it is given when the other side does not read', async () => {
    const { victim, connection } = await connect()
    victim.wire.stalled = true
    connection.send(new Uint8Array(2 * MiB))
    const signal = AbortSignal.timeout(50)

    await expect(connection.close({ signal })).to.eventually.be.rejected.with.property('name', 'TimeoutError')
    connection.abort(new Error('enough'))
    await victim.wire.until(() => victim.wire.ended != null)
    expect(connection.writeBufferLength).to.equal(0)
  })

  it('should not end what it cuts off itself', async () => {
    let reject: (reason?: string) => void = () => {}
    const victim = await Victim.listener({ ciphers: [QUICK_CIPHER], identify: identity => { reject = identity.reject } })
    const evil = await new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    const { connection } = await victim.secured
    victim.wire.stalled = true
    connection.send(new Uint8Array(2 * MiB))
    const closing = connection.close()
    reject('no more')
    victim.wire.drain()
    await victim.closed.promise
    await closing

    // an authenticated end says that this was all
    let type = 1
    let bytes = 0

    while (type === 1) {
      const record = await evil.open()
      type = record.type
      bytes += record.plaintext.byteLength
    }

    expect(bytes).to.be.below(2 * MiB)
    expect(type).to.equal(3)
  })

  it('should end a connection whose application never listens when its read buffer is full', async () => {
    const { dialer, listener, carriers } = await connectSides()
    listener.connection.maxReadBufferLength = MiB
    let most = 0

    for (let i = 0; i < 256 && dialer.connection.status === 'open'; i++) {
      dialer.connection.send(new Uint8Array(65_536))
      await new Promise(resolve => setTimeout(resolve))
      most = Math.max(most, (listener.connection as SecuredMessageStream).readBufferLength)
    }

    expect((await closeOf(listener)).error).to.have.property('name', 'StreamBufferError')
    expect((await closeOf(dialer)).error).to.have.property('code', 'ERR_TRUNCATED')
    expect(most).to.be.within(1, MiB)
    await Promise.all(carriers.map(closed))
  })

  it('should hold the limit of what waits to be sent, where one was set', async () => {
    const { victim, connection } = await connect()
    connection.maxWriteBufferLength = MiB
    victim.wire.stalled = true

    for (let i = 0; i < 64 && connection.status === 'open'; i++) {
      connection.send(new Uint8Array(65_536))
    }

    expect(connection.writeBufferLength).to.be.at.most(MiB)
    expect(connection.status).to.equal('aborted')
    expect(await victim.closed.promise).to.have.property('name', 'StreamBufferError')
    await victim.wire.until(() => victim.wire.ended != null)
    expect(victim.wire.ended).to.equal('reset')
  })

  // what it takes until then: test/crypto/dribble.node.ts
  it('should give a record that dribbles in when it is whole', async () => {
    const { victim, evil } = await connect()
    const record = evil.seal(1, new Uint8Array(20_000))
    const whole = victim.wire.delivered + record.byteLength

    for (const byte of record) {
      victim.wire.send(Uint8Array.of(byte))
    }

    await victim.wire.until(() => victim.wire.delivered === whole - 1)
    expect(victim.plaintext).to.be.empty()
    await victim.wire.until(() => victim.plaintext.length > 0)
    expect(concat(...victim.plaintext)).to.equalBytes(new Uint8Array(20_000))
  })

  it('should not wait for the end of a peer that dribbles records for ever', async () => {
    const { victim, evil, connection } = await connect()
    const dribble = setInterval(() => { victim.wire.send(evil.seal(1, Uint8Array.of(7))) }, 20)
    const start = Date.now()

    try {
      // the dribble ends with the test, also where this fails
      await connection.close({ signal: AbortSignal.timeout(5000) })
    } finally {
      clearInterval(dribble)
    }

    expect(Date.now() - start).to.be.within(900, 3000)
    expect((await evil.open()).type).to.equal(2)
    expect(victim.wire.ended).to.equal('fin')
    expect(await victim.closed.promise).to.be.undefined()
    expect(victim.plaintext).to.not.be.empty()
  })

  it('should go on when the other side reads again', async () => {
    const { victim, evil, connection } = await connect()
    victim.wire.stalled = true
    connection.send(utf8('one'))
    await new Promise(resolve => setTimeout(resolve))
    connection.send(utf8('two'))
    victim.wire.drain()

    expect(text((await evil.open()).plaintext) + text((await evil.open()).plaintext)).to.equal('onetwo')
  })
})
