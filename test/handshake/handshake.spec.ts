import { expect } from 'aegir/chai'
import { RECORD_TYPE } from '../../src/constants.ts'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { encodeBase64 } from '../../src/encoding/base64.ts'
import { concat, equals, utf8 } from '../../src/encoding/bytes.ts'
import { IdentityRejectedError } from '../../src/errors.ts'
import { handshakeOptions, handshakePair, linesOf, signerOf } from './handshake-pair.ts'
import type { Outcome } from './handshake-pair.ts'
import type { Backend } from '../../src/crypto/backend.ts'
import type { HandshakeOptions } from '../../src/handshake/handshake.ts'
import type { Role } from '../../src/handshake/header.ts'
import type { Signer } from '../../src/identity/signer.ts'

const ROLES: Array<[Role, Role]> = [['dialer', 'listener'], ['peer', 'peer']]
const HYBRID = { groups: ['x25519mlkem768', 'x25519'] } as const

async function pair (roles: readonly [Role, Role], first: Partial<HandshakeOptions> = {}, second: Partial<HandshakeOptions> = {}): Promise<{ first: Outcome, second: Outcome }> {
  return handshakePair(handshakeOptions(roles[0], first), handshakeOptions(roles[1], second))
}

/** Changes members of a line. */
function edit (line: Uint8Array, change: (members: any) => void): Uint8Array {
  const members = JSON.parse(new TextDecoder().decode(line))
  change(members)

  return utf8(`${JSON.stringify(members)}\n`)
}

describe('handshake', () => {
  for (const roles of ROLES) {
    const [role] = roles

    describe(`as ${role}`, () => {
      it('should give both sides the same session', async () => {
        const { first, second } = await pair(roles, HYBRID, HYBRID)
        const [a, b] = [first.result?.session, second.result?.session]

        expect(a?.group).to.equal('x25519mlkem768')
        expect(a?.cipher).to.equal('chacha20-poly1305')
        expect(a?.transcriptHash).to.have.property('byteLength', 32)
        expect(b?.transcriptHash).to.deep.equal(a?.transcriptHash)
        expect(b?.exportKeyingMaterial('label', utf8('context'), 100)).to.deep.equal(a?.exportKeyingMaterial('label', utf8('context'), 100))
        expect(a?.exportKeyingMaterial('label', undefined, 32)).to.not.deep.equal(a?.exportKeyingMaterial('other', undefined, 32))
        expect(a?.backend).to.equal(nobleBackend)
      })

      it('should give sessions that have nothing in common with one another', async () => {
        const sessions = await Promise.all([1, 2].map(async () => pair(roles)))
        const [a, b] = sessions.map(({ first }) => first.result?.session)

        expect(a?.transcriptHash).to.not.deep.equal(b?.transcriptHash)
        expect(a?.exportKeyingMaterial('label', undefined, 32)).to.not.deep.equal(b?.exportKeyingMaterial('label', undefined, 32))
        expect(await a?.sealReject('x')).to.not.deep.equal(await b?.sealReject('x'))
      })

      it('should ask each side about the other', async () => {
        const asked: string[] = []

        const watch = (name: string): Partial<HandshakeOptions> => ({
          verifyPeer: key => {
            asked.push(`${name} verifies`)

            return key.pem
          },
          identify: (peer, remote, suite) => {
            asked.push(`${name} identifies`)
            expect(peer).to.equal(remote.key.pem)
            expect(suite).to.deep.equal({ group: 'x25519', cipher: 'chacha20-poly1305' })
          }
        })

        const { first, second } = await pair(roles, { ...watch('first'), signer: signerOf('ecdsa') }, { ...watch('second'), signer: signerOf('secp256k1') })

        expect(first.result?.peer).to.equal(signerOf('secp256k1').key.pem)
        expect(second.result?.peer).to.equal(signerOf('ecdsa').key.pem)
        expect(asked).to.have.members(['first verifies', 'first identifies', 'second verifies', 'second identifies'])

        if (role === 'dialer') {
          // the listener has let the dialer in before it shows itself
          expect(asked).to.deep.equal(['second verifies', 'second identifies', 'first verifies', 'first identifies'])
        }
      })

      it('should leave records that follow a header to the reader', async () => {
        const { first, second } = await handshakePair(handshakeOptions(roles[0]), handshakeOptions(roles[1]), {
          tamper: (from, line, index) => from === 'second' && index === 1 ? concat([line, Uint8Array.of(1, 2, 3)]) : line
        })

        expect(second.error).to.be.undefined()
        expect(first.rest).to.deep.equal(Uint8Array.of(1, 2, 3))
      })

      for (const which of [0, 1] as const) {
        it(`should fail on both sides when side ${which} meets somebody else than expected`, async () => {
          const unexpected = new Error('unexpected peer')
          const verifyPeer = (): never => { throw unexpected }
          const { first, second } = await pair(roles, which === 0 ? { verifyPeer } : {}, which === 1 ? { verifyPeer } : {})
          const [self, other] = which === 0 ? [first, second] : [second, first]

          expect(self.error).to.equal(unexpected)

          // a listener that has let the dialer in is done by then, and so may a peer be
          if (which === 1 && role === 'dialer') {
            expect(other.error).to.have.property('code', 'ERR_CARRIER_CLOSED')
          }
        })
      }

      for (const [what, error] of Object.entries({ 'an error of its own': new Error('crashed'), 'an abort': new DOMException('aborted', 'AbortError') })) {
        it(`should end with what identify throws, ${what}, and tell nobody`, async () => {
          const { second } = await pair(roles, {}, { identify: () => { throw error } })
          expect(second.error).to.equal(error)

          // what was sent: lines only
          expect(linesOf(second.sent)).to.have.lengthOf(role === 'dialer' ? 1 : 2)
        })
      }
    })
  }

  describe('refusal', () => {
    it('should be sealed where the listener refuses, and show no identity', async () => {
      const signer = signerOf('ed25519', 'listener')
      let signatures = 0

      const counting: Signer = {
        key: signer.key,
        sign: message => {
          signatures++

          return signer.sign(message)
        }
      }

      const { first, second } = await pair(['dialer', 'listener'], HYBRID, {
        ...HYBRID,
        signer: counting,
        identify: async () => { throw new IdentityRejectedError('members only') }
      })

      expect(second.error).to.include({ code: 'ERR_IDENTITY_REJECTED', reason: 'members only' })
      expect(first.error).to.include({ code: 'ERR_REFUSED', reason: 'members only' })
      expect(signatures).to.equal(0)
      expect(linesOf(second.sent)).to.have.lengthOf(2)
      expect(new TextDecoder().decode(second.sent)).to.not.contain('members only')
    })

    for (const roles of ROLES) {
      it(`should be a record where a ${roles[0]} refuses`, async () => {
        const { first, second } = await pair(roles, { identify: () => { throw new IdentityRejectedError('not you') } })
        expect(first.error).to.include({ code: 'ERR_IDENTITY_REJECTED', reason: 'not you' })

        const [, , record] = linesOf(first.sent)
        const { opener } = second.result?.session ?? {}
        expect(record[0]).to.equal(RECORD_TYPE.reject)
        const bytes = first.sent.subarray(linesOf(first.sent)[0].byteLength + linesOf(first.sent)[1].byteLength)
        await expect((async () => opener?.take(bytes, 0))()).to.eventually.be.rejected().with.include({ code: 'ERR_REJECTED', reason: 'not you' })
      })
    }

    for (const [what, fields, code] of [
      ['lists without a common muxer', { muxers: ['/mplex/6.7.0'] }, 'ERR_NO_COMMON_MUXER'],
      ['encrypters that show steering', { encrypters: ['/noise'] }, 'ERR_STEERED']
    ] as const) {
      it(`should say why where there are ${what}`, async () => {
        const { first, second } = await pair(['dialer', 'listener'], { fields: { muxers: ['/yamux/1.0.0'], encrypters: ['/noise', '/secure-peer/1.0.0'] } }, { fields })

        expect(second.error).to.have.property('code', code)
        expect(first.error).to.have.property('code', 'ERR_REFUSED')
        expect(first.error.reason).to.contain(code)
      })
    }

    it('should not be told what this side has to those it does not let in', async () => {
      const { first } = await pair(['dialer', 'listener'], { fields: { muxers: ['/yamux/1.0.0'] } }, {
        fields: { muxers: ['/secret/1.0.0'] },
        identify: () => { throw new IdentityRejectedError('no') }
      })

      expect(first.error).to.include({ code: 'ERR_REFUSED', reason: 'no' })
    })
  })

  describe('election', () => {
    for (const [ours, theirs, group] of [
      [['x25519mlkem768', 'x25519'], ['x25519', 'x25519mlkem768'], 'x25519mlkem768'],
      [['x25519', 'x25519mlkem768'], ['x25519', 'x25519mlkem768'], 'x25519'],
      [['x25519mlkem768'], ['x25519', 'x25519mlkem768'], 'x25519mlkem768']
    ] as const) {
      it(`should settle on ${group} of ${ours.join(' ')} and ${theirs.join(' ')}`, async () => {
        const { first, second } = await pair(['dialer', 'listener'], { groups: ours }, { groups: theirs })

        expect(first.result?.session.group).to.equal(group)
        expect(second.result?.session.group).to.equal(group)
      })
    }

    it('should show both lists where no group is common', async () => {
      const { first, second } = await pair(['dialer', 'listener'], { groups: ['x25519mlkem768'] }, { groups: ['x25519'] })

      expect(first.error).to.have.property('code', 'ERR_NO_COMMON_GROUP')
      expect(first.error.message).to.contain('ours x25519mlkem768; theirs x25519')
      expect(first.sent).to.have.property('byteLength', 0)
      expect(second.error).to.have.property('code', 'ERR_CARRIER_CLOSED')
    })

    it('should show all of both lists, groups unknown here as well', async () => {
      const { first } = await handshakePair(handshakeOptions('dialer', HYBRID), handshakeOptions('listener'), {
        tamper: (from, line, index) => from === 'second' && index === 0
          ? edit(line, hello => { hello.dh = ['p521', 'x448'].map(group => ({ group, public: '' })) })
          : line
      })

      expect(first.error).to.have.property('message', 'ERR_NO_COMMON_GROUP: no common group: ours x25519mlkem768, x25519; theirs p521, x448')
    })

    it('should show both lists where no cipher is common', async () => {
      const { first, second } = await pair(['peer', 'peer'], { ciphers: ['aes-256-gcm'] }, { ciphers: ['aes-128-gcm', 'chacha20-poly1305'] })

      expect(first.error).to.have.property('code', 'ERR_NO_COMMON_CIPHER')
      expect(first.error.message).to.contain('ours aes-256-gcm; theirs aes-128-gcm, chacha20-poly1305')
      expect(second.error.message).to.contain('ours aes-128-gcm, chacha20-poly1305; theirs aes-256-gcm')
    })

    it('should agree on the dialer\'s first muxer', async () => {
      const { first, second } = await pair(['dialer', 'listener'], { fields: { muxers: ['a', 'b'] } }, { fields: { muxers: ['b', 'a'] } })

      expect([first.result?.muxer, second.result?.muxer]).to.deep.equal(['a', 'a'])
    })

    for (const group of ['x25519mlkem768', 'x25519'] as const) {
      it(`should notice when somebody shortens a hello to ${group}`, async () => {
        const shorten = (line: Uint8Array): Uint8Array => edit(line, hello => {
          hello.dh = hello.dh.filter((share: any) => share.group === group)
        })

        for (const roles of ROLES) {
          const { first, second } = await handshakePair(handshakeOptions(roles[0], HYBRID), handshakeOptions(roles[1], HYBRID), {
            tamper: (from, line, index) => index === 0 ? shorten(line) : line
          })

          expect(second.error).to.have.property('code', 'ERR_HEADER_AUTH')
          expect(first.error).to.be.an('error')
        }
      })
    }
  })

  it('should notice its own hello', async () => {
    const seen: Uint8Array[] = []
    const { first } = await handshakePair(handshakeOptions('peer'), handshakeOptions('peer'), {
      tamper: (from, line, index) => {
        if (index === 0 && from === 'first') {
          seen.push(line)
        }

        return from === 'second' && index === 0 ? seen[0] : line
      }
    })

    expect(first.error).to.have.property('message', 'ERR_REFLECTION: the remote token is this side\'s own')
    expect(linesOf(first.sent)).to.have.lengthOf(1)
  })

  it('should not join a dialer and a peer', async () => {
    const { first, second } = await pair(['dialer', 'peer'])

    expect(first.error).to.have.property('code', 'ERR_HEADER_AUTH')
    expect(second.error).to.have.property('code', 'ERR_ROLE')
  })

  it('should not join a peer and a listener', async () => {
    const { first, second } = await pair(['peer', 'listener'])

    expect(first.error).to.have.property('code', 'ERR_CARRIER_CLOSED')
    expect(second.error).to.have.property('code', 'ERR_ROLE')
  })

  describe('with keys that are none', () => {
    const zero = encodeBase64(new Uint8Array(32))
    const one = encodeBase64(Uint8Array.of(1, ...new Uint8Array(31)))

    for (const [what, key] of Object.entries({ 'the zero point': zero, 'the point one': one })) {
      it(`should not take ${what} of X25519`, async () => {
        const { first } = await handshakePair(handshakeOptions('dialer'), handshakeOptions('listener'), {
          tamper: (from, line, index) => from === 'second' && index === 0 ? edit(line, hello => { hello.dh[0].public = key }) : line
        })

        expect(first.error).to.have.property('code', 'ERR_HEADER_AUTH')
        expect(first.sent).to.have.property('byteLength', 0)
      })
    }

    it('should not take a secret of zeros, whatever the backend makes of it', async () => {
      const backend: Backend = {
        ...nobleBackend,
        generateX25519: () => ({ publicKey: new Uint8Array(32).fill(9), deriveSecret: () => new Uint8Array(32) })
      }

      expect((await pair(['dialer', 'listener'], { backend })).first.error).to.have.property('code', 'ERR_HEADER_AUTH')
    })

    it('should not take an ML-KEM key that fails the modulus check', async () => {
      const { first } = await handshakePair(handshakeOptions('dialer', HYBRID), handshakeOptions('listener', HYBRID), {
        tamper: (from, line, index) => from === 'second' && index === 0
          ? edit(line, hello => {
            const share = Uint8Array.from(atob(hello.dh[0].public), character => character.charCodeAt(0))
            hello.dh[0].public = encodeBase64(share.fill(0xff, 0, 3))
          })
          : line
      })

      expect(first.error).to.have.property('code', 'ERR_MALFORMED_HELLO')
      expect(first.error.message).to.contain('modulus check')
      expect(first.error.cause).to.be.an('error')
    })

    it('should let no cause be told from another where decapsulation or the tag fails', async () => {
      const messages = await Promise.all(['kem', 'header'].map(async member => {
        const { second } = await handshakePair(handshakeOptions('dialer', HYBRID), handshakeOptions('listener', HYBRID), {
          tamper: (from, line, index) => from === 'first' && index === 1
            ? edit(line, line2 => { line2[member] = (line2[member][0] === 'A' ? 'B' : 'A') + line2[member].slice(1) })
            : line
        })

        return second.error.message
      }))

      expect(messages).to.deep.equal(Array(2).fill('ERR_HEADER_AUTH: the remote header failed authentication'))
    })
  })

  for (const roles of ROLES) {
    it(`should encapsulate while it signs, as ${roles[0]}`, async () => {
      const encapsulating = Promise.withResolvers<void>()
      const signing = Promise.withResolvers<void>()
      const signer = signerOf('ed25519', roles[0])
      const { first, second } = await handshakePair(handshakeOptions(roles[0], {
        ...HYBRID,
        backend: {
          ...nobleBackend,
          encapsulateMlKem768: async key => {
            encapsulating.resolve()
            await signing.promise

            return nobleBackend.encapsulateMlKem768(key)
          }
        },
        signer: {
          key: signer.key,
          sign: async message => {
            signing.resolve()
            await encapsulating.promise

            return signer.sign(message)
          }
        }
      }), handshakeOptions(roles[1], HYBRID))

      expect(first.error).to.be.undefined()
      expect(second.error).to.be.undefined()
    })

    it(`should fail once where both of these do, as ${roles[0]}`, async () => {
      const { first } = await handshakePair(handshakeOptions(roles[0], {
        ...HYBRID,
        backend: {
          ...nobleBackend,
          encapsulateMlKem768: async () => {
            await Promise.resolve()
            throw new Error('no key of ML-KEM')
          }
        },
        signer: {
          key: signerOf('ed25519', roles[0]).key,
          sign: async () => {
            throw new Error('no key to sign with')
          }
        }
      }), handshakeOptions(roles[1], HYBRID))

      // a rejection that nobody handles fails the whole run
      expect(first.error).to.have.property('code', 'ERR_MALFORMED_HELLO')
    })
  }

  it('should fail when the carrier does', async () => {
    const { first, second } = await handshakePair(handshakeOptions('dialer'), handshakeOptions('listener', {
      signer: { key: signerOf('ed25519').key, sign: () => { throw new Error('no key today') } }
    }))

    expect(second.error).to.have.property('message', 'no key today')
    expect(first.error).to.have.property('code', 'ERR_CARRIER_CLOSED')
  })

  it('should erase secrets that it does not keep', async () => {
    const secrets: Uint8Array[] = []

    const keep = (bytes: Uint8Array): Uint8Array => {
      secrets.push(bytes)

      return bytes
    }

    const backend: Backend = {
      ...nobleBackend,
      generateX25519: () => {
        const keys = nobleBackend.generateX25519()

        return { publicKey: keys.publicKey, deriveSecret: async remote => keep(await keys.deriveSecret(remote)) }
      },
      encapsulateMlKem768: key => {
        const { ciphertext, sharedSecret } = nobleBackend.encapsulateMlKem768(key)

        return { ciphertext, sharedSecret: keep(sharedSecret) }
      },
      hkdfExtract: (salt, inputKey) => {
        keep(inputKey)

        return keep(nobleBackend.hkdfExtract(salt, inputKey))
      }
    }

    await pair(['dialer', 'listener'], { ...HYBRID, backend }, HYBRID)

    // dh, one KEM secret; input key and output of two header keys and of master
    expect(secrets).to.have.lengthOf(8)
    expect(secrets.every(secret => equals(secret, new Uint8Array(secret.byteLength)))).to.be.true()
  })

  it('should erase secrets of a handshake that fails', async () => {
    const secrets: Uint8Array[] = []

    const backend: Backend = {
      ...nobleBackend,
      generateX25519: () => {
        const keys = nobleBackend.generateX25519()

        return {
          publicKey: keys.publicKey,
          deriveSecret: async remote => {
            const secret = await keys.deriveSecret(remote)
            secrets.push(secret)

            return secret
          }
        }
      }
    }

    const { second } = await pair(['dialer', 'listener'], { backend }, { backend, identify: () => { throw new IdentityRejectedError('no') } })

    expect(second.error).to.have.property('code', 'ERR_IDENTITY_REJECTED')
    expect(secrets).to.deep.equal([new Uint8Array(32), new Uint8Array(32)])
  })

  for (const roles of ROLES) {
    it(`should erase the secrets of a session that a ${roles[0]} refuses`, async () => {
      const secrets: Uint8Array[] = []

      const backend: Backend = {
        ...nobleBackend,
        hkdfExpand: (prk, info, length) => {
          const secret = nobleBackend.hkdfExpand(prk, info, length)
          secrets.push(secret)

          return secret
        }
      }

      const { first } = await pair(roles, { backend, identify: () => { throw new IdentityRejectedError('no') } })
      expect(first.error).to.have.property('code', 'ERR_IDENTITY_REJECTED')

      // two header keys, two traffic secrets, the exporter; a record key and an IV, which is none, of each direction
      expect(secrets).to.have.lengthOf(9)
      expect(secrets.filter(secret => !equals(secret, new Uint8Array(secret.byteLength))).map(({ byteLength }) => byteLength)).to.deep.equal([12, 12])
    })
  }

  it('should export 1 to 8160 bytes and nothing else', async () => {
    const { first } = await pair(['peer', 'peer'])
    const { session } = first.result ?? {}

    for (const length of [1, 8160]) {
      expect(session?.exportKeyingMaterial('label', undefined, length)).to.have.property('byteLength', length)
    }

    for (const length of [0, -1, 8161, 1.5, NaN, Infinity, '32' as unknown as number]) {
      expect(() => session?.exportKeyingMaterial('label', undefined, length)).to.throw().with.property('code', 'ERR_INVALID_OPTION')
    }
  })
})
