import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { expect } from 'aegir/chai'
import { CIPHER_KEY_BYTES, CIPHERS } from '../../src/constants.ts'
import { concat, fromHex, utf8 } from '../../src/encoding/bytes.ts'
import { identityKey, parseIdentityKey } from '../../src/identity/public-key.ts'
import { hex } from '../fixtures/deterministic-backend.ts'
import { patternOf } from '../record/fixtures.ts'
import { vectorIdentity } from '../vectors/identities.ts'
import type { Backend } from '../../src/crypto/backend.ts'
import type { KeyType } from '../../src/identity/public-key.ts'

const TYPES: KeyType[] = ['rsa', 'ed25519', 'secp256k1', 'ecdsa']
const MESSAGE = utf8('a message')

// FIPS 180-4, SHA-256 of "abc"
const SHA256_ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

// RFC 7748 section 6.1
const BOB_PUBLIC = fromHex('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f')
const BOB_PRIVATE = fromHex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb')

// points of order 1, 2, 4 and 8 and their twins, little endian u
const SMALL_ORDER_U = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
]

/** What every backend has to do, and that any two of them do the same. */
export function testBackends (backends: Backend[]): void {
  for (const backend of backends) {
    describe(`backend ${backend.name}`, () => {
      it('should give random bytes', () => {
        expect(backend.randomBytes(0)).to.have.property('byteLength', 0)
        expect(backend.randomBytes(64)).to.have.property('byteLength', 64)
        expect(backend.randomBytes(64)).to.not.deep.equal(backend.randomBytes(64))
      })

      it('should hash parts as if they were one', () => {
        expect(hex(backend.sha256(utf8('abc')))).to.equal(SHA256_ABC)
        expect(hex(backend.sha256(utf8('a'), new Uint8Array(0), utf8('bc')))).to.equal(SHA256_ABC)
        expect(hex(backend.sha256())).to.equal(hex(backend.sha256(new Uint8Array(0))))
      })

      it('should hash the same where that may be asynchronous', async () => {
        const lines = [new Uint8Array(4_300).fill(1), new Uint8Array(), new Uint8Array(63).fill(2)]

        expect(hex(await backend.digest(utf8('a'), utf8('bc')))).to.equal(SHA256_ABC)
        expect(hex(await backend.digest(...lines))).to.equal(hex(backend.sha256(...lines)))
        expect(hex(await backend.digest())).to.equal(hex(backend.sha256()))
      })

      it('should derive the keys of RFC 5869, test case 1', () => {
        const prk = backend.hkdfExtract(fromHex('000102030405060708090a0b0c'), new Uint8Array(22).fill(0x0b))
        expect(hex(prk)).to.equal('077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5')
        expect(hex(backend.hkdfExpand(prk, fromHex('f0f1f2f3f4f5f6f7f8f9'), 42)))
          .to.equal('3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865')
      })

      it('should derive the keys of RFC 5869, test case 3', () => {
        const prk = backend.hkdfExtract(new Uint8Array(0), new Uint8Array(22).fill(0x0b))
        expect(hex(prk)).to.equal('19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04')
        expect(hex(backend.hkdfExpand(prk, new Uint8Array(0), 42)))
          .to.equal('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8')
      })

      it('should not change what keys are derived from', () => {
        const [salt, inputKey, info] = [1, 2, 3].map(byte => new Uint8Array(40).fill(byte))
        backend.hkdfExpand(backend.hkdfExtract(salt, inputKey), info, 32)

        expect([salt, inputKey, info]).to.deep.equal([1, 2, 3].map(byte => new Uint8Array(40).fill(byte)))
      })

      it('should make the X25519 secret of a key that anybody has', async () => {
        const own = await backend.generateX25519()
        const secret = await backend.generateX25519()

        expect(own.publicKey).to.have.property('byteLength', 32)
        expect(hex(await own.deriveSecret(BOB_PUBLIC))).to.equal(hex(x25519.getSharedSecret(BOB_PRIVATE, own.publicKey)))
        expect(hex(own.publicKey)).to.not.equal(hex(secret.publicKey))
      })

      for (const point of SMALL_ORDER_U) {
        it(`should throw on, or give zeros for, the point ${point.slice(0, 8)} of small order`, async () => {
          const own = await backend.generateX25519()
          const secret = await Promise.resolve().then(async () => own.deriveSecret(fromHex(point))).catch(() => new Uint8Array(32))

          expect(hex(secret)).to.equal('00'.repeat(32))
        })
      }

      it('should decapsulate what it encapsulated', async () => {
        const keys = await backend.generateMlKem768()
        const { ciphertext, sharedSecret } = await backend.encapsulateMlKem768(keys.encapsulationKey)

        expect(keys.encapsulationKey).to.have.property('byteLength', 1184)
        expect(ciphertext).to.have.property('byteLength', 1088)
        expect(sharedSecret).to.have.property('byteLength', 32)
        expect(hex(await keys.decapsulate(ciphertext))).to.equal(hex(sharedSecret))
      })

      it('should give an unrelated secret for a ciphertext that was changed, the same each time', async () => {
        const keys = await backend.generateMlKem768()
        const { ciphertext, sharedSecret } = await backend.encapsulateMlKem768(keys.encapsulationKey)
        const changed = Uint8Array.from(ciphertext)
        changed[0] ^= 1
        const rejected = await keys.decapsulate(changed)

        expect(rejected).to.have.property('byteLength', 32)
        expect(hex(rejected)).to.not.equal(hex(sharedSecret))
        expect(hex(await keys.decapsulate(changed))).to.equal(hex(rejected))
      })

      it('should not encapsulate to a key that fails the modulus check', async () => {
        const { encapsulationKey } = await backend.generateMlKem768()

        // 3329 in the first coefficient, in the last one, and 4095
        for (const [place, bytes] of [[0, [0x01, 0x0d]], [1150, [0x10, 0xd0]], [0, [0xff, 0xff]]] as const) {
          const key = Uint8Array.from(encapsulationKey)
          key.set(bytes, place)

          await expect(Promise.resolve().then(async () => backend.encapsulateMlKem768(key))).to.eventually.be.rejected()
        }
      })

      for (const type of TYPES) {
        testVerify(backend, type)
      }

      it('should not verify by a point off its curve', async () => {
        for (const type of ['secp256k1', 'ecdsa'] as const) {
          const { spki, sign } = vectorIdentity(type, 'off the curve')
          const point = Uint8Array.from(spki.subarray(-65))
          point[64] ^= 1

          expect(await backend.verify(identityKey(type, point), MESSAGE, await sign(MESSAGE))).to.be.false()
          expect(await backend.verify(identityKey(type, Uint8Array.of(4, ...new Uint8Array(64))), MESSAGE, await sign(MESSAGE))).to.be.false()
        }

        // y = 2 is no point of Ed25519
        const { sign } = vectorIdentity('ed25519', 'off the curve')
        expect(await backend.verify(identityKey('ed25519', Uint8Array.of(2, ...new Uint8Array(31))), MESSAGE, await sign(MESSAGE))).to.be.false()
      })

      it('should not verify secp256k1 with the higher s, nor in another form', async () => {
        const { pem, sign } = vectorIdentity('secp256k1', 'forms')
        const key = parseIdentityKey('secp256k1', pem)
        const signature = await sign(MESSAGE)
        const { r, s } = secp256k1.Signature.fromBytes(signature, 'der')
        const high = new secp256k1.Signature(r, secp256k1.Point.CURVE().n - s)

        expect(await backend.verify(key, MESSAGE, signature)).to.be.true()
        expect(await backend.verify(key, MESSAGE, high.toBytes('der'))).to.be.false()
        expect(await backend.verify(key, MESSAGE, new secp256k1.Signature(r, s).toBytes('compact'))).to.be.false()
        expect(await backend.verify(key, MESSAGE, concat([signature, Uint8Array.of(0)]))).to.be.false()
        expect(await backend.verify(key, MESSAGE, concat([Uint8Array.of(0x30, 0x81), signature.subarray(1)]))).to.be.false()
      })

      it('should verify ECDSA in 64 bytes and in no other form', async () => {
        const { pem, sign } = vectorIdentity('ecdsa', 'forms')
        const key = parseIdentityKey('ecdsa', pem)
        const signature = await sign(MESSAGE)

        expect(signature).to.have.property('byteLength', 64)
        expect(await backend.verify(key, MESSAGE, signature)).to.be.true()

        for (const other of [signature.subarray(0, 63), concat([signature, Uint8Array.of(0)]), derOf(signature), new Uint8Array(64), new Uint8Array(64).fill(0xff)]) {
          expect(await backend.verify(key, MESSAGE, other)).to.be.false()
        }
      })

      it('should not verify Ed25519 with an s that is not reduced', async () => {
        const { pem, sign } = vectorIdentity('ed25519', 'forms')
        const signature = await sign(MESSAGE)
        const s = toBigInt(signature.subarray(32)) + ed25519.Point.CURVE().n
        const other = concat([signature.subarray(0, 32), toBytes(s)])

        expect(await backend.verify(parseIdentityKey('ed25519', pem), MESSAGE, signature)).to.be.true()
        expect(await backend.verify(parseIdentityKey('ed25519', pem), MESSAGE, other)).to.be.false()
      })

      it('should not verify Ed25519 with an R in another encoding', async () => {
        // R is the neutral point, in forms that are not its own
        const { scalar, pointBytes } = ed25519.utils.getExtendedPublicKey(new Uint8Array(32).fill(7))
        const key = identityKey('ed25519', pointBytes)

        const signWith = (encodedR: Uint8Array): Uint8Array => {
          const k = toBigInt(sha512(concat([encodedR, pointBytes, MESSAGE])))

          return concat([encodedR, toBytes(k * scalar % ed25519.Point.CURVE().n)])
        }

        const negative = fromHex('0100000000000000000000000000000000000000000000000000000000000080')
        const above = fromHex('eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f')

        expect(ed25519.verify(signWith(above), MESSAGE, pointBytes, { zip215: true })).to.be.true()

        expect(await backend.verify(key, MESSAGE, signWith(negative))).to.be.false()
        expect(await backend.verify(key, MESSAGE, signWith(above))).to.be.false()
      })

      if (backend.signer != null) {
        it('should sign as the key does', async () => {
          const { pem, privateKey, sign } = vectorIdentity('ed25519', 'signer')
          const native = await backend.signer?.('ed25519', privateKey)(MESSAGE)

          expect(hex(native ?? new Uint8Array(0))).to.equal(hex(await sign(MESSAGE)))
          expect(await backend.verify(parseIdentityKey('ed25519', pem), MESSAGE, native ?? new Uint8Array(0))).to.be.true()

          // PKCS#1 is what PKCS#8 holds after 26 bytes
          const rsa = vectorIdentity('rsa', 'signer')
          const rsaNative = await backend.signer?.('rsa', rsa.privateKey.subarray(26))(MESSAGE)
          expect(hex(rsaNative ?? new Uint8Array(0))).to.equal(hex(await rsa.sign(MESSAGE)))
        })
      }

      for (const cipher of CIPHERS) {
        it(`should keep to itself what it is given of ${cipher}`, async () => {
          const key = new Uint8Array(CIPHER_KEY_BYTES[cipher]).fill(1)
          const nonce = new Uint8Array(12).fill(2)
          const associatedData = new Uint8Array(4).fill(3)
          const piece = patternOf(1000)
          const aead = backend.aead(cipher, key)
          const reference = new Uint8Array(1016)
          await backend.aead(cipher, key.slice()).seal(nonce, associatedData, [piece], reference, 0)
          key.fill(0)

          // as the records do: nonce and gathered plaintext are written again at once
          const out = new Uint8Array(1016)
          const sealing = aead.seal(nonce, associatedData, [piece.subarray(0, 400), piece.subarray(400)], out, 0)
          nonce.fill(9)
          associatedData.fill(9)
          piece.fill(9)
          await sealing
          expect(hex(out)).to.equal(hex(reference))

          nonce.fill(2)
          associatedData.fill(3)
          const opening = aead.open(nonce, associatedData)
          nonce.fill(9)
          associatedData.fill(9)
          opening.update(out.subarray(0, 7))
          opening.update(out.subarray(7, 1000))
          const tag = out.slice(1000)
          const opened = opening.final(tag)
          tag.fill(0)
          expect(hex(concat(await opened))).to.equal(hex(patternOf(1000)))
        })
      }
    })

    for (const other of backends) {
      describe(`backends ${backend.name} and ${other.name}`, () => {
        it('should come to the same X25519 secret', async () => {
          const [a, b] = [await backend.generateX25519(), await other.generateX25519()]

          expect(hex(await a.deriveSecret(b.publicKey))).to.equal(hex(await b.deriveSecret(a.publicKey)))
        })

        it('should understand each other\'s ML-KEM', async () => {
          const keys = await backend.generateMlKem768()
          const { ciphertext, sharedSecret } = await other.encapsulateMlKem768(Uint8Array.from(keys.encapsulationKey))

          expect(hex(await keys.decapsulate(Uint8Array.from(ciphertext)))).to.equal(hex(sharedSecret))
        })

        it('should derive the same keys', () => {
          for (const length of [1, 12, 16, 31, 32, 33, 64, 8160]) {
            const [salt, inputKey, info] = [patternOf(length % 70), patternOf(64), patternOf(100)]
            const prk = backend.hkdfExtract(salt, inputKey)

            expect(hex(other.hkdfExtract(salt, inputKey))).to.equal(hex(prk))
            expect(hex(other.hkdfExpand(prk, info, length))).to.equal(hex(backend.hkdfExpand(prk, info, length)))
          }
        })

        for (const cipher of CIPHERS) {
          it(`should open each other's ${cipher}, and not when anything was changed`, async () => {
            const key = patternOf(CIPHER_KEY_BYTES[cipher])

            for (const length of [0, 1, 15, 16, 17, 1000, 65_536]) {
              const plaintext = patternOf(length)
              const [nonce, associatedData] = [patternOf(12), patternOf(4)]
              const sealed = new Uint8Array(length + 16 + 5)
              await backend.aead(cipher, key).seal(nonce, associatedData, [plaintext], sealed, 5)
              expect(sealed.subarray(0, 5)).to.deep.equal(new Uint8Array(5))
              const message = sealed.subarray(5)

              expect(hex(await open(other, nonce, associatedData, message))).to.equal(hex(plaintext))
              await expect(open(other, flipped(nonce, 3), associatedData, message)).to.eventually.be.rejected()
              await expect(open(other, nonce, flipped(associatedData, 3), message)).to.eventually.be.rejected()
              await expect(open(other, nonce, associatedData, flipped(message, 0))).to.eventually.be.rejected()
              await expect(open(other, nonce, associatedData, flipped(message, message.byteLength - 1))).to.eventually.be.rejected()
              await expect(open(other, nonce, associatedData, message.subarray(0, -1))).to.eventually.be.rejected()
            }

            async function open (by: Backend, nonce: Uint8Array, associatedData: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
              const opening = by.aead(cipher, key).open(nonce, associatedData)
              opening.update(message.subarray(0, -16))

              return concat(await opening.final(message.subarray(-16)))
            }
          })
        }
      })
    }
  }
}

function testVerify (backend: Backend, type: KeyType): void {
  it(`should verify what ${type} signed and nothing else`, async () => {
    const { pem, sign } = vectorIdentity(type, 'verify')
    const key = parseIdentityKey(type, pem)
    const signature = await sign(MESSAGE)

    expect(await backend.verify(key, MESSAGE, signature)).to.be.true()
    expect(await backend.verify(key, utf8('another message'), signature)).to.be.false()
    expect(await backend.verify(key, new Uint8Array(0), signature)).to.be.false()

    for (const place of [0, 1, 10, signature.byteLength >> 1, signature.byteLength - 1]) {
      expect(await backend.verify(key, MESSAGE, flipped(signature, place))).to.be.false()
    }

    for (const other of [new Uint8Array(0), signature.subarray(1), signature.subarray(0, -1), concat([signature, Uint8Array.of(0)]), new Uint8Array(signature.byteLength), new Uint8Array(signature.byteLength).fill(0xff)]) {
      expect(await backend.verify(key, MESSAGE, other)).to.be.false()
    }

    if (type !== 'rsa') {
      expect(await backend.verify(parseIdentityKey(type, vectorIdentity(type, 'another').pem), MESSAGE, signature)).to.be.false()
    }
  })
}

function flipped (bytes: Uint8Array, place: number): Uint8Array {
  const changed = Uint8Array.from(bytes)
  changed[place] ^= 1

  return changed
}

function derOf (compact: Uint8Array): Uint8Array {
  const numbers = [compact.subarray(0, 32), compact.subarray(32)].map(number => {
    const unsigned = number[0] >= 0x80 ? [0, ...number] : [...number]

    return Uint8Array.of(2, unsigned.length, ...unsigned)
  })

  return concat([Uint8Array.of(0x30, numbers[0].byteLength + numbers[1].byteLength), ...numbers])
}

function toBigInt (littleEndian: Uint8Array): bigint {
  return BigInt(`0x${hex(Uint8Array.from(littleEndian).reverse())}`)
}

function toBytes (value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(64, '0')).reverse()
}
