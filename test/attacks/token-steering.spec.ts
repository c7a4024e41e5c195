import { expect } from 'aegir/chai'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { EvilPeer, randomBytes } from '../fixtures/evil-peer.ts'

// In 0.2 the token decided the vote: who chose it well chose the cipher.
describe('attacks: token steering', () => {
  guard()

  const tokens = {
    'the least': new Uint8Array(64),
    'the greatest': new Uint8Array(64).fill(0xff),
    'a random one': randomBytes(64)
  }

  for (const [what, token] of Object.entries(tokens)) {
    for (const role of ['dialer', 'listener'] as const) {
      it(`should elect the same whether a ${role} has ${what} or not`, async () => {
        const victim = await Victim[role === 'dialer' ? 'listener' : 'dialer']()
        await new EvilPeer(victim.wire, {
          role,
          token,
          privateKey: await keyOf('Ed25519', 'evil'),
          groups: ['x25519', 'x25519mlkem768'],
          ciphers: ['chacha20-poly1305', 'aes-256-gcm']
        }).handshake()

        // opposite preferences: a tie, which goes to the stronger
        expect((await victim.secured).remoteExtensions).to.include({ group: 'x25519mlkem768', cipher: 'aes-256-gcm' })
      })
    }
  }

  it('should refuse tokens that are not 64 bytes', async () => {
    for (const length of [0, 1, 32, 63, 65, 128]) {
      const victim = await Victim.listener()
      new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil'), token: randomBytes(length) }).sendHello()

      await victim.failsWith('ERR_MALFORMED_HELLO')
    }
  })
})
