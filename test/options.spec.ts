import { expect } from 'aegir/chai'
import { nobleBackend } from '../src/crypto/noble.ts'
import { InvalidOptionError } from '../src/errors.ts'
import { securePeer } from '../src/index.ts'
import { parseOptions } from '../src/options.ts'
import type { Backend } from '../src/crypto/backend.ts'
import type { KeyLog } from '../src/key-log.ts'
import type { SecurePeerInit } from '../src/options.ts'

const WRONG: Record<string, [SecurePeerInit, string]> = {
  'an unknown cipher': [{ ciphers: ['rc4' as 'aes-256-gcm'] }, 'ciphers has to name some of aes-256-gcm, chacha20-poly1305, aes-128-gcm, each once, not rc4'],
  'a cipher in another case': [{ ciphers: ['AES-256-GCM' as 'aes-256-gcm'] }, 'AES-256-GCM'],
  'an unknown cipher among known ones': [{ ciphers: ['aes-256-gcm', 'none' as 'aes-256-gcm'] }, 'none'],
  'no cipher': [{ ciphers: [] }, 'not none'],
  'a cipher twice': [{ ciphers: ['aes-256-gcm', 'aes-256-gcm'] }, 'each once'],
  'an unknown group': [{ groups: ['p256' as 'x25519'] }, 'groups has to name some of x25519mlkem768, x25519, each once, not p256'],
  'no group': [{ groups: [] }, 'not none'],
  'a group twice': [{ groups: ['x25519', 'x25519'] }, 'each once'],
  'no time': [{ handshakeTimeout: 0 }, 'handshakeTimeout is 0'],
  'less than no time': [{ handshakeTimeout: -1 }, 'handshakeTimeout is -1'],
  'a time that is no number': [{ handshakeTimeout: NaN }, 'handshakeTimeout is NaN'],
  'a time that no timer can wait for': [{ handshakeTimeout: 2 ** 31 }, 'handshakeTimeout is 2147483648'],
  'a time without an end': [{ handshakeTimeout: Infinity }, 'handshakeTimeout is Infinity'],
  'a key log that is no function': [{ keyLog: 'keys.log' as unknown as KeyLog }, 'keyLog is not a function'],
  'an extension that is no bytes': [{ extensions: { name: 'text' as unknown as Uint8Array } }, 'the extension name is not a Uint8Array']
}

describe('options', () => {
  for (const [what, [init, message]] of Object.entries(WRONG)) {
    it(`should not be taken with ${what}`, () => {
      expect(() => parseOptions(init, nobleBackend)).to.throw(InvalidOptionError, message).with.property('code', 'ERR_INVALID_OPTION')
    })

    it(`should throw at once on ${what}`, () => {
      expect(() => securePeer(init)).to.throw(InvalidOptionError, message)
    })
  }

  it('should have defaults', () => {
    const settings = parseOptions({}, nobleBackend)

    expect(settings.groups).to.deep.equal(['x25519mlkem768', 'x25519'])
    expect(settings.ciphers).to.have.members(['aes-256-gcm', 'chacha20-poly1305'])
    expect(settings.identify).to.deep.equal([])
    expect(settings.extensions).to.be.undefined()
    expect(settings.handshakeTimeout).to.equal(10_000)
    expect(settings.keyLog).to.be.undefined()
  })

  it('should take undefined as absent', () => {
    const absent = { ciphers: undefined, groups: undefined, identify: undefined, extensions: undefined, handshakeTimeout: undefined, keyLog: undefined }

    expect(parseOptions(absent, nobleBackend)).to.deep.equal(parseOptions({}, nobleBackend))
  })

  it('should offer by default what the runtime has, in the order that suits it', () => {
    const backend = (ciphers: Backend['ciphers']): Backend => ({ ...nobleBackend, ciphers })

    expect(parseOptions({}, backend(['chacha20-poly1305', 'aes-128-gcm', 'aes-256-gcm'])).ciphers).to.deep.equal(['chacha20-poly1305', 'aes-256-gcm'])
    expect(parseOptions({}, backend(['aes-256-gcm', 'chacha20-poly1305'])).ciphers).to.deep.equal(['aes-256-gcm', 'chacha20-poly1305'])
    expect(parseOptions({}, backend(['aes-128-gcm', 'aes-256-gcm'])).ciphers).to.deep.equal(['aes-256-gcm'])
  })

  it('should say what the runtime lacks', () => {
    const backend: Backend = { ...nobleBackend, ciphers: ['aes-256-gcm'] }

    expect(() => parseOptions({ ciphers: ['aes-256-gcm', 'chacha20-poly1305'] }, backend))
      .to.throw(InvalidOptionError, 'this runtime lacks chacha20-poly1305 of ciphers; it has aes-256-gcm')
  })

  it('should keep the order that was asked for', () => {
    const settings = parseOptions({ ciphers: ['aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305'], groups: ['x25519', 'x25519mlkem768'] }, nobleBackend)

    expect(settings.ciphers).to.deep.equal(['aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305'])
    expect(settings.groups).to.deep.equal(['x25519', 'x25519mlkem768'])
  })

  it('should take one identify function or several', () => {
    const identify = (): void => {}

    expect(parseOptions({ identify }, nobleBackend).identify).to.deep.equal([identify])
    expect(parseOptions({ identify: [identify, identify] }, nobleBackend).identify).to.deep.equal([identify, identify])
    expect(parseOptions({ identify: [] }, nobleBackend).identify).to.deep.equal([])
  })
})
