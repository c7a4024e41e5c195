import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { base64, EvilPeer } from '../fixtures/evil-peer.ts'
import type { EvilInit } from '../fixtures/evil-peer.ts'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Every text that a careless decoder takes for the same bytes, or for none. */
function variants (text: string): Record<string, string> {
  const last = text.replace(/[=]+$/, '').length - 1
  const spare = text.endsWith('=') ? text.slice(0, last) + LETTERS[LETTERS.indexOf(text[last]) | 1] + text.slice(last + 1) : `${text}A`

  return {
    'no padding': text.endsWith('=') ? text.replace(/[=]+$/, '') : text.slice(0, -1),
    'more padding': `${text}=`,
    'padding in the middle': `${text.slice(0, 4)}====${text.slice(4)}`,
    'spare bits': spare,
    'the alphabet of URLs': `-_${text.slice(2)}`,
    'white space around': ` ${text}`,
    'a line break': `${text.slice(0, 8)}\n${text.slice(8)}`,
    'a character that is none': `!${text.slice(1)}`,
    'a character that is not ASCII': `\u0410${text.slice(1)}`,
    NUL: `${text}\0`
  }
}

describe('attacks: base64 that is not canonical', () => {
  guard()

  async function refuses (init: Partial<EvilInit>, code: string): Promise<void> {
    for (const role of ['dialer', 'listener'] as const) {
      const victim = await Victim[role === 'dialer' ? 'listener' : 'dialer']()
      new EvilPeer(victim.wire, { role, privateKey: await keyOf('Ed25519', 'evil'), ...init }).handshake().catch(() => {})

      await victim.failsWith(code)
    }
  }

  for (const what of Object.keys(variants('AAAA'))) {
    it(`should refuse it in a hello: ${what}`, async () => {
      await refuses({ hello: hello => { hello.token = variants(hello.token)[what] } }, 'ERR_MALFORMED_HELLO')
      await refuses({ hello: hello => { hello.dh[0].public = variants(hello.dh[0].public)[what] } }, 'ERR_MALFORMED_HELLO')
      await refuses({ hello: hello => { hello.dh[1].public = variants(hello.dh[1].public)[what] } }, 'ERR_MALFORMED_HELLO')
      await refuses({ hello: hello => { hello.dh.push({ group: 'unknown', public: variants(base64(new Uint8Array(10)))[what] }) } }, 'ERR_MALFORMED_HELLO')
    })

    it(`should refuse it in a line 2: ${what}`, async () => {
      await refuses({ line2: line2 => { line2.kem = variants(line2.kem)[what] } }, 'ERR_MALFORMED_HEADER')
      await refuses({ line2: line2 => { line2.header = variants(line2.header)[what] } }, 'ERR_MALFORMED_HEADER')
    })

    it(`should refuse it in a header: ${what}`, async () => {
      await refuses({ header: header => { header.hash = variants(header.hash)[what] } }, 'ERR_MALFORMED_HEADER')
      await refuses({ payload: payload => { payload.token = variants(payload.token)[what] } }, 'ERR_MALFORMED_HEADER')
      await refuses({ payload: payload => { payload.extensions = { name: variants(base64(new Uint8Array(10)))[what] } } }, 'ERR_MALFORMED_HEADER')
    })
  }
})
