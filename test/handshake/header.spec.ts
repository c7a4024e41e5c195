import { expect } from 'aegir/chai'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { encodeBase64 } from '../../src/encoding/base64.ts'
import { concat, utf8 } from '../../src/encoding/bytes.ts'
import { openLine2, parseLine2, refusal, sealLine2, signHeader, verifyHeader } from '../../src/handshake/header.ts'
import { vectorIdentity } from '../vectors/identities.ts'
import { signerOf } from './handshake-pair.ts'
import type { HeaderExpectation, HeaderFields, Role } from '../../src/handshake/header.ts'
import type { KeyType } from '../../src/identity/public-key.ts'

const TOKEN = new Uint8Array(64).fill(5)
const T = new Uint8Array(32).fill(6)
const NO_KEM = new Uint8Array(0)
const EXPECTED: HeaderExpectation = { role: 'listener', token: TOKEN, t: T }
const { pem } = vectorIdentity('ed25519', 'header')
const PAYLOAD = { token: encodeBase64(TOKEN), role: 'dialer', key: { type: 'ed25519', public: pem } }

const aead = nobleBackend.aead('aes-256-gcm', new Uint8Array(32).fill(1))

/** A header over any payload, signed as it should be. */
async function signed (payload: unknown, t: Uint8Array = T, type: KeyType = 'ed25519'): Promise<Uint8Array> {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const hash = await vectorIdentity(type, 'header').sign(concat([utf8('/secure-peer/1.0.0 header\n'), t, utf8(text)]))

  return utf8(JSON.stringify({ payload: text, hash: encodeBase64(hash) }))
}

async function code (promise: Promise<unknown>): Promise<unknown> {
  return promise.then(() => undefined, err => err.code ?? err)
}

describe('header', () => {
  describe('line 2', () => {
    it('should hold a header that is padded to 2048 bytes', async () => {
      for (const [length, padded] of [[1, 2048], [2047, 2048], [2048, 2048], [2049, 4096]]) {
        const line = await sealLine2(aead, NO_KEM, 'x'.repeat(length))
        const { kem, sealed } = parseLine2(line, false)

        expect(line.at(-1)).to.equal(0x0a)
        expect(kem).to.have.property('byteLength', 0)
        expect(sealed.byteLength).to.equal(padded + 16)
        expect(await openLine2(aead, sealed)).to.deep.equal(utf8('x'.repeat(length) + ' '.repeat(padded - length)))
      }
    })

    it('should be of one length for all key types', async () => {
      const lengths = await Promise.all((['rsa', 'ed25519', 'secp256k1', 'ecdsa'] as const).map(async type => {
        const fields = { muxers: ['/yamux/1.0.0', '/mplex/6.7.0'], encrypters: ['/secure-peer/1.0.0', '/noise', '/tls/1.0.0'] }

        return (await sealLine2(aead, NO_KEM, await signHeader(signerOf(type), TOKEN, 'dialer', fields, T))).byteLength
      }))

      expect(new Set(lengths)).to.have.property('size', 1)
    })

    it('should carry the ciphertext of a KEM', async () => {
      const kem = new Uint8Array(1088).fill(3)

      expect(parseLine2(await sealLine2(aead, kem, '{}'), true).kem).to.deep.equal(kem)
    })

    it('should not be sent when it is longer than a line', async () => {
      const kem = new Uint8Array(1088)
      const most = (await sealLine2(aead, NO_KEM, 'x'.repeat(5 * 2048))).byteLength
      expect(most).to.be.at.most(16_384)

      await expect(sealLine2(aead, kem, 'x'.repeat(6 * 2048))).to.eventually.be.rejected().with.property('message')
        .that.matches(/^ERR_INVALID_OPTION: the header takes 17\d{3} bytes, above the 16384 of a line; shorten extensions$/)
    })

    const kem = encodeBase64(new Uint8Array(1088))
    const sealed = (length: number): string => encodeBase64(new Uint8Array(length))

    for (const length of [1040, 2064, 3088, 9232]) {
      it(`should be taken with ${length} bytes`, () => {
        expect(parseLine2(utf8(`{"header":"${sealed(length)}"}\n`), false).sealed).to.have.property('byteLength', length)
      })
    }

    const malformed: Record<string, [string, boolean]> = {
      'no header': [`{"kem":"${kem}"}`, true],
      'a header that is no text': ['{"header":1}', false],
      'a header that is no base64': ['{"header":"?"}', false],
      'an empty header': ['{"header":""}', false],
      'a tag alone': [`{"header":"${sealed(16)}"}`, false],
      'less than a tag': [`{"header":"${sealed(15)}"}`, false],
      'a header of 1024 bytes with its tag': [`{"header":"${sealed(1024)}"}`, false],
      'a header of 1039 bytes': [`{"header":"${sealed(1039)}"}`, false],
      'a header of 1041 bytes': [`{"header":"${sealed(1041)}"}`, false],
      'a KEM where there is none': [`{"kem":"${kem}","header":"${sealed(2064)}"}`, false],
      'an empty KEM where there is none': [`{"kem":"","header":"${sealed(2064)}"}`, false],
      'a KEM of null where there is none': [`{"kem":null,"header":"${sealed(2064)}"}`, false],
      'no KEM where there is one': [`{"header":"${sealed(2064)}"}`, true],
      'an empty KEM where there is one': [`{"kem":"","header":"${sealed(2064)}"}`, true],
      'a KEM of 1087 bytes': [`{"kem":"${encodeBase64(new Uint8Array(1087))}","header":"${sealed(2064)}"}`, true],
      'a KEM of 1089 bytes': [`{"kem":"${encodeBase64(new Uint8Array(1089))}","header":"${sealed(2064)}"}`, true],
      'a list': ['[]', false],
      'no JSON': ['header', false]
    }

    it('should say what is wrong with it', () => {
      expect(() => parseLine2(utf8(`{"kem":"","header":"${sealed(2064)}"}\n`), false)).to.throw('the remote header is malformed - kem without a KEM')
      expect(() => parseLine2(utf8(`{"header":"${sealed(16)}"}\n`), false)).to.throw('the remote header is malformed - header is not padded to 1024 bytes')
    })

    for (const [what, [line, hasKem]] of Object.entries(malformed)) {
      it(`should not be taken with ${what}`, () => {
        expect(() => parseLine2(utf8(`${line}\n`), hasKem)).to.throw().with.property('code', 'ERR_MALFORMED_HEADER')
      })
    }

    it('should not open when a bit was changed', async () => {
      const { sealed } = parseLine2(await sealLine2(aead, NO_KEM, '{}'), false)

      for (const place of [0, 1000, sealed.byteLength - 17, sealed.byteLength - 16, sealed.byteLength - 1]) {
        const changed = sealed.slice()
        changed[place] ^= 0x10

        await expect(openLine2(aead, changed)).to.eventually.be.rejected()
      }
    })
  })

  for (const type of ['rsa', 'ed25519', 'secp256k1', 'ecdsa'] as const) {
    it(`should be verified as it was signed by ${type}`, async () => {
      const fields: HeaderFields = { muxers: ['/yamux/1.0.0'], encrypters: ['/noise'], extensions: { a: Uint8Array.of(1), b: new Uint8Array(0) } }
      const remote = await verifyHeader(nobleBackend, utf8(await signHeader(signerOf(type), TOKEN, 'dialer', fields, T)), EXPECTED)

      expect(remote.key).to.deep.equal(signerOf(type).key)
      expect(remote.muxers).to.deep.equal(['/yamux/1.0.0'])
      expect(remote.encrypters).to.deep.equal(['/noise'])
      expect({ ...remote.extensions }).to.deep.equal(fields.extensions)
    })
  }

  it('should leave out lists without entries', async () => {
    const header = await signHeader(signerOf('ed25519'), TOKEN, 'dialer', { muxers: [], encrypters: [], extensions: {} }, T)
    expect(Object.keys(JSON.parse(JSON.parse(header).payload))).to.deep.equal(['token', 'role', 'key'])

    const remote = await verifyHeader(nobleBackend, utf8(header), EXPECTED)
    expect([remote.muxers, remote.encrypters, remote.extensions]).to.deep.equal([undefined, undefined, undefined])
  })

  it('should say nothing of lists in role peer, and read nothing', async () => {
    const fields = { muxers: ['/yamux/1.0.0'], extensions: { a: Uint8Array.of(1) } }
    const header = await signHeader(signerOf('ed25519'), TOKEN, 'peer', fields, T)
    expect(Object.keys(JSON.parse(JSON.parse(header).payload))).to.deep.equal(['token', 'role', 'key'])

    const remote = await verifyHeader(nobleBackend, await signed({ ...PAYLOAD, role: 'peer', muxers: 7, extensions: 'x' }), { ...EXPECTED, role: 'peer' })
    expect(Object.keys(remote)).to.deep.equal(['key', 'payload', 'hash'])
  })

  it('should give extensions without a prototype', async () => {
    const extensions = '{"__proto__":"AQ==","constructor":"Ag=="}'
    const payload = `${JSON.stringify(PAYLOAD).slice(0, -1)},"extensions":${extensions}}`
    const remote = await verifyHeader(nobleBackend, await signed(payload), EXPECTED)

    expect(Object.getPrototypeOf(remote.extensions)).to.be.null()
    expect(Object.keys(remote.extensions ?? {})).to.have.members(['__proto__', 'constructor'])
    expect(remote.extensions?.constructor).to.deep.equal(Uint8Array.of(2))
  })

  it('should be signed over protocol, transcript and payload', async () => {
    expect((await verifyHeader(nobleBackend, await signed(PAYLOAD), EXPECTED)).key.pem).to.equal(pem)
  })

  for (const [ours, theirs] of [['listener', 'dialer'], ['dialer', 'listener'], ['peer', 'peer']] as const) {
    it(`should be taken by a ${ours} from a ${theirs} and from nobody else`, async () => {
      for (const role of ['dialer', 'listener', 'peer', 'Dialer', '', '__proto__']) {
        const verified = verifyHeader(nobleBackend, await signed({ ...PAYLOAD, role }), { ...EXPECTED, role: ours as Role })

        expect(await code(verified)).to.equal(role === theirs ? undefined : 'ERR_ROLE')
      }
    })
  }

  const wrong: Record<string, [unknown, string]> = {
    'no role': [{ ...PAYLOAD, role: undefined }, 'ERR_MALFORMED_HEADER'],
    'a role that is no text': [{ ...PAYLOAD, role: 1 }, 'ERR_MALFORMED_HEADER'],
    'no token': [{ ...PAYLOAD, token: undefined }, 'ERR_MALFORMED_HEADER'],
    'a token that is no base64': [{ ...PAYLOAD, token: '?' }, 'ERR_MALFORMED_HEADER'],
    'another token': [{ ...PAYLOAD, token: encodeBase64(new Uint8Array(64)) }, 'ERR_TOKEN_ECHO'],
    'half of the token': [{ ...PAYLOAD, token: encodeBase64(TOKEN.subarray(0, 32)) }, 'ERR_TOKEN_ECHO'],
    'an empty token': [{ ...PAYLOAD, token: '' }, 'ERR_TOKEN_ECHO'],
    'no key': [{ ...PAYLOAD, key: undefined }, 'ERR_MALFORMED_HEADER'],
    'a key in text': [{ ...PAYLOAD, key: pem }, 'ERR_MALFORMED_HEADER'],
    'a key without a type': [{ ...PAYLOAD, key: { public: pem } }, 'ERR_MALFORMED_HEADER'],
    'a key without a PEM': [{ ...PAYLOAD, key: { type: 'ed25519' } }, 'ERR_MALFORMED_HEADER'],
    'a key of a type that does not exist': [{ ...PAYLOAD, key: { type: 'dsa', public: pem } }, 'ERR_INVALID_KEY'],
    'a key of another type': [{ ...PAYLOAD, key: { type: 'rsa', public: pem } }, 'ERR_INVALID_KEY'],
    'a key in another form': [{ ...PAYLOAD, key: { type: 'ed25519', public: pem.trimEnd() } }, 'ERR_INVALID_KEY'],
    'another key': [{ ...PAYLOAD, key: { type: 'ed25519', public: vectorIdentity('ed25519', 'other').pem } }, 'ERR_SIGNATURE'],
    'muxers that are none': [{ ...PAYLOAD, muxers: [] }, 'ERR_MALFORMED_HEADER'],
    'muxers that are null': [{ ...PAYLOAD, muxers: null }, 'ERR_MALFORMED_HEADER'],
    'muxers that are numbers': [{ ...PAYLOAD, muxers: [1] }, 'ERR_MALFORMED_HEADER'],
    'a muxer twice': [{ ...PAYLOAD, muxers: ['a', 'a'] }, 'ERR_MALFORMED_HEADER'],
    'encrypters that are none': [{ ...PAYLOAD, encrypters: [] }, 'ERR_MALFORMED_HEADER'],
    'encrypters in text': [{ ...PAYLOAD, encrypters: '/noise' }, 'ERR_MALFORMED_HEADER'],
    'extensions that are none': [{ ...PAYLOAD, extensions: {} }, 'ERR_MALFORMED_HEADER'],
    'extensions in a list': [{ ...PAYLOAD, extensions: ['AQ=='] }, 'ERR_MALFORMED_HEADER'],
    'an extension that is no base64': [{ ...PAYLOAD, extensions: { a: '?' } }, 'ERR_MALFORMED_HEADER'],
    'an extension that is null': [{ ...PAYLOAD, extensions: { a: null } }, 'ERR_MALFORMED_HEADER'],
    'a payload that is a list': ['[]', 'ERR_MALFORMED_HEADER'],
    'a payload that is no JSON': ['payload', 'ERR_MALFORMED_HEADER'],
    'a payload with a BOM': [`\ufeff${JSON.stringify(PAYLOAD)}`, 'ERR_MALFORMED_HEADER'],
    'a payload with a lone surrogate': [`${JSON.stringify(PAYLOAD).slice(0, -1)},"x":"\\ud800"}`, 'ERR_MALFORMED_HEADER']
  }

  for (const [what, [payload, expected]] of Object.entries(wrong)) {
    it(`should not be taken with ${what}`, async () => {
      expect(await code(verifyHeader(nobleBackend, await signed(payload), EXPECTED))).to.equal(expected)
    })
  }

  // libp2p keeps nothing of an error but its message
  const says: Record<string, [unknown, string]> = {
    'a role that does not fit': [{ ...PAYLOAD, role: 'peer' }, 'ERR_ROLE: the remote side says it is a peer, this side is a listener'],
    'a role that is long and cannot be printed': [{ ...PAYLOAD, role: `\n${'x'.repeat(10_000)}` }, `ERR_ROLE: the remote side says it is a \ufffd${'x'.repeat(15)}, this side is a listener`],
    'another token': [{ ...PAYLOAD, token: '' }, 'ERR_TOKEN_ECHO: the remote header belongs to another hello'],
    'another key': [{ ...PAYLOAD, key: { type: 'ed25519', public: vectorIdentity('ed25519', 'other').pem } }, 'ERR_SIGNATURE: the remote header is not signed by the key it shows'],
    'extensions that are none': [{ ...PAYLOAD, extensions: {} }, 'ERR_MALFORMED_HEADER: the remote header is malformed - extensions is empty']
  }

  for (const [what, [payload, message]] of Object.entries(says)) {
    it(`should say what is wrong with ${what}`, async () => {
      await expect(verifyHeader(nobleBackend, await signed(payload), EXPECTED)).to.eventually.be.rejected().with.property('message', message)
    })
  }

  it('should keep no cause that quotes what came', async () => {
    const err = await verifyHeader(nobleBackend, utf8('{\u001b'), EXPECTED).catch(err => err)

    expect(err).to.have.property('code', 'ERR_MALFORMED_HEADER')
    expect(err.cause).to.be.undefined()
  })

  it('should not be taken over another transcript', async () => {
    expect(await code(verifyHeader(nobleBackend, await signed(PAYLOAD, new Uint8Array(32)), EXPECTED))).to.equal('ERR_SIGNATURE')
    expect(await code(verifyHeader(nobleBackend, await signed(PAYLOAD), { ...EXPECTED, t: new Uint8Array(32) }))).to.equal('ERR_SIGNATURE')
  })

  it('should not be taken when anything of the payload was changed', async () => {
    const { payload, hash } = JSON.parse(new TextDecoder().decode(await signed(PAYLOAD)))

    expect(await code(verifyHeader(nobleBackend, utf8(JSON.stringify({ payload: `${payload} `, hash })), EXPECTED))).to.equal('ERR_SIGNATURE')
    expect(await code(verifyHeader(nobleBackend, utf8(JSON.stringify({ payload, hash })), EXPECTED))).to.be.undefined()
  })

  for (const type of ['rsa', 'ed25519', 'secp256k1', 'ecdsa'] as const) {
    it(`should not be taken with a signature by ${type} that is changed, empty or another's`, async () => {
      const payload = JSON.stringify({ ...PAYLOAD, key: { type, public: vectorIdentity(type, 'header').pem } })
      const { hash } = JSON.parse(new TextDecoder().decode(await signed(payload, T, type)))
      const changed = Uint8Array.from(atob(hash), character => character.charCodeAt(0))
      changed[changed.byteLength - 1] ^= 1

      for (const signature of [encodeBase64(changed), '', encodeBase64(new Uint8Array(64)), encodeBase64(new Uint8Array(256)), encodeBase64(changed.subarray(1))]) {
        expect(await code(verifyHeader(nobleBackend, utf8(JSON.stringify({ payload, hash: signature })), EXPECTED))).to.equal('ERR_SIGNATURE')
      }

      expect(await code(verifyHeader(nobleBackend, utf8(JSON.stringify({ payload, hash })), EXPECTED))).to.be.undefined()
    })
  }

  for (const [what, header] of Object.entries({
    'no hash': { payload: '{}' },
    'no payload': { hash: 'AQ==' },
    'a payload that is an object': { payload: {}, hash: 'AQ==' },
    'a hash that is no base64': { payload: '{}', hash: '?' },
    'a reason that is no text': { reject: 1 },
    'a reason that is null': { reject: null },
    'a reason with a control character': { reject: 'a\u001bb' },
    'a reason of 257 characters': { reject: 'x'.repeat(257) }
  })) {
    it(`should not be taken with ${what}`, async () => {
      expect(await code(verifyHeader(nobleBackend, utf8(JSON.stringify(header)), EXPECTED))).to.equal('ERR_MALFORMED_HEADER')
    })
  }

  for (const reason of ['', 'members only', '😀'.repeat(256)]) {
    it(`should tell a refusal, "${reason.slice(0, 12)}"`, async () => {
      await expect(verifyHeader(nobleBackend, utf8(refusal(reason)), EXPECTED)).to.eventually.be.rejected().with.include({ code: 'ERR_REFUSED', reason })
    })
  }

  it('should say what is wrong with a reason', async () => {
    await expect(verifyHeader(nobleBackend, utf8('{"reject":"a\\nb"}'), EXPECTED)).to.eventually.be.rejected()
      .with.property('message', 'ERR_MALFORMED_HEADER: the remote header is malformed - a reason with characters that are not printable, or too many')
  })

  it('should refuse with what can be printed', () => {
    expect(JSON.parse(refusal(`a\n${'x'.repeat(300)}`))).to.deep.equal({ reject: `a\ufffd${'x'.repeat(254)}` })
  })
})
