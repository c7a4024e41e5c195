import { expect } from 'aegir/chai'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { base64, concat, EvilPeer, text, utf8 } from '../fixtures/evil-peer.ts'
import type { EvilInit, Hook } from '../fixtures/evil-peer.ts'

describe('attacks: JSON', () => {
  guard()

  async function attack (role: 'dialer' | 'listener', init: Partial<EvilInit>): Promise<Victim> {
    const victim = await Victim[role === 'dialer' ? 'listener' : 'dialer']()
    new EvilPeer(victim.wire, { role, privateKey: await keyOf('Ed25519', 'evil'), ...init }).handshake().catch(() => {})

    return victim
  }

  /** Breaks the four texts that a peer sends, in both roles. */
  async function refuses (hook: Hook): Promise<void> {
    for (const role of ['dialer', 'listener'] as const) {
      await (await attack(role, { hello: hook })).failsWith('ERR_MALFORMED_HELLO')
      await (await attack(role, { line2: hook })).failsWith('ERR_MALFORMED_HEADER')
      await (await attack(role, { header: hook })).failsWith('ERR_MALFORMED_HEADER')
      await (await attack(role, { payload: hook })).failsWith('ERR_MALFORMED_HEADER')
    }
  }

  /** The message with a member more at its end, as text. */
  function append (member: string): Hook {
    return message => `${JSON.stringify(message).slice(0, -1)},${member}}`
  }

  const notObjects: Record<string, string> = {
    nothing: '',
    null: 'null',
    'a number': '1',
    'a text': '"hello"',
    'a list': '[]',
    'a list of an object': '[{}]',
    'an empty object': '{}',
    'a cut object': '{"v":1',
    'two objects': '{}{}',
    'a trailing comma': '{"v":1,}',
    'a comment': '{/**/}',
    'single quotes': '{\'v\':1}',
    NaN: '{"v":NaN}',
    'a control character': '{"v":"\u0001"}'
  }

  for (const [what, json] of Object.entries(notObjects)) {
    it(`should refuse ${what}`, async () => {
      await refuses(() => json)
    })
  }

  it('should refuse a byte order mark', async () => {
    await refuses(message => `\ufeff${JSON.stringify(message)}`)
  })

  const invalid: Record<string, number[]> = {
    'a lone continuation byte': [0x80],
    'a cut sequence': [0xe2, 0x82],
    'an overlong slash': [0xc0, 0xaf],
    'a surrogate': [0xed, 0xa0, 0x80],
    'above U+10FFFF': [0xf4, 0x90, 0x80, 0x80],
    'a byte that UTF-8 never has': [0xff]
  }

  for (const [what, bytes] of Object.entries(invalid)) {
    it(`should refuse UTF-8 that is none: ${what}`, async () => {
      const hook: Hook = message => concat(utf8(`${JSON.stringify(message).slice(0, -1)},"x":"`), Uint8Array.from(bytes), utf8('"}\n'))

      for (const role of ['dialer', 'listener'] as const) {
        await (await attack(role, { hello: hook })).failsWith('ERR_MALFORMED_HELLO')
        await (await attack(role, { line2: hook })).failsWith('ERR_MALFORMED_HEADER')
        await (await attack(role, { header: hook })).failsWith('ERR_MALFORMED_HEADER')
      }
    })
  }

  for (const escape of ['\\ud800', '\\udc00', '\\udc00\\ud800', '\\uD83D', 'x\\uDFFFx']) {
    it(`should refuse the lone surrogate ${escape}, in a value and in a name`, async () => {
      await refuses(append(`"x":"${escape}"`))
      await refuses(append(`"${escape}":1`))
      await refuses(append(`"x":[{"y":["${escape}"]}]`))
    })
  }

  it('should take an escaped pair of surrogates', async () => {
    await (await attack('dialer', { hello: append('"x":"\\ud83d\\ude00"'), payload: append('"x":"\\ud83d\\ude00"') })).secured
  })

  it('should refuse wrong types in the place of every member', async () => {
    for (const value of [null, 1, true, {}, [], [1], '', ['']]) {
      for (const member of ['token', 'dh', 'ciphers']) {
        await (await attack('dialer', { hello: hello => { hello[member] = value } })).failsWith('ERR_MALFORMED_HELLO')
      }

      for (const member of ['group', 'public']) {
        await (await attack('dialer', { hello: hello => { hello.dh[0][member] = value } })).failsWith('ERR_MALFORMED_HELLO')
      }

      for (const member of ['kem', 'header']) {
        await (await attack('dialer', { line2: line2 => { line2[member] = value } })).failsWith('ERR_MALFORMED_HEADER')
      }

      await (await attack('dialer', { header: header => { header.payload = value } })).failsWith('ERR_MALFORMED_HEADER')

      for (const member of ['token', 'role', 'key']) {
        const victim = await attack('dialer', { payload: payload => { payload[member] = value } })
        const code = value !== '' ? 'ERR_MALFORMED_HEADER' : { token: 'ERR_TOKEN_ECHO', role: 'ERR_ROLE', key: 'ERR_MALFORMED_HEADER' }[member]
        await victim.failsWith(code ?? '')
      }
    }
  })

  it('should refuse names in lists that are none, or are there twice', async () => {
    const names = ['', 'A', 'x25519 ', 'x_', 'x'.repeat(33), 'é', '\u0000', 'x25519\n']

    for (const name of names) {
      await (await attack('dialer', { hello: hello => { hello.ciphers.push(name) } })).failsWith('ERR_MALFORMED_HELLO')
      await (await attack('dialer', { hello: hello => { hello.dh.push({ group: name, public: '' }) } })).failsWith('ERR_MALFORMED_HELLO')
    }

    await (await attack('dialer', { hello: hello => { hello.ciphers.push(hello.ciphers[0]) } })).failsWith('ERR_MALFORMED_HELLO')
    await (await attack('dialer', { hello: hello => { hello.dh.push(hello.dh[1]) } })).failsWith('ERR_MALFORMED_HELLO')
    await (await attack('dialer', { hello: hello => { hello.dh.push({ group: 'x', public: '' }, { group: 'x', public: 'AA==' }) } })).failsWith('ERR_MALFORMED_HELLO')
  })

  it('should refuse lists that are longer than they may be', async () => {
    const list = (length: number): string[] => Array.from({ length }, (_, i) => `name-${i}`)
    const dh = (length: number): Hook => hello => { hello.dh.push(...list(length).map(group => ({ group, public: '' }))) }

    await (await attack('dialer', { hello: hello => { hello.ciphers.push(...list(15)) } })).failsWith('ERR_MALFORMED_HELLO')
    await (await attack('dialer', { hello: dh(7) })).failsWith('ERR_MALFORMED_HELLO')
    await (await attack('dialer', { hello: hello => { hello.ciphers.push(...list(14)) } })).secured
    await (await attack('dialer', { hello: dh(6) })).secured
  })

  it('should take the last of two members alike on both sides, so that nothing is gained', async () => {
    // the raw bytes are hashed and signed, whatever a parser makes of them
    const victim = await attack('dialer', { ciphers: ['chacha20-poly1305'], hello: append('"ciphers":["aes-256-gcm"]') })
    expect((await victim.secured).remoteExtensions.cipher).to.equal('aes-256-gcm')

    await (await attack('dialer', { hello: append('"token":"AA=="') })).failsWith('ERR_MALFORMED_HELLO')
    await (await attack('dialer', { payload: append('"role":"listener"') })).failsWith('ERR_ROLE')
    await (await attack('dialer', { payload: append('"key":{"type":"rsa","public":""}') })).failsWith('ERR_INVALID_KEY')
    await (await attack('dialer', { header: append('"hash":""') })).failsWith('ERR_SIGNATURE')
    await (await attack('dialer', { header: append('"payload":"{}"') })).failsWith('ERR_MALFORMED_HEADER')
  })

  it('should not be moved by the names of a prototype', async () => {
    const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf']
    const members = names.map(name => `"${name}":{"v":2,"polluted":true}`).join()
    const extensions = `"extensions":{${names.map(name => `"${name}":"${base64(utf8(name))}"`).join()}}`

    for (const role of ['dialer', 'listener'] as const) {
      const victim = await attack(role, { hello: append(members), line2: append(members), header: append(members), payload: append(`${members},${extensions}`) })
      const { remoteExtensions: { extensions: received } } = await victim.secured

      expect(Object.keys(received)).to.deep.equal(names)
      expect(Object.getPrototypeOf(received)).to.be.null()
      expect(Object.entries(received).map(([name, value]) => name === text(value))).to.not.include(false)
      expect(({} as any).polluted).to.be.undefined()
      expect(Object.prototype.toString.call({})).to.equal('[object Object]')
    }
  })

  it('should not take a member from a prototype', async () => {
    await (await attack('dialer', { hello: hello => `{"__proto__":${JSON.stringify(hello)}}` })).failsWith('ERR_MALFORMED_HELLO')
    await (await attack('dialer', { payload: payload => `{"__proto__":${JSON.stringify(payload)}}` })).failsWith('ERR_MALFORMED_HEADER')
    await (await attack('dialer', { payload: payload => { payload.extensions = {} } })).failsWith('ERR_MALFORMED_HEADER')
  })

  it('should not take a member from a prototype that somebody else polluted', async () => {
    const defaults: Record<string, unknown> = { v: 1, token: base64(new Uint8Array(64)), reject: 'polluted', muxers: [], extensions: {} }

    for (const [name, value] of Object.entries(defaults)) {
      // eslint-disable-next-line no-extend-native
      Object.defineProperty(Object.prototype, name, { value, configurable: true })

      try {
        if (name === 'v' || name === 'token') {
          await (await attack('dialer', { hello: ({ [name]: _, ...hello }) => hello })).failsWith('ERR_MALFORMED_HELLO')
        } else {
          await (await attack('dialer', {})).secured
        }
      } finally {
        delete (Object.prototype as any)[name]
      }
    }
  })

  for (const [what, deep] of Object.entries({
    'lists in lists': '['.repeat(7000) + ']'.repeat(7000),
    'objects in objects': '{"x":'.repeat(2000) + '1' + '}'.repeat(2000),
    'lists in lists that are never closed': '['.repeat(14_000),
    'lists in lists with an escape': '['.repeat(5000) + '"\\ud83d\\ude00"' + ']'.repeat(5000)
  })) {
    it(`should take or refuse ${what} without trouble`, async () => {
      const victim = await Victim.listener()
      victim.wire.send(utf8(`{"v":1,"deep":${deep}}\n`))

      await victim.failsWith('ERR_MALFORMED_HELLO')
    })
  }

  for (const [what, deep] of Object.entries({
    'lists in lists': '['.repeat(4000) + ']'.repeat(4000),
    'objects in objects': '{"x":'.repeat(1000) + '1' + '}'.repeat(1000),
    'lists in lists with an escape': '['.repeat(4000) + '"\\ud83d\\ude00"' + ']'.repeat(4000)
  })) {
    it(`should take or refuse ${what} in every message without trouble`, async () => {
      for (const role of ['dialer', 'listener'] as const) {
        for (const part of ['hello', 'line2', 'header', 'payload']) {
          const { secured } = await attack(role, { [part]: append(`"deep":${deep}`) })
          const code = await secured.then(() => undefined, err => err.code)

          expect(code, `${part} of a ${role}`).to.be.oneOf([undefined, part === 'hello' ? 'ERR_MALFORMED_HELLO' : 'ERR_MALFORMED_HEADER'])
        }
      }
    })
  }

  it('should take numbers, texts and names of any size that a line holds', async () => {
    for (const member of [`"x":${'9'.repeat(8000)}`, `"x":1e${'9'.repeat(100)}`, `"${'x'.repeat(8000)}":1`, `"x":[${'0,'.repeat(4000)}0]`]) {
      await (await attack('dialer', { hello: append(member) })).secured
    }
  })
})
