import { expect } from 'aegir/chai'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { EvilPeer, utf8 } from '../fixtures/evil-peer.ts'
import type { EvilInit } from '../fixtures/evil-peer.ts'

// clears a screen, rewrites the line before, begins a line of its own, turns the direction of text
const FORGED = '\u001b[2J\rx\n2026-01-01 admin logged in\u009b1A\u202eko\u2028'
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/ // eslint-disable-line no-control-regex

describe('attacks: what a peer writes into logs', () => {
  guard()

  // raw, where JSON lets it through, and where it ends up in the parser's own message
  const raw = FORGED.replaceAll(/["\\]/g, '')

  const attacks: Record<string, [init: Partial<EvilInit>, code: string]> = {
    'in a hello that is no JSON': [{ hello: () => utf8(`${raw.replaceAll('\n', '')}\n`) }, 'ERR_MALFORMED_HELLO'],
    'after a hello': [{ hello: hello => utf8(`${JSON.stringify(hello)}${raw.replaceAll('\n', '')}\n`) }, 'ERR_MALFORMED_HELLO'],
    'in the name of a group': [{ hello: hello => { hello.dh.push({ group: FORGED, public: '' }) } }, 'ERR_MALFORMED_HELLO'],
    'in the name of a cipher': [{ hello: hello => { hello.ciphers.push(FORGED) } }, 'ERR_MALFORMED_HELLO'],
    'in a line 2 that is no JSON': [{ line2: () => utf8(`${raw.replaceAll('\n', '')}\n`) }, 'ERR_MALFORMED_HEADER'],
    'in a header that is no JSON': [{ header: () => utf8(raw) }, 'ERR_MALFORMED_HEADER'],
    'in a payload that is no JSON': [{ header: header => { header.payload = FORGED } }, 'ERR_MALFORMED_HEADER'],
    'in a role': [{ payload: payload => { payload.role = FORGED } }, 'ERR_ROLE'],
    'in the type of a key': [{ payload: payload => { payload.key.type = FORGED } }, 'ERR_INVALID_KEY'],
    'in the name of an extension that is no text': [{ payload: payload => { payload.extensions = { [FORGED]: 1 } } }, 'ERR_MALFORMED_HEADER'],
    'in the name of an extension that is no base64': [{ payload: payload => { payload.extensions = { [FORGED]: '?' } } }, 'ERR_MALFORMED_HEADER'],
    'in the name of a muxer': [{ payload: payload => { payload.muxers = [FORGED] } }, 'ERR_NO_COMMON_MUXER'],
    'in the name of an encrypter': [{ payload: payload => { payload.encrypters = [FORGED] } }, 'ERR_STEERED'],
    'in a refusal': [{ header: () => JSON.stringify({ reject: FORGED }) }, 'ERR_MALFORMED_HEADER']
  }

  for (const [where, [init, code]] of Object.entries(attacks)) {
    for (const role of ['dialer', 'listener'] as const) {
      it(`should be printable, of a ${role}, ${where}`, async () => {
        const victim = await Victim[role === 'dialer' ? 'listener' : 'dialer']({ muxers: ['/yamux/1.0.0'], encrypters: ['/secure-peer/1.0.0'] })
        new EvilPeer(victim.wire, { role, privateKey: await keyOf('Ed25519', 'evil'), ...init }).handshake().catch(() => {})

        for (let err: any = await victim.failsWith(code); err != null; err = err.cause) {
          expect(err.message, err.name).to.not.match(CONTROL)
        }
      })
    }
  }
})
