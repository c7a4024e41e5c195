import { peerIdFromString } from '@libp2p/peer-id'
import { expect } from 'aegir/chai'
import { encodeBase64 } from '../../src/encoding/base64.ts'
import { utf8 } from '../../src/encoding/bytes.ts'
import { handshake } from '../../src/handshake/handshake.ts'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { EvilPeer, flip, fromBase64, text } from '../fixtures/evil-peer.ts'
import { handshakeOptions } from '../handshake/handshake-pair.ts'
import type { VictimInit } from '../fixtures/attack-victim.ts'
import type { EvilInit, Hook } from '../fixtures/evil-peer.ts'

type Json = Record<string, any>

const STRANGER = peerIdFromString('12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5')

/** What breaks one check and no other; `own` is the hello of the side that checks. */
interface HelloFault {
  code: string
  change (hello: Json, own: Json): void
}

// SPEC 3.8, the checks of a hello in their order
const HELLO_FAULTS: Record<string, HelloFault> = {
  'an unknown version': { code: 'ERR_MALFORMED_HELLO', change: hello => { hello.v = 2 } },
  'a reflection': { code: 'ERR_REFLECTION', change: (hello, own) => { hello.token = own.token } },
  'no common group': { code: 'ERR_NO_COMMON_GROUP', change: hello => { hello.dh[0].group = 'another' } },
  'no common cipher': { code: 'ERR_NO_COMMON_CIPHER', change: hello => { hello.ciphers = ['another'] } },
  'a shared secret of zeros': { code: 'ERR_HEADER_AUTH', change: hello => { hello.dh[0].public = withShare(hello, share => share.fill(0, 1184)) } },
  'an ML-KEM key out of range': { code: 'ERR_MALFORMED_HELLO', change: hello => { hello.dh[0].public = withShare(hello, share => share.fill(0xff, 0, 3)) } }
}

function withShare (hello: Json, change: (share: Uint8Array) => Uint8Array): string {
  return encodeBase64(change(fromBase64(hello.dh[0].public)))
}

interface HeaderFault {
  code: string
  evil?: Partial<EvilInit>
  victim?: VictimInit
}

// SPEC 3.8, the checks of a line 2 in their order
const HEADER_FAULTS: Record<string, HeaderFault> = {
  'a length that is not padded': { code: 'ERR_MALFORMED_HEADER', evil: { line2: line2 => { line2.header = line2.header.slice(4) } } },
  'a wrong tag': { code: 'ERR_HEADER_AUTH', evil: { line2: line2 => { line2.header = encodeBase64(flip(fromBase64(line2.header), -1)) } } },
  'a missing signature': { code: 'ERR_MALFORMED_HEADER', evil: { header: header => { delete header.hash } } },
  'another role': { code: 'ERR_ROLE', evil: { payload: payload => { payload.role = 'peer' } } },
  'another token': { code: 'ERR_TOKEN_ECHO', evil: { payload: payload => { payload.token = encodeBase64(new Uint8Array(64)) } } },
  'an unknown key type': { code: 'ERR_INVALID_KEY', evil: { payload: payload => { payload.key.type = 'dsa' } } },
  'a wrong signature': { code: 'ERR_SIGNATURE', evil: { sign: async () => new Uint8Array(64) } },
  'an empty list': { code: 'ERR_MALFORMED_HEADER', evil: { payload: payload => { payload.extensions = {} } } },
  'another peer': { code: 'ERR_UNEXPECTED_PEER', victim: { remotePeer: STRANGER } },
  'a rejection': { code: 'ERR_IDENTITY_REJECTED', victim: { identify: identity => { identity.reject('no') } } },
  'a steering': { code: 'ERR_STEERED', evil: { payload: payload => { payload.encrypters = ['/noise', '/secure-peer/1.0.0'] } }, victim: { encrypters: ['/secure-peer/1.0.0', '/noise'] } },
  'no common muxer': { code: 'ERR_NO_COMMON_MUXER', evil: { payload: payload => { payload.muxers = ['/a'] } }, victim: { muxers: ['/b'] } }
}

/** Every two with different codes, in order. */
function pairsOf<Fault extends { code: string }> (faults: Record<string, Fault>): Array<[[string, Fault], [string, Fault]]> {
  const entries = Object.entries(faults)

  return entries.flatMap((a, i) => entries.slice(i + 1).filter(([, { code }]) => code !== a[1].code).map((b): [[string, Fault], [string, Fault]] => [a, b]))
}

/** Both hooks, the first one last: it has the final say. */
function both (first?: Hook, second?: Hook): Hook {
  return message => {
    second?.(message)

    return first?.(message)
  }
}

async function codeOfHello (...faults: HelloFault[]): Promise<string> {
  let own: Json = {}

  // a peer makes all checks as soon as the hello is there
  const options = handshakeOptions('peer', { groups: ['x25519mlkem768'] })
  const err = await handshake({
    readLine: async () => {
      const hello = structuredClone(own)
      hello.token = encodeBase64(new Uint8Array(64))

      for (const { change } of faults) {
        change(hello, own)
      }

      return utf8(`${JSON.stringify(hello)}\n`)
    },
    write: bytes => { own = JSON.parse(text(bytes)) }
  }, options).then(() => undefined, err => err)

  return err?.code
}

async function outcomeOfHeader (first: HeaderFault, second?: HeaderFault): Promise<{ code: string, ended?: 'fin' | 'reset' }> {
  const victim = await Victim.listener({ ...second?.victim, ...first.victim })
  const evil = new EvilPeer(victim.wire, {
    role: 'dialer',
    privateKey: await keyOf('Ed25519', 'evil'),
    groups: ['x25519'],
    sign: first.evil?.sign ?? second?.evil?.sign,
    payload: both(first.evil?.payload, second?.evil?.payload),
    header: both(first.evil?.header, second?.evil?.header),
    line2: both(first.evil?.line2, second?.evil?.line2)
  })
  evil.handshake().catch(() => {})
  await victim.wire.until(() => victim.wire.ended != null)
  victim.wire.fin()
  const err = await victim.secured.then(() => undefined, err => err)

  return { code: err?.message.split(':')[0], ended: victim.wire.ended }
}

async function codeOfHeader (first: HeaderFault, second?: HeaderFault): Promise<string> {
  return (await outcomeOfHeader(first, second)).code
}

describe('order of the checks', () => {
  guard()

  it('should be told by what breaks one check and no other', async () => {
    for (const [what, fault] of Object.entries(HELLO_FAULTS)) {
      expect(await codeOfHello(fault), what).to.equal(fault.code)
    }

    for (const [what, fault] of Object.entries(HEADER_FAULTS)) {
      expect(await codeOfHeader(fault), what).to.equal(fault.code)
    }
  })

  for (const what of ['a rejection', 'a steering', 'no common muxer']) {
    it(`should close the carrier in order after ${what}, whose reason is owed`, async () => {
      expect(await outcomeOfHeader(HEADER_FAULTS[what])).to.have.property('ended', 'fin')
    })
  }

  for (const what of ['a length that is not padded', 'a wrong tag', 'another token', 'an unknown key type', 'a wrong signature', 'another peer']) {
    it(`should close the carrier at once after ${what}`, async () => {
      expect(await outcomeOfHeader(HEADER_FAULTS[what])).to.have.property('ended', 'reset')
    })
  }

  for (const [[first, a], [second, b]] of pairsOf(HELLO_FAULTS)) {
    it(`should find ${first} before ${second} in a hello`, async () => {
      expect(await codeOfHello(b, a)).to.equal(a.code)
    })
  }

  for (const [[first, a], [second, b]] of pairsOf(HEADER_FAULTS)) {
    it(`should find ${first} before ${second} in a line 2`, async () => {
      expect(await codeOfHeader(a, b)).to.equal(a.code)
    })
  }
})
