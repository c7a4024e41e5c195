import { expect } from 'aegir/chai'
import { guard, keyOf, QUICK_CIPHER, Victim } from '../fixtures/attack-victim.ts'
import { concat, EvilPeer, utf8 } from '../fixtures/evil-peer.ts'

const MAX_LINE_BYTES = 16_384
const MAX_RECORD_BYTES = 65_536

describe('attacks: oversize', () => {
  guard()

  /** A hello of exactly so many bytes with its newline. */
  async function helloOf (evil: EvilPeer, bytes: number): Promise<Uint8Array> {
    const hello = evil.makeHello()

    return (evil.ownHello = concat(hello.slice(0, -1), utf8(' '.repeat(bytes - hello.byteLength)), utf8('\n')))
  }

  for (const chunk of [1, 100, 16_384, 65_536]) {
    it(`should take a line of ${MAX_LINE_BYTES} bytes and no more, in chunks of ${chunk}`, async () => {
      for (const [bytes, fails] of [[MAX_LINE_BYTES, false], [MAX_LINE_BYTES + 1, true]] as const) {
        const victim = await Victim.listener()
        const evil = new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') })
        const line = await helloOf(evil, bytes)

        for (let i = 0; i < line.byteLength; i += chunk) {
          victim.wire.send(line.slice(i, i + chunk))
        }

        if (fails) {
          await victim.failsWith('ERR_LINE_TOO_LONG')
        } else {
          await evil.readHello()
          await evil.sendLine2()
          await victim.secured
        }
      }
    })
  }

  it('should give up on a line without an end when it is too long, not when it ends', async () => {
    for (const role of ['dialer', 'listener'] as const) {
      const victim = await Victim[role]()
      victim.wire.send(new Uint8Array(MAX_LINE_BYTES).fill(0x20))

      await victim.failsWith('ERR_LINE_TOO_LONG')
    }
  })

  it('should give up on a line 2 that is too long', async () => {
    for (const role of ['dialer', 'listener'] as const) {
      const victim = await Victim[role === 'dialer' ? 'listener' : 'dialer']()
      const evil = new EvilPeer(victim.wire, { role, privateKey: await keyOf('Ed25519', 'evil') })
      evil.sendHello()
      victim.wire.send(new Uint8Array(MAX_LINE_BYTES).fill(0x7b))

      await victim.failsWith('ERR_LINE_TOO_LONG')
    }
  })

  it('should buffer no more than it reads ahead of a flood without an end', async () => {
    const victim = await Victim.listener()

    for (let i = 0; i < 2000; i++) {
      victim.wire.send(new Uint8Array(1000))
    }

    await victim.failsWith('ERR_LINE_TOO_LONG')
    expect(victim.wire.delivered).to.be.below(2 * MAX_LINE_BYTES)
  })

  it('should not spend long on a flood of single bytes that waits for it', async () => {
    const victim = await Victim.listener({ wire: { ignorePause: true } })
    const evil = new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') })
    await evil.readHello()

    // all of it in one turn: hello, what fills the line, and a window's worth of small pieces
    victim.wire.victim.onData(concat(evil.makeHello(), new Uint8Array(MAX_LINE_BYTES + 1)))

    for (let i = 0; i < 100_000; i++) {
      victim.wire.victim.onData(Uint8Array.of(0))
    }

    const start = Date.now()
    await victim.failsWith('ERR_LINE_TOO_LONG')
    expect(Date.now() - start).to.be.below(2000)
  })

  it('should take a record of the largest size and no larger', async () => {
    for (const [bytes, fails] of [[MAX_RECORD_BYTES, false], [MAX_RECORD_BYTES + 1, true]] as const) {
      const victim = await Victim.listener({ ciphers: [QUICK_CIPHER] })
      const evil = await new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
      await victim.secured
      victim.wire.send(evil.seal(1, new Uint8Array(bytes)))

      if (fails) {
        await victim.breaksWith('ERR_MALFORMED_RECORD')
      } else {
        await victim.wire.until(() => concat(...victim.plaintext).byteLength === bytes)
      }
    }
  })

  for (const length of [[0, 0, 0], [0, 0, 1], [0, 0, 15], [1, 0, 17], [2, 0, 0], [0x80, 0, 0], [0xff, 0xff, 0xff]]) {
    it(`should refuse a record by its length alone: ${length.join(', ')}`, async () => {
      const victim = await Victim.listener()
      await new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
      await victim.secured

      // nothing of the record itself is needed
      victim.wire.send(Uint8Array.of(1, ...length))
      await victim.breaksWith('ERR_MALFORMED_RECORD')
    })
  }

  it('should refuse an end and a reject record that are longer than they may be', async () => {
    for (const [type, length] of [[2, 17], [3, 1024 + 17]]) {
      const victim = await Victim.listener()
      await new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
      await victim.secured
      victim.wire.send(Uint8Array.of(type, 0, length >> 8, length & 0xff))

      await victim.breaksWith('ERR_MALFORMED_RECORD')
    }
  })

  it('should give the plaintext of any number of small records in one chunk', async () => {
    const victim = await Victim.listener({ ciphers: [QUICK_CIPHER] })
    const evil = await new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    await victim.secured
    const count = 130_000

    const chunk = new Uint8Array(count * 21)

    for (let i = 0; i < count; i++) {
      chunk.set(evil.seal(1, Uint8Array.of(7)), i * 21)
    }

    // no larger than a WebSocket message may be
    victim.wire.send(chunk)
    const outcome = await Promise.race([
      victim.closed.promise,
      victim.wire.until(() => victim.plaintextBytes === count).then(() => victim.plaintextBytes)
    ])

    expect(outcome).to.equal(count)
  }).timeout(20_000)
})
