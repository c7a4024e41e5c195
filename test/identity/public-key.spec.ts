import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { expect } from 'aegir/chai'
import { concat, fromHex } from '../../src/encoding/bytes.ts'
import { encodePem } from '../../src/encoding/pem.ts'
import { AuthenticationError } from '../../src/errors.ts'
import { identityKey, parseIdentityKey } from '../../src/identity/public-key.ts'
import { pemOf, vectorIdentity } from '../vectors/identities.ts'
import type { KeyType } from '../../src/identity/public-key.ts'

const TYPES: KeyType[] = ['rsa', 'ed25519', 'secp256k1', 'ecdsa']
const RSA_ALGORITHM = fromHex('300d06092a864886f70d0101010500')

// little endian, as RFC 8032 writes y; y = 1, -1, 0 and the two pairs of order 8
const SMALL_ORDER_Y = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
]

describe('identity key', () => {
  for (const type of TYPES) {
    const { pem, spki } = vectorIdentity(type, 'test')

    it(`should take ${type} in its one form`, () => {
      const key = parseIdentityKey(type, pem)

      expect(key.type).to.equal(type)
      expect(key.pem).to.equal(pem)
      expect(key.raw).to.deep.equal(type === 'rsa' ? spki : spki.subarray(type === 'ed25519' ? -32 : -65))
    })

    it(`should make ${type} from its raw bytes`, () => {
      const key = parseIdentityKey(type, pem)

      expect(identityKey(type, key.raw)).to.deep.equal(key)
    })

    it(`should not take ${type} under the name of another type`, () => {
      for (const other of TYPES.filter(other => other !== type)) {
        expectInvalid(other, pem, `the identity key is not the SPKI of an ${other === 'rsa' ? 'RSA' : other} key`)
      }
    })

    it(`should not take ${type} in another PEM`, () => {
      expectInvalid(type, pem.trimEnd(), 'the identity key is not an SPKI PEM in its one fixed form')
      expectInvalid(type, pem.replaceAll('\n', '\r\n'))
      expectInvalid(type, `${pem}\n`)
      expectInvalid(type, ` ${pem}`)
      expectInvalid(type, pem.replaceAll('PUBLIC KEY', 'RSA PUBLIC KEY'))
      expectInvalid(type, '')
    })

    it(`should not take ${type} with bytes missing, added or in front`, () => {
      expectInvalid(type, pemOf(spki.subarray(0, -1)))
      expectInvalid(type, pemOf(spki.subarray(1)))
      expectInvalid(type, pemOf(concat([spki, Uint8Array.of(0)])))
      expectInvalid(type, pemOf(concat([Uint8Array.of(0), spki])))
      expectInvalid(type, pemOf(new Uint8Array(0)))
    })

    it(`should not take ${type} with a bit changed in its form`, () => {
      const formBytes = type === 'rsa' ? 28 : spki.byteLength - (type === 'ed25519' ? 32 : 65)

      for (let bit = 0; bit < 8 * formBytes; bit++) {
        const changed = spki.slice()
        changed[bit >> 3] ^= 1 << (bit & 7)

        expectInvalid(type, pemOf(changed))
      }
    })
  }

  it('should not take a type that it does not know', () => {
    const { pem } = vectorIdentity('ed25519', 'test')

    for (const type of ['', 'Ed25519', 'ed448', 'dsa', '__proto__', 'toString']) {
      expectInvalid(type, pem, `of unknown type ${type}`)
    }
  })

  it('should repeat no more than 32 characters of a type that it does not know', () => {
    const { pem } = vectorIdentity('ed25519', 'test')

    expect(() => parseIdentityKey('x'.repeat(10_000), pem)).to.throw(AuthenticationError)
      .with.property('message').that.satisfies((message: string) => message.endsWith(`type ${'x'.repeat(32)}`))
  })

  describe('RSA', () => {
    for (const bits of [2048, 2049, 3072, 4096, 8191, 8192]) {
      it(`should take ${bits} bits`, () => {
        expect(parseIdentityKey('rsa', rsaPem(bits))).to.have.property('type', 'rsa')
      })
    }

    for (const bits of [8, 512, 1024, 2040, 2047, 8193, 8200, 16_384]) {
      it(`should not take ${bits} bits`, () => {
        expectInvalid('rsa', rsaPem(bits), `an RSA key of ${bits} bits`)
      })
    }

    for (const exponent of [3, 5, 17, 65_537, 2 ** 31 + 1, 2 ** 32 - 1]) {
      it(`should take the exponent ${exponent}`, () => {
        expect(parseIdentityKey('rsa', rsaPem(2048, exponent))).to.have.property('type', 'rsa')
      })
    }

    for (const exponent of [0, 1, 2, 4, 65_536, 2 ** 32 - 2, 2 ** 32, 2 ** 32 + 1, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER]) {
      it(`should not take the exponent ${exponent}`, () => {
        expectInvalid('rsa', rsaPem(2048, exponent))
      })
    }

    it('should not take an exponent as long as the modulus', () => {
      expectInvalid('rsa', pemOf(rsaSpki(integer(modulusOf(2048)), integer(modulusOf(2047)))), 'exponent')
    })

    it('should not take an even modulus', () => {
      const modulus = modulusOf(2048)
      modulus[255] = 0xfe

      expectInvalid('rsa', pemOf(rsaSpki(integer(modulus), integer(Uint8Array.of(1, 0, 1)))), 'even')
    })

    const modulus = integer(modulusOf(2048))
    const exponent = integer(Uint8Array.of(1, 0, 1))
    const key = sequence(modulus, exponent)

    const otherForms: Record<string, Uint8Array> = {
      'a modulus with zeros in front': rsaSpki(element(0x02, concat([Uint8Array.of(0, 0), modulusOf(2048)])), exponent),
      'a negative modulus': rsaSpki(element(0x02, modulusOf(2048)), exponent),
      'an exponent with a zero in front': rsaSpki(modulus, element(0x02, Uint8Array.of(0, 1, 0, 1))),
      'an empty modulus': rsaSpki(element(0x02, new Uint8Array(0)), exponent),
      'an empty exponent': rsaSpki(modulus, element(0x02, new Uint8Array(0))),
      'no exponent': sequence(RSA_ALGORITHM, bitString(sequence(modulus))),
      'a third number': sequence(RSA_ALGORITHM, bitString(sequence(modulus, exponent, exponent))),
      'bytes after the numbers': sequence(RSA_ALGORITHM, bitString(concat([key, Uint8Array.of(0)]))),
      'bytes after the bit string': sequence(RSA_ALGORITHM, bitString(key), Uint8Array.of(5, 0)),
      'unused bits': sequence(RSA_ALGORITHM, element(0x03, concat([Uint8Array.of(1), key]))),
      'an algorithm without its NULL': sequence(fromHex('300b06092a864886f70d010101'), bitString(key)),
      'the algorithm of PSS': sequence(fromHex('300d06092a864886f70d01010a0500'), bitString(key)),
      'the bare PKCS#1 key': key,
      'a length in a longer form': concat([fromHex('30830000'), sequence(RSA_ALGORITHM, bitString(key)).subarray(2)]),
      'a length of 80': fromHex('3080'),
      'the numbers in an octet string': sequence(RSA_ALGORITHM, element(0x04, key))
    }

    for (const [what, spki] of Object.entries(otherForms)) {
      it(`should not take ${what}`, () => {
        expectInvalid('rsa', pemOf(spki))
      })
    }

    it('should take the same key in its one form', () => {
      expect(parseIdentityKey('rsa', pemOf(rsaSpki(modulus, exponent)))).to.have.property('type', 'rsa')
    })
  })

  describe('Ed25519', () => {
    const { spki } = vectorIdentity('ed25519', 'test')
    const pemWith = (raw: Uint8Array): string => pemOf(concat([spki.subarray(0, 12), raw]))

    it('should know all points of small order', () => {
      for (const y of SMALL_ORDER_Y) {
        expect(ed25519.Point.fromHex(y, true).isSmallOrder()).to.be.true()
      }
    })

    for (const y of SMALL_ORDER_Y) {
      it(`should not take the point of small order ${y.slice(0, 8)}, with either sign`, () => {
        const raw = fromHex(y)
        expectInvalid('ed25519', pemWith(raw), 'small order')
        raw[31] |= 0x80
        expectInvalid('ed25519', pemWith(raw), 'small order')
      })
    }

    it('should not take a y of p and above', () => {
      for (let low = 0xed; low <= 0xff; low++) {
        const raw = new Uint8Array(32).fill(0xff)
        raw[0] = low
        expectInvalid('ed25519', pemWith(raw), 'not canonical')
        raw[31] = 0x7f
        expectInvalid('ed25519', pemWith(raw), 'not canonical')
      }
    })

    it('should take a y right below p', () => {
      const raw = new Uint8Array(32).fill(0xff)
      raw[0] = 0xeb
      raw[31] = 0x7f

      expect(parseIdentityKey('ed25519', pemWith(raw))).to.have.property('type', 'ed25519')
    })

    // every byte of p but the lowest, one less
    for (let place = 1; place < 32; place++) {
      it(`should take a y that is below p at byte ${place}`, () => {
        const raw = new Uint8Array(32).fill(0xff)
        raw[31] = 0x7f
        raw[place]--

        expect(parseIdentityKey('ed25519', pemWith(raw))).to.have.property('type', 'ed25519')
      })
    }
  })

  for (const [type, curve] of [['secp256k1', secp256k1], ['ecdsa', p256]] as const) {
    describe(type, () => {
      const { spki, privateKey } = vectorIdentity(type, 'test')
      const prefix = spki.subarray(0, -65)

      it('should not take a compressed point', () => {
        const compressed = curve.getPublicKey(privateKey, true)

        // the two lengths as they are, and as they would have to be
        expectInvalid(type, pemOf(concat([prefix, compressed])))
        const fitting = concat([prefix, compressed])
        fitting[1] -= 32
        fitting[prefix.byteLength - 2] -= 32
        expectInvalid(type, pemOf(fitting))
      })

      it('should not take a point in hybrid form', () => {
        for (const form of [0x00, 0x02, 0x03, 0x05, 0x06, 0x07]) {
          const hybrid = spki.slice()
          hybrid[prefix.byteLength] = form

          expectInvalid(type, pemOf(hybrid), 'not an uncompressed point')
        }
      })

      it('should not take the point at infinity', () => {
        expectInvalid(type, pemOf(concat([prefix, Uint8Array.of(0)])))
      })
    })
  }
})

function expectInvalid (type: string, pem: string, message: string = ''): void {
  expect(() => parseIdentityKey(type, pem)).to.throw(AuthenticationError, message).with.property('code', 'ERR_INVALID_KEY')
}

function rsaPem (bits: number, exponent: number = 65_537): string {
  const digits = exponent.toString(16)

  return encodePem(rsaSpki(integer(modulusOf(bits)), integer(fromHex(digits.padStart(digits.length + digits.length % 2, '0')))))
}

/** An odd number of exactly `bits` bits, big endian. */
function modulusOf (bits: number): Uint8Array {
  const modulus = new Uint8Array(Math.ceil(bits / 8)).fill(0xa5)
  modulus[0] = 1 << (bits + 7) % 8 | 1

  return modulus
}

function rsaSpki (modulus: Uint8Array, exponent: Uint8Array): Uint8Array {
  return sequence(RSA_ALGORITHM, bitString(sequence(modulus, exponent)))
}

function integer (unsigned: Uint8Array): Uint8Array {
  return element(0x02, unsigned[0] >= 0x80 ? concat([Uint8Array.of(0), unsigned]) : unsigned)
}

function bitString (bytes: Uint8Array): Uint8Array {
  return element(0x03, concat([Uint8Array.of(0), bytes]))
}

function sequence (...elements: Uint8Array[]): Uint8Array {
  return element(0x30, concat(elements))
}

function element (tag: number, content: Uint8Array): Uint8Array {
  const { byteLength } = content

  if (byteLength < 0x80) {
    return concat([Uint8Array.of(tag, byteLength), content])
  }

  const length = byteLength < 0x100 ? [0x81, byteLength] : [0x82, byteLength >> 8, byteLength & 0xff]

  return concat([Uint8Array.of(tag, ...length), content])
}
