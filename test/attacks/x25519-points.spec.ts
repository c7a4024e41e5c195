import { x25519 } from '@noble/curves/ed25519.js'
import { expect } from 'aegir/chai'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { base64, concat, EvilPeer, fromBase64, fromHex } from '../fixtures/evil-peer.ts'

// little endian, as RFC 7748 writes them; p = 2^255 - 19
const LOW_ORDER: Record<string, string> = {
  0: '0000000000000000000000000000000000000000000000000000000000000000',
  1: '0100000000000000000000000000000000000000000000000000000000000000',
  'order 8': 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  'the other of order 8': '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'p - 1': 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  p: 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'p + 1': 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0 with its highest bit set': '0000000000000000000000000000000000000000000000000000000000000080',
  '1 with its highest bit set': '0100000000000000000000000000000000000000000000000000000000000080',
  'order 8 with its highest bit set': 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880',
  'p with its highest bit set': 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'p - 1 with its highest bit set': 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'p + 1 with its highest bit set': 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff'
}

describe('attacks: X25519 points', () => {
  guard()

  function replaceX25519 (hello: Record<string, any>, point: Uint8Array): void {
    for (const share of hello.dh) {
      share.public = base64(concat(fromBase64(share.public).slice(0, -32), point))
    }
  }

  for (const groups of [['x25519mlkem768'], ['x25519']]) {
    for (const role of ['dialer', 'listener'] as const) {
      it(`should refuse every point of small order from a ${role}, over ${groups[0]}`, async () => {
        for (const [what, hex] of Object.entries(LOW_ORDER)) {
          const point = fromHex(hex)
          const victim = await Victim[role === 'dialer' ? 'listener' : 'dialer']()

          // the attacker knows the secret: all zeros, whoever the victim is
          new EvilPeer(victim.wire, {
            role,
            groups,
            privateKey: await keyOf('Ed25519', 'evil'),
            dh: () => new Uint8Array(32),
            hello: hello => { replaceX25519(hello, point) }
          }).handshake().catch(() => {})

          const err = await victim.failsWith('ERR_HEADER_AUTH')
          expect(err.message, what).to.equal('ERR_HEADER_AUTH: the remote header failed authentication')
          expect(victim.linesSent, what).to.equal(role === 'dialer' ? 1 : 0)
        }
      })
    }
  }

  it('should agree on one secret for a point that is not canonical, so that nothing is gained', async () => {
    // 9 and p + 9 are the same point; the line is hashed as it was sent
    const nine = fromHex('f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f')
    const scalar = Uint8Array.of(1, ...new Uint8Array(31))
    const victim = await Victim.listener()
    const evil = new EvilPeer(victim.wire, {
      role: 'dialer',
      groups: ['x25519'],
      privateKey: await keyOf('Ed25519', 'evil'),
      // nobody knows the scalar of 9 but the victim's own base point, times its key: its public key
      dh: remote => remote,
      hello: hello => { replaceX25519(hello, nine) }
    })
    expect(x25519.getSharedSecret(scalar, nine)).to.equalBytes(x25519.getPublicKey(scalar))
    await evil.handshake()

    expect((await victim.secured).remoteExtensions.transcriptHash).to.equalBytes(evil.th2)
  })

  it('should refuse shares that are not exactly as long as their group says, elected or not', async () => {
    for (const length of [0, 31, 33, 1184, 1215, 1217]) {
      for (const index of [0, 1]) {
        const victim = await Victim.listener()
        new EvilPeer(victim.wire, {
          role: 'dialer',
          privateKey: await keyOf('Ed25519', 'evil'),
          hello: hello => { hello.dh[index].public = base64(new Uint8Array(length)) }
        }).sendHello()

        await victim.failsWith('ERR_MALFORMED_HELLO')
      }
    }
  })

  it('should answer a point of small order with nothing that tells it from another fault', async () => {
    const victim = await Victim.listener()
    const evil = new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil'), hello: hello => { replaceX25519(hello, new Uint8Array(32)) } })
    await evil.readHello()
    evil.sendHello()
    await victim.failsWith('ERR_HEADER_AUTH')

    expect(victim.wire.received).to.have.lengthOf(1)
    expect(victim.wire.ended).to.equal('reset')
  })
})
