import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { base64, concat, EvilPeer, flip, fromBase64, randomBytes } from '../fixtures/evil-peer.ts'
import type { EvilInit, Hook } from '../fixtures/evil-peer.ts'

describe('attacks: ML-KEM keys and ciphertexts', () => {
  guard()

  async function attack (role: 'dialer' | 'listener', init: Partial<EvilInit>): Promise<Victim> {
    const victim = await Victim[role === 'dialer' ? 'listener' : 'dialer']()
    new EvilPeer(victim.wire, { role, privateKey: await keyOf('Ed25519', 'evil'), ...init }).handshake().catch(() => {})

    return victim
  }

  /** Replaces the encapsulation key in the hybrid share. */
  function withKey (change: (key: Uint8Array) => Uint8Array): Hook {
    return hello => {
      const share = fromBase64(hello.dh[0].public)
      hello.dh[0].public = base64(concat(change(share.slice(0, 1184)), share.slice(1184)))
    }
  }

  function withKem (change: (kem: Uint8Array) => Uint8Array): Hook {
    return line2 => { line2.kem = base64(change(fromBase64(line2.kem))) }
  }

  for (const role of ['dialer', 'listener'] as const) {
    // a coefficient is 12 bits; those from q = 3329 on have no place in a key
    for (const [what, coefficient] of Object.entries({ q: 3329, 'q + 1': 3330, 'the largest': 4095 })) {
      for (const index of [0, 767]) {
        it(`should refuse a key of a ${role} whose coefficient ${index} is ${what}`, async () => {
          const victim = await attack(role, {
            hello: withKey(key => {
              const offset = Math.floor(index / 2) * 3
              const changed = key.slice()

              if (index % 2 === 0) {
                changed[offset] = coefficient & 0xff
                changed[offset + 1] = changed[offset + 1] & 0xf0 | coefficient >> 8
              } else {
                changed[offset + 1] = changed[offset + 1] & 0x0f | (coefficient & 0x0f) << 4
                changed[offset + 2] = coefficient >> 4
              }

              return changed
            })
          })

          await victim.failsWith('ERR_MALFORMED_HELLO')
        })
      }
    }

    it(`should fail when a ${role} sends a key that it cannot decapsulate with`, async () => {
      const victim = await attack(role, { hello: withKey(key => flip(key, -1)) })

      // the last 32 bytes are a seed and take any value: the two secrets differ
      if (role === 'listener') {
        await victim.wire.until(() => victim.linesSent === 2)
        victim.wire.reset()
        await victim.failsWith('ERR_CARRIER_CLOSED')
      } else {
        await victim.secured
        victim.wire.send(concat(Uint8Array.of(1, 0, 0, 16), randomBytes(16)))
        await victim.breaksWith('ERR_RECORD_AUTH')
      }
    })

    for (const [what, change] of Object.entries({
      'one bit changed at its start': (kem: Uint8Array) => flip(kem, 0),
      'one bit changed at its end': (kem: Uint8Array) => flip(kem, -1, 7),
      'all zeros': () => new Uint8Array(1088),
      'all ones': () => new Uint8Array(1088).fill(0xff),
      'random bytes': () => randomBytes(1088)
    })) {
      it(`should refuse a ciphertext of a ${role}: ${what}`, async () => {
        await (await attack(role, { line2: withKem(change) })).failsWith('ERR_HEADER_AUTH')
      })
    }

    it(`should refuse a ciphertext of a ${role} that is not 1088 bytes`, async () => {
      for (const length of [0, 1, 1087, 1089, 2176]) {
        await (await attack(role, { line2: withKem(() => new Uint8Array(length)) })).failsWith('ERR_MALFORMED_HEADER')
      }
    })

    it(`should refuse a line 2 of a ${role} without its ciphertext`, async () => {
      await (await attack(role, { line2: line2 => { delete line2.kem } })).failsWith('ERR_MALFORMED_HEADER')
    })

    it(`should refuse a ciphertext of a ${role} where no KEM was elected`, async () => {
      for (const kem of [base64(new Uint8Array(1088)), '', null]) {
        await (await attack(role, { groups: ['x25519'], line2: line2 => { line2.kem = kem } })).failsWith('ERR_MALFORMED_HEADER')
      }
    })
  }

  it('should not look at the key of a group that is not elected', async () => {
    const victim = await Victim.listener({ groups: ['x25519'] })
    await new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil'), hello: withKey(key => key.fill(0xff)) }).handshake()

    await victim.secured
  })
})
