import { expect } from 'aegir/chai'
import sinon from 'sinon'
import { defaultBackend } from '../../src/crypto/index.ts'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { base64, claimOf, concat, der, EvilPeer, fromBase64, fromHex, pem, randomBytes, rsaSpki, spki } from '../fixtures/evil-peer.ts'

const E65537 = Uint8Array.of(1, 0, 1)

/** A modulus of exactly so many bits. */
function modulusOf (bits: number): Uint8Array {
  const modulus = randomBytes(Math.ceil(bits / 8))
  const top = (bits - 1) % 8
  modulus[0] = modulus[0] & (1 << top) - 1 | 1 << top
  modulus[modulus.byteLength - 1] |= 1

  return modulus
}

function bytesOf (pemText: string): Uint8Array {
  return fromBase64(pemText.replace(/-----.*-----|\n/g, ''))
}

describe('attacks: identity keys', () => {
  guard()

  async function show (role: 'dialer' | 'listener', key: unknown): Promise<Victim> {
    const victim = await Victim[role === 'dialer' ? 'listener' : 'dialer']()
    new EvilPeer(victim.wire, {
      role,
      privateKey: await keyOf('Ed25519', 'evil'),
      payload: payload => { payload.key = key },
      sign: async () => new Uint8Array(64)
    }).handshake().catch(() => {})

    return victim
  }

  async function refuses (key: unknown, code: string = 'ERR_INVALID_KEY'): Promise<void> {
    for (const role of ['dialer', 'listener'] as const) {
      await (await show(role, key)).failsWith(code)
    }
  }

  for (const bits of [8, 512, 1024, 2040, 2047, 8193, 16_384, 32_000]) {
    it(`should refuse an RSA key of ${bits} bits before any arithmetic`, async () => {
      const verify = sinon.spy(defaultBackend, 'verify')

      try {
        await refuses({ type: 'rsa', public: pem(rsaSpki(modulusOf(bits), E65537)) })
        expect(verify.called).to.be.false()
      } finally {
        verify.restore()
      }
    })
  }

  for (const bits of [2048, 2049, 4096, 8192]) {
    it(`should take an RSA key of ${bits} bits as far as its signature`, async () => {
      await refuses({ type: 'rsa', public: pem(rsaSpki(modulusOf(bits), E65537)) }, 'ERR_SIGNATURE')
    })
  }

  for (const [what, exponent] of Object.entries({
    0: '00', 1: '01', 2: '02', 65536: '010000', '2^32 - 2': 'fffffffe', '2^32': '0100000000', '2^32 + 1': '0100000001', 'of 2048 bits': 'ff'.repeat(256)
  })) {
    it(`should refuse the RSA exponent ${what}`, async () => {
      await refuses({ type: 'rsa', public: pem(rsaSpki(modulusOf(2048), fromHex(exponent))) })
    })
  }

  for (const [what, exponent] of Object.entries({ 3: '03', 17: '11', '2^32 - 1': 'ffffffff' })) {
    it(`should take the RSA exponent ${what} as far as its signature`, async () => {
      await refuses({ type: 'rsa', public: pem(rsaSpki(modulusOf(2048), fromHex(exponent))) }, 'ERR_SIGNATURE')
    })
  }

  it('should refuse RSA keys with an even, a negative, a padded or a missing number', async () => {
    const modulus = modulusOf(2048)
    const even = modulus.slice()
    even[255] &= 0xfe
    const algorithm = fromHex('300d06092a864886f70d0101010500')
    const wrap = (...numbers: Uint8Array[]): Uint8Array => der(0x30, algorithm, der(0x03, Uint8Array.of(0), der(0x30, ...numbers)))
    const e = der(0x02, E65537)
    const n = der(0x02, Uint8Array.of(0), modulus)

    for (const bytes of [
      rsaSpki(even, E65537),
      wrap(der(0x02, modulus), e),
      wrap(der(0x02, Uint8Array.of(0, 0), modulus), e),
      wrap(n, der(0x02, Uint8Array.of(0), E65537)),
      wrap(der(0x02), e),
      wrap(n, der(0x02)),
      wrap(n),
      wrap(),
      wrap(n, e, e),
      wrap(e, n)
    ]) {
      await refuses({ type: 'rsa', public: pem(bytes) })
    }
  })

  it('should refuse RSA keys in other DER than their own', async () => {
    const { raw } = (await keyOf('RSA', 'evil')).publicKey
    const modulus = modulusOf(2048)
    const key = der(0x30, der(0x02, Uint8Array.of(0), modulus), der(0x02, E65537))

    for (const bytes of [
      concat(raw, Uint8Array.of(0)),
      raw.slice(0, -1),
      key,
      // without the parameter NULL; RSASSA-PSS; unused bits; a length in more bytes than it takes
      der(0x30, fromHex('300b06092a864886f70d010101'), der(0x03, Uint8Array.of(0), key)),
      der(0x30, fromHex('300d06092a864886f70d01010a0500'), der(0x03, Uint8Array.of(0), key)),
      der(0x30, fromHex('300d06092a864886f70d0101010500'), der(0x03, Uint8Array.of(1), key)),
      concat(Uint8Array.of(0x30, 0x83, 0, raw[2], raw[3]), raw.slice(4)),
      concat(Uint8Array.of(0x30, 0x80), raw.slice(4), Uint8Array.of(0, 0))
    ]) {
      await refuses({ type: 'rsa', public: pem(bytes) })
    }
  })

  const order8 = '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'

  for (const [what, hex] of Object.entries({
    'the neutral element': '01' + '00'.repeat(31),
    'the neutral element, sign bit set': '01' + '00'.repeat(30) + '80',
    'order 2': 'ec' + 'ff'.repeat(30) + '7f',
    'order 2, sign bit set': 'ec' + 'ff'.repeat(31),
    'order 4': '00'.repeat(32),
    'order 4, sign bit set': '00'.repeat(31) + '80',
    'order 8': order8,
    'order 8, sign bit set': order8.slice(0, -2) + '85',
    'the other order 8': 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'the other order 8, sign bit set': 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    'p, which is 0': 'ed' + 'ff'.repeat(30) + '7f',
    'p + 1, which is 1': 'ee' + 'ff'.repeat(30) + '7f',
    'p + 18, the largest': 'ff'.repeat(31) + '7f',
    'p + 3, sign bit set': 'f0' + 'ff'.repeat(31)
  })) {
    it(`should refuse an Ed25519 key of small order or not canonical: ${what}`, async () => {
      await refuses({ type: 'ed25519', public: pem(spki('ed25519', fromHex(hex))) })
    })
  }

  it('should refuse a signature that any message has under a key of small order', async () => {
    const key = { type: 'ed25519', public: pem(spki('ed25519', fromHex('01' + '00'.repeat(31)))) }
    const victim = await Victim.listener()

    // R = the neutral element, s = 0: true for every message where A is neutral as well
    new EvilPeer(victim.wire, {
      role: 'dialer',
      privateKey: await keyOf('Ed25519', 'evil'),
      payload: payload => { payload.key = key },
      sign: async () => fromHex('01' + '00'.repeat(63))
    }).handshake().catch(() => {})

    await victim.failsWith('ERR_INVALID_KEY')
  })

  for (const type of ['secp256k1', 'ecdsa'] as const) {
    it(`should refuse ${type} points that are off the curve, compressed, hybrid, infinite or cut`, async () => {
      const raw = bytesOf(claimOf((await keyOf(type === 'ecdsa' ? 'ECDSA' : 'secp256k1', 'evil')).publicKey).public).slice(-65)
      const off = raw.slice()
      off[64] ^= 1

      await refuses({ type, public: pem(spki(type, off)) }, 'ERR_SIGNATURE')
      await refuses({ type, public: pem(spki(type, concat(Uint8Array.of(4), new Uint8Array(64)))) }, 'ERR_SIGNATURE')
      await refuses({ type, public: pem(spki(type, concat(Uint8Array.of(4), new Uint8Array(64).fill(0xff)))) }, 'ERR_SIGNATURE')

      for (const prefix of [0, 2, 3, 5, 6, 7]) {
        await refuses({ type, public: pem(spki(type, concat(Uint8Array.of(prefix), raw.slice(1)))) })
      }

      await refuses({ type, public: pem(spki(type, concat(Uint8Array.of(2), raw.slice(1, 33)))) })
      await refuses({ type, public: pem(spki(type, Uint8Array.of(0))) })
      await refuses({ type, public: pem(spki(type, raw.slice(0, -1))) })
      await refuses({ type, public: pem(spki(type, concat(raw, Uint8Array.of(0)))) })
    })
  }

  it('should refuse every key under the name of every other type', async () => {
    const types = ['rsa', 'ed25519', 'secp256k1', 'ecdsa']
    const keys = await Promise.all((['RSA', 'Ed25519', 'secp256k1', 'ECDSA'] as const).map(async type => claimOf((await keyOf(type, 'evil')).publicKey)))

    for (const key of keys) {
      for (const type of types.filter(type => type !== key.type)) {
        await refuses({ type, public: key.public })
      }
    }
  })

  it('should refuse a key of another curve that is as long', async () => {
    const prefixes = {
      // X25519; a neighbour of secp256k1; a neighbour of P-256
      ed25519: '302a300506032b656e032100',
      secp256k1: '3056301006072a8648ce3d020106052b8104000b034200',
      ecdsa: '3059301306072a8648ce3d020106082a8648ce3d030106034200'
    }

    for (const [type, prefix] of Object.entries(prefixes)) {
      const raw = bytesOf(claimOf((await keyOf(type === 'ed25519' ? 'Ed25519' : 'ECDSA', 'evil')).publicKey).public).slice(type === 'ed25519' ? -32 : -65)
      await refuses({ type, public: pem(concat(fromHex(prefix), raw)) })
    }
  })

  it('should refuse types that it does not know, among them the names of a prototype', async () => {
    const { public: publicKey } = claimOf((await keyOf('Ed25519', 'evil')).publicKey)

    for (const type of ['', 'Ed25519', 'ed448', 'x25519', 'dsa', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'ed25519\0', ' ed25519']) {
      await refuses({ type, public: publicKey })
    }

    for (const key of [{ type: 1, public: publicKey }, { type: 'ed25519', public: 1 }, { type: 'ed25519' }, { public: publicKey }, {}, [], null, publicKey]) {
      await refuses(key, 'ERR_MALFORMED_HEADER')
    }
  })

  it('should refuse every other form of a PEM', async () => {
    const { type, public: form } = claimOf((await keyOf('RSA', 'evil')).publicKey)
    const oneLine = base64(bytesOf(form))
    const [first, ...rest] = form.split('\n')

    for (const other of [
      form.trimEnd(),
      `${form}\n`,
      ` ${form}`,
      `\n${form}`,
      `text before\n${form}`,
      `${form}text after\n`,
      form + form,
      form.replaceAll('\n', '\r\n'),
      form.replaceAll('\n', '\r'),
      form.replace('\n', '\n\n'),
      form.replace('\n', '\nProc-Type: 4,ENCRYPTED\n\n'),
      form.replaceAll('PUBLIC', 'RSA PUBLIC'),
      form.replaceAll('PUBLIC KEY', 'CERTIFICATE'),
      form.replaceAll('-----', '----'),
      form.replace('\n-----END', '=\n-----END'),
      form.replace('\n-----END', '====\n-----END'),
      form.replaceAll('+', '-').replaceAll('/', '_'),
      `${first}\n${oneLine}\n-----END PUBLIC KEY-----\n`,
      `${first}\n${oneLine.match(/.{1,76}/g)?.join('\n')}\n-----END PUBLIC KEY-----\n`,
      `${first}\n${rest.join('\n ')}`,
      `${first}\n${rest.join(' \n')}`,
      first,
      '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n',
      oneLine,
      ''
    ]) {
      expect(other).to.not.equal(form)
      await refuses({ type, public: other })
    }
  })

  it('should refuse base64 in a PEM with bits that nothing holds', async () => {
    // an Ed25519 SPKI is 44 bytes: its last character but one has two bits to spare
    const { public: form } = claimOf((await keyOf('Ed25519', 'evil')).publicKey)
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    const at = form.indexOf('=') - 1
    expect(at).to.be.above(0)

    for (const spare of [1, 2, 3]) {
      const other = letters[letters.indexOf(form[at]) | spare]
      await refuses({ type: 'ed25519', public: `${form.slice(0, at)}${other}${form.slice(at + 1)}` })
    }
  })
})
