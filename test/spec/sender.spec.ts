import { defaultLogger } from '@libp2p/logger'
import { expect } from 'aegir/chai'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { concat } from '../../src/encoding/bytes.ts'
import { CarrierClosedError, IdentityRejectedError } from '../../src/errors.ts'
import { handshake } from '../../src/handshake/handshake.ts'
import { createHello } from '../../src/handshake/hello.ts'
import { securePeer } from '../../src/index.ts'
import { keyOf, Victim } from '../fixtures/attack-victim.ts'
import { EvilPeer, text } from '../fixtures/evil-peer.ts'
import { upgraderWith } from '../fixtures/upgrader.ts'
import { handshakeOptions, handshakePair, linesOf, signerOf } from '../handshake/handshake-pair.ts'
import type { Backend } from '../../src/crypto/backend.ts'
import type { HandshakeOptions } from '../../src/handshake/handshake.ts'
import type { Role } from '../../src/handshake/header.ts'
import type { Outcome } from '../handshake/handshake-pair.ts'

const HYBRID = { groups: ['x25519mlkem768', 'x25519'] } as const

/** Nothing but what JSON has to escape. */
const FIELDS = {
  muxers: ['/a\n', '/b'],
  encrypters: ['/secure-peer/1.0.0', '"\\\u2028'],
  extensions: { 'line\nbreak': Uint8Array.of(10), ['__proto__']: Uint8Array.of(1), '': new Uint8Array() }
}

/** Somebody who is refused. */
const REFUSING: Partial<HandshakeOptions> = { identify: () => { throw new IdentityRejectedError('line\nbreak') } }

const ENDINGS: Record<string, [Role, Role, Partial<HandshakeOptions>, Partial<HandshakeOptions>]> = {
  'dialer and listener': ['dialer', 'listener', { fields: FIELDS }, { fields: FIELDS }],
  'peer and peer': ['peer', 'peer', {}, {}],
  'dialer whom a listener refuses': ['dialer', 'listener', {}, REFUSING],
  'dialer who refuses a listener': ['dialer', 'listener', REFUSING, {}],
  'dialer without a common muxer': ['dialer', 'listener', { fields: { muxers: ['/a'] } }, { fields: { muxers: ['/b'] } }],
  'dialer that was steered': ['dialer', 'listener', { fields: { encrypters: ['/noise'] } }, { fields: { encrypters: ['/noise'] } }],
  'peers that refuse each other': ['peer', 'peer', REFUSING, REFUSING]
}

/** What a side sealed under one key. */
interface Sealed {
  key: string
  nonce: string
  plaintext: Uint8Array
}

/** A backend that keeps all that it sealed. */
function spyBackend (sealed: Sealed[]): Backend {
  return {
    ...nobleBackend,
    aead: (cipher, keyBytes) => {
      const aead = nobleBackend.aead(cipher, keyBytes)
      const key = keyBytes.join()

      return {
        open: aead.open.bind(aead),
        seal: (nonce, data, pieces, out, offset) => {
          sealed.push({ key, nonce: nonce.join(), plaintext: concat([...pieces]) })

          return aead.seal(nonce, data, pieces, out, offset)
        }
      }
    }
  }
}

async function run (ending: string): Promise<{ outcomes: Outcome[], sealed: Sealed[][] }> {
  const [firstRole, secondRole, firstInit, secondInit] = ENDINGS[ending]
  const sealed: Sealed[][] = [[], []]
  const { first, second } = await handshakePair(
    handshakeOptions(firstRole, { ...HYBRID, ...firstInit, backend: spyBackend(sealed[0]) }),
    handshakeOptions(secondRole, { ...HYBRID, ...secondInit, backend: spyBackend(sealed[1]) })
  )

  return { outcomes: [first, second], sealed }
}

/** Line 1, line 2, and the two texts within: what a side says in JSON. */
function jsonOf ({ sent }: Outcome, [header]: Sealed[]): string[] {
  const [hello, line2] = linesOf(sent).map(text)
  const sealed = text(header.plaintext).replace(/ +$/, '')
  const { payload } = JSON.parse(sealed)

  return [hello.slice(0, -1), line2.slice(0, -1), sealed, ...payload == null ? [] : [payload]]
}

function depth (value: unknown): number {
  return value !== null && typeof value === 'object' ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0
}

describe('what a side sends', () => {
  it('should have the protocol id of the specification', async () => {
    const encrypter = securePeer()({ privateKey: await keyOf('Ed25519'), logger: defaultLogger(), upgrader: upgraderWith() })

    expect(encrypter).to.have.property('protocol', '/secure-peer/1.0.0')
    expect(new TextEncoder().encode(encrypter.protocol)).to.have.property('byteLength', 18)
  })

  it('should send lines of JSON, LF at their end and nowhere else', async () => {
    for (const ending of Object.keys(ENDINGS)) {
      const { outcomes, sealed } = await run(ending)

      for (const [i, outcome] of outcomes.entries()) {
        const [hello, line2] = linesOf(outcome.sent)

        expect([hello.at(-1), line2.at(-1)], ending).to.deep.equal([0x0a, 0x0a])
        expect(Object.keys(JSON.parse(text(hello))), ending).to.deep.equal(['v', 'token', 'dh', 'ciphers'])
        expect(Object.keys(JSON.parse(text(line2))), ending).to.deep.equal(['kem', 'header'])
        expect(jsonOf(outcome, sealed[i]).join(''), ending).to.not.include('\n')
      }
    }
  })

  it('should repeat no member and nest no deeper than 16 levels', async () => {
    for (const ending of Object.keys(ENDINGS)) {
      const { outcomes, sealed } = await run(ending)

      for (const json of outcomes.flatMap((outcome, i) => jsonOf(outcome, sealed[i]))) {
        // what is there twice is lost on the way
        expect(JSON.stringify(JSON.parse(json)), ending).to.equal(json)
        expect(depth(JSON.parse(json)), ending).to.be.within(1, 16)
      }
    }
  })

  for (const what of Object.keys(ENDINGS)) {
    it(`should use the key of a line 2 once, as ${what}`, async () => {
      const { outcomes, sealed } = await run(what)

      for (const [i, { sent }] of outcomes.entries()) {
        const uses = sealed[i].map(({ key, nonce }) => `${key} ${nonce}`)
        const headers = sealed[i].filter(({ nonce }) => nonce === new Uint8Array(12).join())

        expect(headers).to.have.lengthOf(1)
        expect(new Set(uses)).to.have.property('size', uses.length)
        expect(linesOf(sent).filter(line => line[0] === 0x7b)).to.have.lengthOf(2)
      }
    })
  }

  for (const role of ['listener', 'peer'] as const) {
    it(`should send the hello of a ${role} at once`, async () => {
      const written: Uint8Array[] = []

      await expect(handshake({
        readLine: async () => { throw new CarrierClosedError() },
        write: bytes => { written.push(bytes) }
      }, handshakeOptions(role))).to.eventually.be.rejected.with.property('code', 'ERR_CARRIER_CLOSED')

      expect(written).to.have.lengthOf(1)
      expect(JSON.parse(text(written[0]))).to.have.property('v', 1)
    })
  }

  it('should send the header of a peer before the other\'s is there', async () => {
    const written: Uint8Array[] = []
    const { line } = await createHello(nobleBackend, HYBRID.groups, ['aes-256-gcm'])
    const lines = [line]

    await expect(handshake({
      readLine: async () => {
        const next = lines.shift()

        if (next == null) {
          throw new CarrierClosedError()
        }

        return next
      },
      write: bytes => { written.push(bytes) }
    }, handshakeOptions('peer', HYBRID))).to.eventually.be.rejected.with.property('code', 'ERR_CARRIER_CLOSED')

    expect(written.map(bytes => Object.keys(JSON.parse(text(bytes))))).to.deep.equal([['v', 'token', 'dh', 'ciphers'], ['kem', 'header']])
  })

  it('should wait for nothing after its line 2, as listener', async () => {
    let turned = false
    const { second } = await handshakePair(handshakeOptions('dialer', HYBRID), handshakeOptions('listener', {
      ...HYBRID,
      backend: {
        ...nobleBackend,
        digest: async (...parts) => {
          await new Promise(resolve => setTimeout(resolve))

          return nobleBackend.digest(...parts)
        }
      }
    }), {
      tamper: (from, line, index) => {
        if (from === 'second' && index === 1) {
          setTimeout(() => { turned = true })
        }

        return line
      }
    })

    // what answers it may be the last that comes
    expect(second.error).to.be.undefined()
    expect(turned).to.be.false()
  })

  for (const [outcome, accepts] of Object.entries({ accepted: true, refused: false })) {
    it(`should neither encapsulate nor sign as listener before its identify step ${outcome}`, async () => {
      const events: string[] = []
      const signer = signerOf('ed25519', 'listener')
      const options = handshakeOptions('listener', {
        ...HYBRID,
        backend: {
          ...nobleBackend,
          encapsulateMlKem768: key => {
            events.push('encapsulate')

            return nobleBackend.encapsulateMlKem768(key)
          }
        },
        signer: {
          key: signer.key,
          sign: async message => {
            events.push('sign')

            return signer.sign(message)
          }
        },
        identify: async () => {
          await Promise.resolve()
          events.push('decided')

          if (!accepts) {
            throw new IdentityRejectedError('no')
          }
        }
      })
      const { first } = await handshakePair(handshakeOptions('dialer', HYBRID), options)

      // a refusal is sealed, and signed by nobody
      expect(events).to.deep.equal(accepts ? ['decided', 'sign', 'encapsulate'] : ['decided', 'encapsulate'])
      expect(first.error?.code).to.equal(accepts ? undefined : 'ERR_REFUSED')
    })
  }

  for (const role of ['dialer', 'listener'] as const) {
    it(`should send nothing but lines as ${role} before its identify step accepted`, async () => {
      const sent = Promise.withResolvers<Uint8Array>()
      const victim = await Victim[role]({
        identify: async () => {
          // what was written before is on the wire after this turn
          await new Promise(resolve => setTimeout(resolve))
          sent.resolve(concat(victim.wire.received))
        }
      })
      await new EvilPeer(victim.wire, { role: role === 'dialer' ? 'listener' : 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
      const before = linesOf(await sent.promise)

      expect(before.map(line => line.at(-1))).to.deep.equal(role === 'dialer' ? [0x0a, 0x0a] : [0x0a])
      await victim.secured
    })

    it(`should list muxers and encrypters as the node has them, as ${role}`, async () => {
      const muxers = ['/z', '/a', '/m']
      const encrypters = ['/tls', '/secure-peer/1.0.0', '/noise']
      const victim = await Victim[role]({ muxers, encrypters })
      const evil = await new EvilPeer(victim.wire, { role: role === 'dialer' ? 'listener' : 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake()

      expect(JSON.parse(evil.remoteHeader.payload)).to.deep.include({ muxers, encrypters })
    })
  }

  it('should read as dialer a hello that came with what is before it', async () => {
    const privateKey = await keyOf('Ed25519', 'evil')
    const made = Promise.withResolvers<EvilPeer>()
    const victim = await Victim.dialer({
      before: wire => {
        const evil = new EvilPeer(wire, { role: 'listener', privateKey })

        // as multistream-select gives back what it read too much
        wire.victim.push(evil.makeHello())
        made.resolve(evil)
      }
    })
    const evil = await made.promise
    await evil.readHello()
    await evil.readLine2()
    await evil.sendLine2()

    expect((await victim.secured).remoteExtensions.group).to.equal('x25519mlkem768')
  })
})
