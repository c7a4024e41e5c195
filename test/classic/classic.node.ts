import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, getDiffieHellman, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { expect } from 'aegir/chai'
import { generateKeys } from '../../src/keys/index.ts'
import { bytesToKey, classicCipher, hasClassicCipher } from '../../src/stream/classic/cipher.ts'
import { electClassicCipher } from '../../src/stream/classic/election.ts'
import { FrameWriter } from '../../src/stream/classic/frame-writer.ts'
import { createHeader } from '../../src/stream/classic/header.ts'
import { rc4 } from '../../src/stream/classic/rc4.ts'
import { secure } from '../../src/stream/index.ts'
import { packageFile } from '../stream/package-root.ts'
import type { Keys } from '../../src/keys/index.ts'

const require = createRequire(import.meta.url)

describe('0.2', () => {
  let keys: Keys

  before(async () => {
    keys = await generateKeys()
  })

  describe('rc4', () => {
    // RFC 6229, section 2: key, key stream at 0 and at 4096
    const vectors = [
      ['0102030405', 'b2396305f03dc027ccc3524a0a1118a8', 'ff25b58995996707e51fbdf08b34d875'],
      ['0102030405060708090a0b0c0d0e0f10', '9ac7cc9a609d1ef7b2932899cde41b97', 'a36a4c301ae8ac13610ccbc12256cacc'],
      ['ebb46227c6cc8b37641910833222772a', '720c94b63edf44e131d950ca211a5a30', '5bbeb4787d59e5373fdbea6c6f75c29b']
    ]

    for (const [key, first, later] of vectors) {
      it(`should give the key stream of ${key}`, () => {
        const stream = Buffer.from(rc4(Buffer.from(key, 'hex'), new Uint8Array(4112)))

        expect(stream.toString('hex', 0, 16)).to.equal(first)
        expect(stream.toString('hex', 4096)).to.equal(later)
      })
    }

    it('should not change its arguments', () => {
      const key = Buffer.from('key')
      const data = Buffer.from('data')
      rc4(key, data)

      expect([String(key), String(data)]).to.deep.equal(['key', 'data'])
    })
  })

  describe('ciphers', () => {
    it('should derive keys as EVP_BytesToKey does', () => {
      const d1 = createHash('md5').update('secret').digest()
      const d2 = createHash('md5').update(d1).update('secret').digest()
      const d3 = createHash('md5').update(d2).update('secret').digest()

      expect(bytesToKey('secret', 32, 16)).to.deep.equal({ key: new Uint8Array(Buffer.concat([d1, d2])), iv: new Uint8Array(d3) })
      expect(bytesToKey('secret', 16, 0)).to.deep.equal({ key: new Uint8Array(d1), iv: new Uint8Array() })
    })

    for (const name of ['RC4', 'rc4', 'AES-128-CBC', 'aes-256-cbc', 'AES-256-CTR', 'AES-128-ECB']) {
      it(`should encrypt and decrypt with ${name}`, () => {
        const cipher = classicCipher(name, 'secret')
        const ciphertext = cipher.encrypt(Buffer.from('beep boop'))

        expect(hasClassicCipher(name)).to.be.true()
        expect(String(Buffer.from(ciphertext))).to.not.include('beep')
        expect(String(Buffer.from(cipher.decrypt(ciphertext)))).to.equal('beep boop')
      })
    }

    it('should not offer what createCipher could not use or OpenSSL no longer has', () => {
      expect(['AES-256-GCM', 'AES-128-CCM', 'AES-128-XTS', 'BF-OFB', 'SEED', 'nonsense', ''].filter(hasClassicCipher)).to.deep.equal([])
    })
  })

  describe('election', () => {
    it('should elect what the original elects', () => {
      const pickCipher = require('secure-peer/lib/pick_cipher')
      const names = ['RC4', 'AES-128-CBC', 'AES-256-CBC', 'BF-OFB', 'DES', '__proto__x']

      for (let i = 0; i < 2000; i++) {
        const ours = shuffled(names).slice(0, 1 + i % names.length)
        const theirs = shuffled(names).slice(0, 1 + i % 4)

        expect(electClassicCipher(ours, theirs) ?? null).to.equal(pickCipher(ours, theirs))
        expect(electClassicCipher(ours, theirs)).to.equal(electClassicCipher(theirs, ours))
      }
    })

    it('should elect nothing without a common name', () => {
      expect(electClassicCipher(['RC4'], ['AES-128-CBC'])).to.be.undefined()
    })

    it('should not mind names like those of prototypes', () => {
      expect(electClassicCipher(['__proto__', 'RC4'], ['__proto__', 'RC4'])).to.equal('__proto__')
    })
  })

  describe('frames', () => {
    it('should be those of the original, byte for byte', () => {
      const original = require('secure-peer/lib/frame')()
      const cipher = classicCipher('AES-128-CBC', 'secret')
      const token = randomBytes(64).toString('base64')
      const lines: string[] = []

      const writer = new FrameWriter({
        cipher,
        token,
        privateKey: createPrivateKey(keys.private),
        remoteKey: createPublicKey(keys.public)
      }, { write: frame => lines.push(String(Buffer.from(frame))) > 0, onDrain: () => {}, onError: () => {} })

      const plaintexts = ['beep', ' ', 'boop', 'x'.repeat(100_000)].map(text => Buffer.from(text))
      plaintexts.forEach(plaintext => { writer.write(plaintext) })
      void writer.end()

      const expected = [...plaintexts.map(plaintext => Buffer.from(cipher.encrypt(plaintext))), undefined]
      expect(lines).to.deep.equal(expected.map(ciphertext => original.pack(keys.private, token, ciphertext)))
    })

    it('should send nothing after its end', async () => {
      const lines: Uint8Array[] = []
      const writer = new FrameWriter({
        cipher: classicCipher('RC4', 'secret'),
        token: '',
        privateKey: createPrivateKey(keys.private),
        remoteKey: createPublicKey(keys.public)
      }, { write: frame => lines.push(frame) > 0, onDrain: () => {}, onError: () => {} })

      await writer.end()
      await writer.end()
      writer.write(Buffer.from('late'))

      expect(lines).to.have.lengthOf(1)
    })
  })

  describe('header', () => {
    it('should have the members of the original, in its order', () => {
      const dh = getDiffieHellman('modp5')
      dh.generateKeys()
      const { line, token } = createHeader({ privateKey: createPrivateKey(keys.private), publicPem: keys.public }, dh.getPublicKey(), ['RC4'])
      const header = JSON.parse(String(line))

      expect(Object.keys(header)).to.deep.equal(['hash', 'payload'])
      expect(header.payload).to.equal(JSON.stringify({
        token,
        key: { type: 'rsa', public: keys.public },
        dh: { group: 'modp5', public: dh.getPublicKey('base64') },
        ciphers: ['RC4']
      }))
      expect(require('secure-peer/lib/verify')(keys.public, header.payload, header.hash)).to.be.true()
      expect(Buffer.from(token, 'base64')).to.have.lengthOf(64)
      expect(line[line.length - 1]).to.equal(0x0a)
    })
  })

  describe('code', () => {
    it('should be imported by the stream API only, and by one file of it', async () => {
      const importers: string[] = []

      for (const name of await readdir(packageFile('src'), { recursive: true })) {
        if (name.endsWith('.ts') && !name.startsWith(join('stream', 'classic')) && /from '[^']*classic/.test(await readFile(join(packageFile('src'), name), 'utf8'))) {
          importers.push(name)
        }
      }

      expect(importers).to.deep.equal([join('stream', 'index.ts')])
    })

    it('should not be reachable from the package\'s other entries', async () => {
      for (const entry of ['index.ts', 'duplex/index.ts', 'keys/index.ts', 'known-peers/index.ts', 'known-peers/file.ts']) {
        const files = await importedBy(join(packageFile('src'), entry))

        expect(files.size).to.be.above(3)
        expect([...files].filter(file => file.includes('classic'))).to.deep.equal([])
      }
    })
  })

  describe('options', () => {
    it('should refuse ciphers of which none is left', () => {
      expect(() => secure(keys, { classic: true, ciphers: ['SEED', 'aes-256-gcm'] })).to.throw('SEED, aes-256-gcm').with.property('code', 'ERR_INVALID_OPTION')
    })

    it('should refuse keys that 0.2 did not have', async () => {
      const ed25519 = await generateKeys({ type: 'ed25519' })
      const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()

      expect(() => secure(ed25519, { classic: true })).to.throw('RSA').with.property('code', 'ERR_INVALID_OPTION')
      expect(() => secure({ private: keys.private, public: other }, { classic: true })).to.throw('belong together').with.property('code', 'ERR_INVALID_OPTION')
    })

    it('should refuse groups, which 0.2 had not', () => {
      expect(() => secure(keys, { classic: true, groups: ['x25519'] })).to.throw('one group').with.property('code', 'ERR_INVALID_OPTION')
    })
  })
})

// all files that a file needs when it runs: types are none
async function importedBy (file: string, found = new Set<string>()): Promise<Set<string>> {
  if (!found.has(file)) {
    found.add(file)

    for (const [, path] of (await readFile(file, 'utf8')).matchAll(/^(?:import|export) (?!type )[^;]*? from '(\.[^']+)'/gm)) {
      await importedBy(resolve(dirname(file), path), found)
    }
  }

  return found
}

function shuffled<T> (list: T[]): T[] {
  return list.map(entry => ({ entry, rank: Math.random() })).sort((a, b) => a.rank - b.rank).map(({ entry }) => entry)
}
