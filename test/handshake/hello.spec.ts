import { expect } from 'aegir/chai'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { encodeBase64 } from '../../src/encoding/base64.ts'
import { concat, utf8 } from '../../src/encoding/bytes.ts'
import { ProtocolViolationError } from '../../src/errors.ts'
import { createHello, parseHello } from '../../src/handshake/hello.ts'

const TOKEN = encodeBase64(new Uint8Array(64).fill(7))
const X25519 = encodeBase64(new Uint8Array(32).fill(9))
const HYBRID = encodeBase64(concat([new Uint8Array(1184).fill(1), new Uint8Array(32).fill(2)]))

const HELLO = { v: 1, token: TOKEN, dh: [{ group: 'x25519', public: X25519 }], ciphers: ['aes-256-gcm'] }

function line (hello: unknown): Uint8Array {
  return utf8(`${JSON.stringify(hello)}\n`)
}

const share = (group: string, bytes: number = 5): { group: string, public: string } => ({ group, public: encodeBase64(new Uint8Array(bytes)) })
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `name-${i}`)

const LEGAL: Record<string, unknown> = {
  'the least there can be': HELLO,
  'unknown members': { ...HELLO, extra: { __proto__: 1 }, dh: [{ ...HELLO.dh[0], note: [] }] },
  'another order of members': { ciphers: HELLO.ciphers, dh: HELLO.dh, token: TOKEN, v: 1 },
  'unknown groups of any size': { ...HELLO, dh: [share('p521', 0), share('x448', 56), ...HELLO.dh] },
  'unknown groups alone': { ...HELLO, dh: [share('p521')] },
  'unknown ciphers': { ...HELLO, ciphers: ['aegis-256', 'aes-256-gcm'] },
  '8 groups': { ...HELLO, dh: names(8).map(name => share(name)) },
  '16 ciphers': { ...HELLO, ciphers: names(16) },
  'names of 1 and 32 characters': { ...HELLO, ciphers: ['a', 'z'.repeat(32), '0', '-'] }
}

const MALFORMED: Record<string, unknown> = {
  'no v': { ...HELLO, v: undefined },
  'version 0': { ...HELLO, v: 0 },
  'version 2': { ...HELLO, v: 2 },
  'a version in text': { ...HELLO, v: '1' },
  'a version in a list': { ...HELLO, v: [1] },
  'a version that is true': { ...HELLO, v: true },
  'no token': { ...HELLO, token: undefined },
  'a token of 63 bytes': { ...HELLO, token: encodeBase64(new Uint8Array(63)) },
  'a token of 65 bytes': { ...HELLO, token: encodeBase64(new Uint8Array(65)) },
  'an empty token': { ...HELLO, token: '' },
  'a token that is a number': { ...HELLO, token: 7 },
  'a token without padding': { ...HELLO, token: TOKEN.replaceAll('=', '') },
  'a token with stray bits': { ...HELLO, token: TOKEN.replace('w==', 'x==') },
  'a token with a newline': { ...HELLO, token: `${TOKEN}\n` },
  'a token in hexadecimal digits': { ...HELLO, token: '07'.repeat(64) },
  'no dh': { ...HELLO, dh: undefined },
  'an empty dh': { ...HELLO, dh: [] },
  'a dh that is an object': { ...HELLO, dh: HELLO.dh[0] },
  '9 groups': { ...HELLO, dh: names(9).map(name => share(name)) },
  'a share that is a string': { ...HELLO, dh: [X25519] },
  'a share that is null': { ...HELLO, dh: [null] },
  'a share without a group': { ...HELLO, dh: [{ public: X25519 }] },
  'a share without a key': { ...HELLO, dh: [{ group: 'x25519' }] },
  'a share of an unknown group that is not base64': { ...HELLO, dh: [...HELLO.dh, { group: 'p521', public: '?' }] },
  'a group twice': { ...HELLO, dh: [HELLO.dh[0], HELLO.dh[0]] },
  'an unknown group twice': { ...HELLO, dh: [...HELLO.dh, share('p521'), share('p521')] },
  'an X25519 key of 31 bytes': { ...HELLO, dh: [share('x25519', 31)] },
  'an X25519 key of 33 bytes': { ...HELLO, dh: [share('x25519', 33)] },
  'a hybrid share of 1215 bytes': { ...HELLO, dh: [share('x25519mlkem768', 1215)] },
  'a hybrid share of 1217 bytes': { ...HELLO, dh: [share('x25519mlkem768', 1217)] },
  'a hybrid share of the wrong size that is not the first': { ...HELLO, dh: [...HELLO.dh, share('x25519mlkem768', 32)] },
  'a group name in upper case': { ...HELLO, dh: [...HELLO.dh, share('P521')] },
  'an empty group name': { ...HELLO, dh: [...HELLO.dh, share('')] },
  'a group name of 33 characters': { ...HELLO, dh: [...HELLO.dh, share('g'.repeat(33))] },
  'no ciphers': { ...HELLO, ciphers: undefined },
  'an empty list of ciphers': { ...HELLO, ciphers: [] },
  '17 ciphers': { ...HELLO, ciphers: names(17) },
  'a cipher twice': { ...HELLO, ciphers: ['aes-256-gcm', 'aes-256-gcm'] },
  'a cipher that is a number': { ...HELLO, ciphers: [1] },
  'ciphers in text': { ...HELLO, ciphers: 'aes-256-gcm' },
  'a cipher name in upper case': { ...HELLO, ciphers: ['AES-256-GCM'] },
  'a cipher name with a newline at its end': { ...HELLO, ciphers: ['aes-256-gcm\n'] },
  'a cipher name with a space': { ...HELLO, ciphers: ['aes 256'] },
  'a cipher name of 33 characters': { ...HELLO, ciphers: ['c'.repeat(33)] },
  'a list at the top': [HELLO],
  'null at the top': null
}

describe('hello', () => {
  for (const [what, hello] of Object.entries(LEGAL)) {
    it(`should be taken with ${what}`, () => {
      expect(parseHello(line(hello)).token).to.deep.equal(new Uint8Array(64).fill(7))
    })
  }

  for (const [what, hello] of Object.entries(MALFORMED)) {
    it(`should not be taken with ${what}`, () => {
      expect(() => parseHello(line(hello))).to.throw(ProtocolViolationError, 'the remote hello is malformed').with.property('code', 'ERR_MALFORMED_HELLO')
    })
  }

  it('should say which list has a name that is none, or one twice', () => {
    expect(() => parseHello(line({ ...HELLO, dh: [share('P521')] }))).to.throw('malformed - dh has a name that is none, or one twice')
    expect(() => parseHello(line({ ...HELLO, dh: [share('p521'), share('p521')] }))).to.throw('malformed - dh has a name that is none, or one twice')
    expect(() => parseHello(line({ ...HELLO, ciphers: ['AES'] }))).to.throw('malformed - ciphers has a name that is none, or one twice')
  })

  it('should keep no cause that quotes what came', () => {
    expect(() => parseHello(utf8('{\u001b\n'))).to.throw('not JSON in UTF-8').that.does.not.have.property('cause')
  })

  it('should not be taken with bytes that are no JSON', () => {
    for (const bytes of [utf8('\n'), utf8('hello\n'), concat([Uint8Array.of(0xef, 0xbb, 0xbf), line(HELLO)]), Uint8Array.of(0xff, 0x0a)]) {
      expect(() => parseHello(bytes)).to.throw(ProtocolViolationError).with.property('code', 'ERR_MALFORMED_HELLO')
    }
  })

  it('should not be taken with members that only a prototype has', () => {
    const text = JSON.stringify(HELLO)

    expect(() => parseHello(utf8(`{"__proto__":${text}}\n`))).to.throw(ProtocolViolationError, 'v is not 1')
  })

  it('should count the last of repeated members', () => {
    const text = JSON.stringify(HELLO)

    expect(parseHello(utf8(`{"v":2,${text.slice(1)}\n`)).groups).to.deep.equal(['x25519'])
    expect(() => parseHello(utf8(`${text.slice(0, -1)},"v":2}\n`))).to.throw(ProtocolViolationError, 'v is not 1')
  })

  it('should keep the line as it was sent', () => {
    const bytes = utf8(`  ${JSON.stringify(HELLO, null, 1).replaceAll('\n', ' ')} \n`)

    expect(parseHello(bytes).line).to.deep.equal(bytes)
  })

  it('should cut the hybrid share into both keys', () => {
    const hello = parseHello(line({ ...HELLO, dh: [{ group: 'x25519mlkem768', public: HYBRID }, ...HELLO.dh] }))

    expect(hello.groups).to.deep.equal(['x25519mlkem768', 'x25519'])
    expect(hello.encapsulationKey()).to.deep.equal(new Uint8Array(1184).fill(1))
    expect(hello.x25519Key('x25519mlkem768')).to.deep.equal(new Uint8Array(32).fill(2))
    expect(hello.x25519Key('x25519')).to.deep.equal(new Uint8Array(32).fill(9))
  })

  it('should be read by the other side as it was made', async () => {
    const own = await createHello(nobleBackend, ['x25519mlkem768', 'x25519'], ['aes-128-gcm', 'aes-256-gcm'])
    const remote = parseHello(own.line)

    expect(own.line.at(-1)).to.equal(0x0a)
    expect(own.line.byteLength).to.be.below(16_384)
    expect(remote.token).to.deep.equal(own.token)
    expect(remote.groups).to.deep.equal(['x25519mlkem768', 'x25519'])
    expect(remote.ciphers).to.deep.equal(['aes-128-gcm', 'aes-256-gcm'])
    expect(remote.encapsulationKey()).to.deep.equal(own.mlKem768?.encapsulationKey)
    expect(remote.x25519Key('x25519')).to.deep.equal(own.x25519.publicKey)
    expect(remote.x25519Key('x25519mlkem768')).to.deep.equal(own.x25519.publicKey)
  })

  it('should have no ML-KEM key where the hybrid group is not offered', async () => {
    const own = await createHello(nobleBackend, ['x25519'], ['aes-256-gcm'])

    expect(own.mlKem768).to.be.undefined()
    expect(parseHello(own.line).groups).to.deep.equal(['x25519'])
  })

  it('should be fresh each time', async () => {
    const [a, b] = await Promise.all([0, 1].map(async () => createHello(nobleBackend, ['x25519mlkem768'], ['aes-256-gcm'])))

    expect(a.token).to.not.deep.equal(b.token)
    expect(a.x25519.publicKey).to.not.deep.equal(b.x25519.publicKey)
    expect(a.mlKem768?.encapsulationKey).to.not.deep.equal(b.mlKem768?.encapsulationKey)
  })
})
