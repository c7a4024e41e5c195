import { generateKeyPair } from '@libp2p/crypto/keys'
import { expect } from 'aegir/chai'
import { CIPHER_KEY_BYTES, CIPHERS, TAG_BYTES } from '../../src/constants.ts'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { createWebBackend } from '../../src/crypto/web.ts'
import { concat, fromHex, utf8 } from '../../src/encoding/bytes.ts'
import { identityKey } from '../../src/identity/public-key.ts'
import { signerFromPrivateKey } from '../../src/libp2p/keys.ts'
import { BACKENDS, subtleWithout } from './fixtures/backends.ts'
import { flipped, pattern } from './fixtures/sessions.ts'
import type { Backend } from '../../src/crypto/backend.ts'
import type { PrivateKey } from '@libp2p/interface'

const NONCE = pattern(12, 1)
const ASSOCIATED_DATA = pattern(4, 2)

describe('primitives of the backends of browsers', () => {
  for (const [name, backend] of Object.entries(BACKENDS)) {
    describe(name, () => {
      for (const cipher of CIPHERS) {
        const key = pattern(CIPHER_KEY_BYTES[cipher], 3)
        const plaintext = pattern(1_000, 4)

        it(`should seal to what plain JavaScript seals to, and go on to, with ${cipher}`, async () => {
          const expected = await sealed(nobleBackend, cipher, key, [plaintext])
          const aead = backend.aead(cipher, key)

          // the second time the key is there already
          for (let i = 0; i < 2; i++) {
            const out = new Uint8Array(5 + plaintext.byteLength + TAG_BYTES)
            await aead.seal(NONCE, ASSOCIATED_DATA, [plaintext.subarray(0, 300), plaintext.subarray(300)], out, 5)

            expect(out.subarray(5)).to.equalBytes(expected)
            expect(out.subarray(0, 5)).to.equalBytes(new Uint8Array(5))
          }
        })

        it(`should read all it is given before it returns, with ${cipher}`, async () => {
          const expected = await sealed(nobleBackend, cipher, key, [plaintext])
          const givenKey = key.slice()
          const aead = backend.aead(cipher, givenKey)
          givenKey.fill(0)

          for (let i = 0; i < 2; i++) {
            const given = { nonce: NONCE.slice(), associatedData: ASSOCIATED_DATA.slice(), plaintext: plaintext.slice() }
            const out = new Uint8Array(plaintext.byteLength + TAG_BYTES)
            const done = aead.seal(given.nonce, given.associatedData, [given.plaintext], out, 0)
            Object.values(given).forEach(bytes => bytes.fill(0))
            await done

            expect(out).to.equalBytes(expected)
          }
        })

        it(`should open what arrives in chunks, with a nonce and a tag that are written over, with ${cipher}`, async () => {
          const ciphertext = await sealed(nobleBackend, cipher, key, [plaintext])
          const aead = backend.aead(cipher, key)

          for (let i = 0; i < 2; i++) {
            const given = { nonce: NONCE.slice(), associatedData: ASSOCIATED_DATA.slice(), tag: ciphertext.slice(-TAG_BYTES) }
            const opening = aead.open(given.nonce, given.associatedData)
            given.nonce.fill(0)
            given.associatedData.fill(0)
            opening.update(ciphertext.subarray(0, 1))
            opening.update(ciphertext.subarray(1, -TAG_BYTES))
            const opened = opening.final(given.tag)
            given.tag.fill(0)

            expect(concat(await opened)).to.equalBytes(plaintext)
          }
        })

        it(`should open what arrives in one piece with its tag, or before other bytes, with ${cipher}`, async () => {
          const ciphertext = await sealed(nobleBackend, cipher, key, [plaintext])
          const aead = backend.aead(cipher, key)
          const tag = ciphertext.subarray(-TAG_BYTES)

          for (const memory of [ciphertext, concat([ciphertext, pattern(20, 1)]), concat([ciphertext.subarray(0, -TAG_BYTES), pattern(20, 1)]), ciphertext.slice(0, -TAG_BYTES)]) {
            const opening = aead.open(NONCE, ASSOCIATED_DATA)
            opening.update(memory.subarray(0, plaintext.byteLength))

            expect(concat(await opening.final(tag))).to.equalBytes(plaintext)
          }
        })

        it(`should open nothing that was changed, with ${cipher}`, async () => {
          const ciphertext = await sealed(nobleBackend, cipher, key, [plaintext])
          const changed = {
            ciphertext: [NONCE, ASSOCIATED_DATA, flipped(ciphertext, 0)],
            tag: [NONCE, ASSOCIATED_DATA, flipped(ciphertext, ciphertext.byteLength - 1)],
            nonce: [flipped(NONCE, 11), ASSOCIATED_DATA, ciphertext],
            'associated data': [NONCE, flipped(ASSOCIATED_DATA, 0), ciphertext]
          }

          for (const [what, [nonce, associatedData, bytes]] of Object.entries(changed)) {
            await expect(open(backend, cipher, key, nonce, associatedData, bytes), what).to.eventually.be.rejected()
          }
        })

        it(`should keep messages in flight apart, whichever is finished first, with ${cipher}`, async () => {
          const aead = backend.aead(cipher, key)
          const messages = Array.from({ length: 32 }, (_, i) => ({ nonce: pattern(12, 100 + i), plaintext: pattern(i % 2 === 0 ? 1 : 50_000, 200 + i) }))

          const outs = await Promise.all(messages.map(async ({ nonce, plaintext }) => {
            const out = new Uint8Array(plaintext.byteLength + TAG_BYTES)
            await aead.seal(nonce, ASSOCIATED_DATA, [plaintext], out, 0)

            return out
          }))

          const opened = await Promise.all(outs.map(async (out, i) => open(backend, cipher, key, messages[i].nonce, ASSOCIATED_DATA, out)))
          opened.forEach((bytes, i) => { expect(bytes).to.equalBytes(messages[i].plaintext) })
        })
      }

      it('should compute the X25519 of RFC 7748 with plain JavaScript', async () => {
        const [ours, theirs] = [await backend.generateX25519(), nobleBackend.generateX25519()]

        expect(await ours.deriveSecret(theirs.publicKey)).to.equalBytes(await theirs.deriveSecret(ours.publicKey))
      })

      it('should come to no secret with a point of small order', async () => {
        const keys = await backend.generateX25519()
        const order8 = fromHex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800')

        for (const point of [new Uint8Array(32), order8]) {
          const secret = await Promise.resolve().then(async () => keys.deriveSecret(point)).catch(() => new Uint8Array(32))

          expect(secret).to.equalBytes(new Uint8Array(32))
        }
      })

      it('should encapsulate to plain JavaScript and decapsulate from it', async () => {
        const [ours, theirs] = [await backend.generateMlKem768(), nobleBackend.generateMlKem768()]
        const to = await backend.encapsulateMlKem768(theirs.encapsulationKey)
        const from = nobleBackend.encapsulateMlKem768(ours.encapsulationKey)

        expect(await theirs.decapsulate(to.ciphertext)).to.equalBytes(to.sharedSecret)
        expect(await ours.decapsulate(from.ciphertext)).to.equalBytes(from.sharedSecret)
        expect(await ours.decapsulate(flipped(from.ciphertext, 9))).to.have.lengthOf(32).and.not.equalBytes(from.sharedSecret)
      })

      it('should encapsulate to no key that fails the modulus check', async () => {
        const { encapsulationKey } = nobleBackend.generateMlKem768()

        // the first coefficient becomes 4095, above q
        encapsulationKey.set([0xff, encapsulationKey[1] | 0x0f])

        await expect(Promise.resolve().then(async () => backend.encapsulateMlKem768(encapsulationKey))).to.eventually.be.rejected()
      })

      it('should hash and derive as RFC 5869 has it', () => {
        const prk = backend.hkdfExtract(fromHex('000102030405060708090a0b0c'), new Uint8Array(22).fill(0x0b))

        expect(prk).to.equalBytes(fromHex('077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5'))
        expect(backend.hkdfExpand(prk, fromHex('f0f1f2f3f4f5f6f7f8f9'), 42)).to.equalBytes(fromHex('3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865'))
        expect(backend.sha256(utf8('a'), utf8('bc'))).to.equalBytes(fromHex('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'))
      })

      it('should refuse an Ed25519 signature over something else', async () => expectVerifies(backend, await generateKeyPair('Ed25519')))

      it('should refuse a P-256 signature over something else', async () => expectVerifies(backend, await generateKeyPair('ECDSA', 'P-256')))

      it('should refuse a secp256k1 signature over something else', async () => expectVerifies(backend, await generateKeyPair('secp256k1')))

      it('should refuse an RSA signature over something else', async () => expectVerifies(backend, await generateKeyPair('RSA', 2048)))

      for (const type of ['ecdsa', 'secp256k1'] as const) {
        it(`should verify nothing with an ${type} point off its curve`, async () => {
          const key = identityKey(type, concat([Uint8Array.of(4), pattern(64, 5)]))

          expect(await backend.verify(key, new Uint8Array(1), type === 'ecdsa' ? pattern(64, 6) : fromHex('3006020101020101'))).to.equal(false)
        })
      }
    })
  }

  it('should sign Ed25519 where WebCrypto does not', async () => {
    const privateKey = await generateKeyPair('Ed25519')
    const { sign } = signerFromPrivateKey(createWebBackend(subtleWithout('Ed25519')), privateKey)
    const message = utf8('message')

    expect(await privateKey.publicKey.verify(message, await sign(message))).to.equal(true)
  })

  it('should prefer AES where it is native, and ChaCha20 elsewhere', () => {
    expect(BACKENDS.web.ciphers).to.deep.equal(['aes-256-gcm', 'chacha20-poly1305', 'aes-128-gcm'])
    expect(BACKENDS['web without WebCrypto'].ciphers[0]).to.equal('chacha20-poly1305')
  })
})

async function sealed (backend: Backend, cipher: typeof CIPHERS[number], key: Uint8Array, pieces: Uint8Array[]): Promise<Uint8Array> {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, TAG_BYTES))
  await backend.aead(cipher, key).seal(NONCE, ASSOCIATED_DATA, pieces, out, 0)

  return out
}

async function open (backend: Backend, cipher: typeof CIPHERS[number], key: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array, bytes: Uint8Array): Promise<Uint8Array> {
  const opening = backend.aead(cipher, key).open(nonce, associatedData)
  opening.update(bytes.subarray(0, -TAG_BYTES))

  return concat(await opening.final(bytes.subarray(-TAG_BYTES)))
}

async function expectVerifies (backend: Backend, privateKey: PrivateKey): Promise<void> {
  const { key, sign } = signerFromPrivateKey(backend, privateKey)
  const message = utf8('message')
  const signature = await sign(message)

  expect(await privateKey.publicKey.verify(message, signature)).to.equal(true)
  expect(await backend.verify(key, message, signature)).to.equal(true)
  expect(await backend.verify(key, utf8('massage'), signature)).to.equal(false)
  expect(await backend.verify(key, message, flipped(signature, 40))).to.equal(false)
}
