import { expect } from 'aegir/chai'
import * as errors from '../../src/errors.ts'
import { securePeer } from '../../src/index.ts'
import { middle } from './fixtures/middle.ts'
import { attempt, close, closed, closeOf, connect, errorOf, nextMessage } from './fixtures/secure.ts'
import type { Middle, Towards } from './fixtures/middle.ts'
import type { SecurePeerInit } from '../../src/index.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const flipLast = (bytes: Uint8Array): Uint8Array => bytes.with(-1, bytes[bytes.byteLength - 1] ^ 1)

describe('options', () => {
  const wrong: Record<string, { init: object, says: RegExp }> = {
    'an unknown cipher': { init: { ciphers: ['aes-256-gcm', 'rc4'] }, says: /aes-256-gcm, chacha20-poly1305, aes-128-gcm.*rc4/ },
    'an unknown group': { init: { groups: ['modp5'] }, says: /x25519mlkem768, x25519.*modp5/ },
    'a cipher twice': { init: { ciphers: ['aes-256-gcm', 'aes-256-gcm'] }, says: /ciphers .*each once/ },
    'no cipher': { init: { ciphers: [] }, says: /ciphers .*none/ },
    'no group': { init: { groups: [] }, says: /groups .*none/ },
    'no time': { init: { handshakeTimeout: 0 }, says: /handshakeTimeout/ },
    'a timeout that is not a number': { init: { handshakeTimeout: 'soon' }, says: /handshakeTimeout/ },
    'an extension that is not bytes': { init: { extensions: { app: 'chat' } }, says: /extension app/ }
  }

  for (const [what, { init, says }] of Object.entries(wrong)) {
    it(`should throw at once for ${what}`, () => {
      expect(() => securePeer(init as SecurePeerInit)).to.throw(errors.InvalidOptionError, says)
        .and.include({ name: 'InvalidOptionError', code: 'ERR_INVALID_OPTION' })
    })
  }

  it('should take all options together', () => {
    expect(securePeer({
      ciphers: ['aes-128-gcm'],
      groups: ['x25519'],
      identify: [() => {}],
      extensions: { app: new Uint8Array() },
      handshakeTimeout: 1
    })).to.be.a('function')
  })
})

describe('errors', () => {
  it('should have a name that is the class\'s, and a message that begins with the code', () => {
    const family = [
      new errors.InvalidOptionError('this'),
      new errors.ProtocolViolationError('ERR_MALFORMED_HELLO', 'this'),
      new errors.NegotiationError('ERR_NO_COMMON_GROUP', 'this'),
      new errors.AuthenticationError('ERR_SIGNATURE', 'this'),
      new errors.IdentityRejectedError('this'),
      new errors.RefusedError('this'),
      new errors.RejectedError('this'),
      new errors.HandshakeTimeoutError(1),
      new errors.CarrierClosedError(),
      new errors.TruncatedError()
    ]

    for (const err of family) {
      expect(err).to.be.an.instanceOf(errors.SecurePeerError)
      expect(err.name).to.equal(err.constructor.name)
      expect(err.message).to.match(new RegExp(`^${err.code}: \\S`))
    }

    expect(new Set(family.map(({ name }) => name)).size).to.equal(family.length)
  })

  it('should show both lists when there is no common cipher', async () => {
    const { dialer, listener } = await attempt({
      dialer: { init: { ciphers: ['aes-256-gcm'] } },
      listener: { init: { ciphers: ['aes-128-gcm'] } }
    })

    expect(errorOf(dialer)).to.include({ name: 'NegotiationError', code: 'ERR_NO_COMMON_CIPHER' })
    expect(errorOf(dialer).message).to.include('ours aes-256-gcm; theirs aes-128-gcm')

    // whoever notices first closes
    expect(errorOf(listener).message).to.match(/^ERR_(NO_COMMON_CIPHER|CARRIER_CLOSED)/)
  })

  it('should show both lists when there is no common group', async () => {
    const { dialer } = await attempt({
      dialer: { init: { groups: ['x25519mlkem768'] } },
      listener: { init: { groups: ['x25519'] } }
    })

    expect(errorOf(dialer).message).to.equal('ERR_NO_COMMON_GROUP: no common group: ours x25519mlkem768; theirs x25519')
  })

  it('should tell the dialer that there is no common muxer', async () => {
    const { dialer, listener } = await attempt({ dialer: { muxers: ['/a'] }, listener: { muxers: ['/b'] } })

    expect(errorOf(listener)).to.include({ code: 'ERR_NO_COMMON_MUXER' })
    expect(errorOf(dialer).message).to.match(/^ERR_REFUSED: .*the dialer has \/a, the listener \/b/)
  })

  it('should notice that the connection was steered to this encrypter', async () => {
    const { dialer, listener } = await attempt({
      dialer: { encrypters: ['/noise', '/secure-peer/1.0.0'] },
      listener: { encrypters: ['/secure-peer/1.0.0', '/noise'] }
    })

    expect(errorOf(listener)).to.include({ code: 'ERR_STEERED' })
    expect(errorOf(dialer).message).to.match(/^ERR_REFUSED: .*ERR_STEERED/)
  })

  it('should fail at once when the caller has aborted already', async () => {
    const { dialer, listener } = await attempt({ dialer: { options: { signal: AbortSignal.abort(new Error('too late')) } } })

    expect(errorOf(dialer).message).to.equal('too late')
    expect(errorOf(listener)).to.include({ code: 'ERR_CARRIER_CLOSED' })
  })

  it('should give up on a dialer that says nothing', async () => {
    const { carriers } = middle(() => undefined)
    const { listener } = await attempt({ carriers, listener: { init: { handshakeTimeout: 50 } } })

    expect(errorOf(listener)).to.include({ name: 'HandshakeTimeoutError', code: 'ERR_HANDSHAKE_TIMEOUT' })
  })
})

describe('bad input in the handshake', () => {
  const HELLO = '{"v":1,"token":"","dh":[],"ciphers":[]}\n'
  const endless = new Uint8Array(20_000).fill(0x20)

  // each write of the carrier towards a side, by its number: the listener's hello
  // and header go to the dialer, the dialer's hello with its header to the listener
  const inputs: Array<{ what: string, towards: Towards, write: number, bytes (bytes: Uint8Array): Uint8Array, code: string }> = [
    { what: 'a hello that is no JSON', towards: 'dialer', write: 0, bytes: () => utf8('GET / HTTP/1.1\n'), code: 'ERR_MALFORMED_HELLO' },
    { what: 'a hello with empty members', towards: 'listener', write: 0, bytes: () => utf8(HELLO), code: 'ERR_MALFORMED_HELLO' },
    { what: 'an endless hello', towards: 'dialer', write: 0, bytes: () => endless, code: 'ERR_LINE_TOO_LONG' },
    { what: 'an endless hello', towards: 'listener', write: 0, bytes: () => endless, code: 'ERR_LINE_TOO_LONG' },
    { what: 'a header that is no JSON', towards: 'dialer', write: 1, bytes: () => utf8('header\n'), code: 'ERR_MALFORMED_HEADER' },
    { what: 'an endless header', towards: 'dialer', write: 1, bytes: () => endless, code: 'ERR_LINE_TOO_LONG' },
    { what: 'a header without its seal', towards: 'dialer', write: 1, bytes: bytes => changeHeader(bytes), code: 'ERR_HEADER_AUTH' },
    { what: 'a header without its seal', towards: 'listener', write: 0, bytes: bytes => changeHeader(bytes), code: 'ERR_HEADER_AUTH' }
  ]

  for (const { what, towards, write, bytes, code } of inputs) {
    it(`should have a ${towards} close on ${what}`, async () => {
      let writes = 0

      const { carriers } = middle((sent, to) => to === towards && writes++ === write ? bytes(sent) : sent)
      const outcome = await attempt({ carriers })

      expect(errorOf(outcome[towards])).to.include({ code })
      await Promise.all(carriers.map(closed))
    })
  }

  for (const [what, towards] of [['before its hello', 'dialer'], ['before its header', 'listener']] as const) {
    it(`should have a ${towards} notice that the other side leaves ${what}`, async () => {
      const between = middle()

      between.forward = (bytes, to) => {
        if (to === towards) {
          between.cut(towards)
        } else {
          return bytes
        }
      }

      const outcome = await attempt({ carriers: between.carriers })

      expect(errorOf(outcome[towards])).to.include({ name: 'CarrierClosedError', code: 'ERR_CARRIER_CLOSED' })
    })
  }

  it('should hold a dialer back that sends more than a handshake', async () => {
    const { carriers } = middle((bytes, to) => to === 'listener' ? new Uint8Array([...bytes, ...new Uint8Array(20_000)]) : bytes)
    let paused = false
    carriers[1].pause = () => { paused = true }

    // the listener waits for its identify step, which nobody ends
    await attempt({ carriers, listener: { init: { handshakeTimeout: 50, identify: async () => new Promise(() => {}) } } })

    expect(paused).to.equal(true)
  })
})

describe('bad input in records', () => {
  const inputs: Array<{ what: string, code: string, act (between: Middle): void }> = [
    { what: 'a changed record', code: 'ERR_RECORD_AUTH', act: between => { between.forward = flipLast } },
    { what: 'a repeated record', code: 'ERR_RECORD_AUTH', act: between => { between.forward = bytes => new Uint8Array([...bytes, ...bytes]) } },
    { what: 'an unknown type', code: 'ERR_MALFORMED_RECORD', act: between => { between.forward = bytes => bytes.with(0, 9) } },
    { what: 'a record that is too long', code: 'ERR_MALFORMED_RECORD', act: between => { between.forward = () => Uint8Array.of(1, 0xff, 0xff, 0xff) } },
    { what: 'a record that is too short', code: 'ERR_MALFORMED_RECORD', act: between => { between.forward = () => Uint8Array.of(1, 0, 0, 15) } }
  ]

  for (const { what, code, act } of inputs) {
    it(`should close on ${what} and release none of it`, async () => {
      const between = middle()
      const { dialer, listener } = await connect({ carriers: between.carriers })
      const released: Uint8Array[] = []
      listener.connection.addEventListener('message', event => { released.push(event.data.subarray()) })

      dialer.connection.send(utf8('good'))
      await nextMessage(listener)
      act(between)
      dialer.connection.send(utf8('bad'))
      const { error } = await closeOf(listener)

      expect(error).to.include({ code })

      // a repeated record was a good one the first time
      expect(released.map(bytes => new TextDecoder().decode(bytes)).join()).to.equal(what === 'a repeated record' ? 'good,bad' : 'good')
      await Promise.all(between.carriers.map(closed))
      expect((await closeOf(dialer)).error).to.have.property('name', 'TruncatedError')
    })
  }

  it('should tell a cut connection from a closed one', async () => {
    const between = middle()
    const { dialer, listener } = await connect({ carriers: between.carriers })
    const received = nextMessage(listener)
    dialer.connection.send(utf8('and then'))
    await received
    between.cut('listener')

    expect((await closeOf(listener)).error).to.include({ name: 'TruncatedError', code: 'ERR_TRUNCATED' })
  })

  it('should notice when the end of a record is missing', async () => {
    const between = middle()
    const { dialer, listener } = await connect({ carriers: between.carriers })

    between.forward = bytes => {
      queueMicrotask(() => { between.cut('listener') })

      return bytes.subarray(0, -1)
    }
    dialer.connection.send(utf8('cut short'))

    expect((await closeOf(listener)).error).to.include({ code: 'ERR_TRUNCATED' })
  })

  for (const side of ['dialer', 'listener'] as const) {
    it(`should close without an error when a ${side} does`, async () => {
      const sides = await connect()
      await close(sides[side], side === 'dialer' ? sides.listener : sides.dialer)

      expect((await closeOf(sides.dialer)).error).to.equal(undefined)
      expect((await closeOf(sides.listener)).error).to.equal(undefined)
      await Promise.all(sides.carriers.map(closed))
    })
  }

  it('should deliver all that was written before a close', async () => {
    const { dialer, listener } = await connect()
    let bytes = 0
    listener.connection.addEventListener('message', event => { bytes += event.data.byteLength })

    for (let i = 0; i < 100; i++) {
      dialer.connection.send(new Uint8Array(10_000))
    }

    await close(dialer, listener)
    expect(bytes).to.equal(1_000_000)
  })

  it('should reset the other side by an abort', async () => {
    const { dialer, listener } = await connect()
    dialer.connection.abort(new Error('enough'))

    expect((await closeOf(dialer)).error?.message).to.equal('enough')
    expect((await closeOf(listener)).error).to.have.property('name', 'TruncatedError')
  })
})

// one character of the sealed header, which stands last in line 2
function changeHeader (bytes: Uint8Array): Uint8Array {
  const line = new TextDecoder().decode(bytes)
  const start = line.lastIndexOf('"header":"') + '"header":"'.length

  return utf8(`${line.slice(0, start)}${line[start] === 'A' ? 'B' : 'A'}${line.slice(start + 1)}`)
}
