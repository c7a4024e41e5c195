import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { expect } from 'aegir/chai'
import { generateKeys, keysFromPrivateKey, privateKeyFromKeys, privateKeyFromPem, privateKeyToPem, publicKeyFromPem, publicKeyToPem } from '../../src/keys/index.ts'
import type { Keys } from '../../src/keys/index.ts'
import type { KeyType } from '@libp2p/interface'

const TYPES: KeyType[] = ['RSA', 'Ed25519', 'secp256k1', 'ECDSA']
const MESSAGE = Buffer.from('signed by one API, verified by the other')

describe('keys', () => {
  for (const type of TYPES) {
    it(`should keep a libp2p ${type} key through PEM`, async () => {
      const key = await generateKeyPair(type as 'Ed25519')

      expect(privateKeyFromPem(privateKeyToPem(key)).equals(key)).to.be.true()
      expect(privateKeyFromPem(privateKeyToPem(key)).publicKey.toString()).to.equal(key.publicKey.toString())
      expect(publicKeyFromPem(publicKeyToPem(key.publicKey)).equals(key.publicKey)).to.be.true()
      expect(publicKeyFromPem(publicKeyToPem(key.publicKey)).toString()).to.equal(key.publicKey.toString())
    })

    it(`should give a ${type} key that signs for node:crypto and libp2p alike`, async () => {
      const key = await generateKeyPair(type as 'Ed25519')
      const digest = type === 'Ed25519' ? null : 'sha256'
      const dsaEncoding = type === 'ECDSA' ? 'ieee-p1363' : 'der'
      const fromNode = sign(digest, MESSAGE, { key: privateKeyToPem(key), dsaEncoding })
      const fromLibp2p = await key.sign(MESSAGE)

      expect(verify(digest, MESSAGE, { key: publicKeyToPem(key.publicKey), dsaEncoding }, fromLibp2p)).to.be.true()

      // libp2p wants the lower s in secp256k1, which OpenSSL does not care for
      if (type !== 'secp256k1') {
        expect(await publicKeyFromPem(publicKeyToPem(key.publicKey)).verify(MESSAGE, fromNode)).to.be.true()
      }
    })
  }

  it('should keep an ECDSA key whose number begins with zeros', () => {
    // the fixed width of d, x and y is easily lost on the way
    for (let i = 0; i < 300; i++) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      const key = privateKeyFromPem(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())

      expect(privateKeyToPem(key)).to.equal(privateKey.export({ type: 'pkcs8', format: 'pem' }))
      expect(publicKeyToPem(key.publicKey)).to.equal(publicKey.export({ type: 'spki', format: 'pem' }))
    }
  })

  it('should keep a secp256k1 key whose number begins with zeros', () => {
    for (let i = 0; i < 300; i++) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
      const key = privateKeyFromPem(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())

      expect(privateKeyToPem(key)).to.equal(privateKey.export({ type: 'pkcs8', format: 'pem' }))
      expect(publicKeyFromPem(publicKey.export({ type: 'spki', format: 'pem' }).toString()).equals(key.publicKey)).to.be.true()
    }
  })

  it('should read every PEM form of one key as that key', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const curve = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })

    expect(privateKeyFromPem(pem(rsa.privateKey, 'pkcs1')).equals(privateKeyFromPem(pem(rsa.privateKey, 'pkcs8')))).to.be.true()
    expect(publicKeyFromPem(pem(rsa.publicKey, 'pkcs1')).equals(publicKeyFromPem(pem(rsa.publicKey, 'spki')))).to.be.true()
    expect(privateKeyFromPem(pem(curve.privateKey, 'sec1')).equals(privateKeyFromPem(pem(curve.privateKey, 'pkcs8')))).to.be.true()
  })

  it('should write the PEM forms that node:crypto writes', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const spki = pem(publicKey, 'spki')
    const pkcs1 = pem(publicKey, 'pkcs1')

    expect(publicKeyToPem(publicKeyFromPem(pkcs1))).to.equal(spki)
    expect(publicKeyToPem(publicKeyFromPem(spki), 'pkcs1')).to.equal(pkcs1)
    expect(privateKeyToPem(privateKeyFromPem(pem(privateKey, 'pkcs8')), 'pkcs1')).to.equal(pem(privateKey, 'pkcs1'))
  })

  it('should read CRLF lines and text before the PEM', () => {
    const spki = pem(generateKeyPairSync('ed25519').publicKey, 'spki')

    expect(publicKeyToPem(publicKeyFromPem(`my key\n${spki}`.replaceAll('\n', '\r\n')))).to.equal(spki)
  })

  it('should read the key files of secure-peer 0.2', () => {
    const keys: Keys = JSON.parse(readFileSync(new URL(import.meta.resolve('secure-peer/test/keys/a.json')), 'utf8'))

    expect(keysFromPrivateKey(privateKeyFromKeys(keys))).to.deep.equal(keys)
  })

  it('should generate what rsa-json does', async () => {
    const keys = await generateKeys()

    expect(Object.keys(keys)).to.deep.equal(['private', 'public'])
    expect(keys.private).to.match(/^-----BEGIN RSA PRIVATE KEY-----\n[^]+\n-----END RSA PRIVATE KEY-----\n$/)
    expect(keys.public).to.match(/^-----BEGIN RSA PUBLIC KEY-----\n[^]+\n-----END RSA PUBLIC KEY-----\n$/)
    expect(createPrivateKey(keys.private).asymmetricKeyDetails).to.deep.equal({ modulusLength: 2048, publicExponent: 65537n })
    expect(createPublicKey(keys.private).equals(createPublicKey(keys.public))).to.be.true()
  })

  it('should generate every key type', async () => {
    const generated: Array<[type: 'rsa' | 'ed25519' | 'secp256k1' | 'ecdsa', libp2p: KeyType]> = [['rsa', 'RSA'], ['ed25519', 'Ed25519'], ['secp256k1', 'secp256k1'], ['ecdsa', 'ECDSA']]

    for (const [type, expected] of generated) {
      expect(privateKeyFromKeys(await generateKeys({ type }))).to.have.property('type', expected)
    }

    expect(createPrivateKey((await generateKeys({ bits: 3072 })).private).asymmetricKeyDetails).to.have.property('modulusLength', 3072)
  })

  it('should refuse to generate what no connection accepts', async () => {
    await expect(generateKeys({ bits: 1024 })).to.eventually.be.rejected.with.property('code', 'ERR_INVALID_OPTION')
    await expect(generateKeys({ bits: 16_384 })).to.eventually.be.rejected.with.property('code', 'ERR_INVALID_OPTION')
    await expect(generateKeys({ type: 'dsa' as 'rsa' })).to.eventually.be.rejectedWith('rsa, ed25519, secp256k1, ecdsa')
  })

  it('should refuse a key file of two keys', async () => {
    const a = await generateKeys({ type: 'ed25519' })
    const b = await generateKeys({ type: 'ed25519' })

    expect(() => privateKeyFromKeys({ private: a.private, public: b.public })).to.throw('do not belong together')
      .with.property('code', 'ERR_INVALID_OPTION')
  })

  it('should refuse PEM texts that hold no such key', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' })
    const encrypted = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' }).toString()
    const encryptedPkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' }).toString()
    const [begin, body, end] = pem(generateKeyPairSync('ed25519').publicKey, 'spki').split('\n')
    const broken = pem(publicKey, 'spki').replace(/\n[^]{10}/, '\nAAAAAAAAAA')

    const refusals: Array<[() => unknown, string]> = [
      [() => publicKeyFromPem(''), 'not a PEM'],
      [() => publicKeyFromPem(undefined as unknown as string), 'not a PEM'],
      [() => publicKeyFromPem(pem(privateKey, 'pkcs8')), 'a PEM with PRIVATE KEY'],
      [() => privateKeyFromPem(pem(publicKey, 'spki')), 'a PEM with PUBLIC KEY'],
      [() => publicKeyFromPem(pem(publicKey, 'spki').replaceAll('PUBLIC KEY', 'CERTIFICATE')), 'a PEM with CERTIFICATE'],
      [() => publicKeyFromPem(broken), 'no key that can be read'],

      // OpenSSL reads base64 up to what is none
      [() => publicKeyFromPem([begin, `${body}-AAAA`, end].join('\n')), 'no key that can be read'],
      [() => publicKeyFromPem([begin, body, '-----', end].join('\n')), 'no key that can be read'],
      [() => publicKeyFromPem([begin, 'Name: value', '', body, end].join('\n')), 'no key that can be read'],
      [() => publicKeyFromPem([begin, body, end.replace('PUBLIC', 'PRIVATE')].join('\n')), 'no key that can be read'],
      [() => publicKeyFromPem([begin, body].join('\n')), 'no key that can be read'],
      [() => privateKeyFromPem(encrypted), 'encrypted'],
      [() => privateKeyFromPem(encryptedPkcs1), 'encrypted'],
      [() => publicKeyFromPem(pem(p384.publicKey, 'spki')), 'secp384r1'],
      [() => privateKeyFromPem(pem(p384.privateKey, 'pkcs8')), 'secp384r1'],
      [() => publicKeyFromPem(pem(generateKeyPairSync('x25519').publicKey, 'spki')), 'x25519'],
      [() => privateKeyFromPem(pem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey, 'pkcs8')), 'rsa-pss']
    ]

    for (const [refused, message] of refusals) {
      expect(refused).to.throw(message).with.property('code', 'ERR_INVALID_OPTION')
    }
  })

  // OpenSSL takes SPKI before PKCS#1, wherever they stand: others read the first
  it('should refuse a text of two keys, which readers would not agree on', () => {
    const [ours, theirs] = [0, 1].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }))

    for (const [first, second] of [['pkcs1', 'spki'], ['spki', 'pkcs1'], ['spki', 'spki']] as const) {
      for (const between of ['', 'text\n', '----- ', ' ']) {
        expect(() => publicKeyFromPem(pem(ours.publicKey, first) + between + pem(theirs.publicKey, second))).to.throw('more than one')
          .with.property('code', 'ERR_INVALID_OPTION')
      }
    }

    expect(() => publicKeyFromPem(pem(ours.publicKey, 'spki').replace('KEY-----\n', 'KEY----- \n') + pem(theirs.publicKey, 'spki'))).to.throw('more than one')
    expect(() => privateKeyFromPem(pem(ours.privateKey, 'pkcs1') + pem(theirs.privateKey, 'pkcs8'))).to.throw('more than one')
    expect(() => privateKeyFromPem(pem(ours.privateKey, 'pkcs8') + pem(theirs.publicKey, 'spki'))).to.throw('more than one')
  })

  it('should refuse PKCS#1 for keys that are not RSA', async () => {
    const key = await generateKeyPair('Ed25519')

    expect(() => publicKeyToPem(key.publicKey, 'pkcs1')).to.throw('RSA').with.property('code', 'ERR_INVALID_OPTION')
    expect(() => privateKeyToPem(key, 'pkcs1')).to.throw('RSA').with.property('code', 'ERR_INVALID_OPTION')
  })

  it('should not say the private key in an error', async () => {
    const keys = await generateKeys({ type: 'ed25519' })
    const secret = keys.private.split('\n')[1]

    expect(() => publicKeyFromPem(keys.private)).to.throw().with.property('message').that.does.not.include(secret)
  })
})

function pem (key: ReturnType<typeof createPublicKey>, type: 'pkcs1' | 'pkcs8' | 'sec1' | 'spki'): string {
  return key.export({ type: type as 'pkcs1', format: 'pem' }).toString()
}
