import * as crypto from 'node:crypto'
import { ml_kem768 as mlKem768 } from '@noble/post-quantum/ml-kem.js'
import { expect } from 'aegir/chai'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { nodeMlKem768 } from '../../src/crypto/node-mlkem.ts'
import { nodeBackend } from '../../src/crypto/node.ts'
import { fromHex, utf8 } from '../../src/encoding/bytes.ts'
import { parseIdentityKey } from '../../src/identity/public-key.ts'
import { hex } from '../fixtures/deterministic-backend.ts'
import { makeHandshakes } from '../vectors/make.ts'
import { testBackends } from './backends.ts'

testBackends([nodeBackend, nobleBackend])

describe('node:crypto', () => {
  it('should have every cipher', () => {
    expect([...nodeBackend.ciphers]).to.deep.equal(['aes-256-gcm', 'chacha20-poly1305', 'aes-128-gcm'])
  })

  const [major] = process.versions.node.split('.')

  if (Number(major) >= 24 && !('Bun' in globalThis) && !('Deno' in globalThis)) {
    it('should have ML-KEM of its own', () => {
      expect(nodeMlKem768).to.not.be.undefined()
    })

    it('should decapsulate every vector natively', async () => {
      // PrivateKeyInfo that holds the seed alone (RFC 9935)
      const prefix = fromHex('3054020100300b060960864801650304040204428040')
      let count = 0

      for (const { first, second } of (await makeHandshakes()).vectors) {
        for (const [from, to] of [[first, second], [second, first]].filter(([from]) => from.kem !== '')) {
          const seed = fromHex(to.seeds.mlKem768)
          const key = crypto.createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' })
          const { decapsulate } = crypto as unknown as { decapsulate (key: crypto.KeyObject, ciphertext: Uint8Array): Uint8Array }

          expect(hex(decapsulate(key, fromHex(from.kem)))).to.equal(from.ss)
          expect(hex(mlKem768.decapsulate(fromHex(from.kem), mlKem768.keygen(seed).secretKey))).to.equal(from.ss)
          count++
        }
      }

      expect(count).to.be.above(6)
    })
  }

  it('should verify by RSA keys of 2048 to 8192 bits as other backends do', async () => {
    for (const bits of [2048, 3072]) {
      const { privateKey, publicKey } = crypto.generateKeyPairSync('rsa', { modulusLength: bits, publicExponent: 3 })
      const key = parseIdentityKey('rsa', publicKey.export({ type: 'spki', format: 'pem' }).toString())
      const message = utf8('message')
      const signature = crypto.sign('sha256', message, privateKey)
      const pss = crypto.sign('sha256', message, { key: privateKey, padding: crypto.constants.RSA_PKCS1_PSS_PADDING })
      const sha512 = crypto.sign('sha512', message, privateKey)

      for (const backend of [nodeBackend, nobleBackend]) {
        expect(await backend.verify(key, message, signature)).to.be.true()
        expect(await backend.verify(key, message, pss)).to.be.false()
        expect(await backend.verify(key, message, sha512)).to.be.false()
      }
    }
  })
})
