import { createPrivateKey, createPublicKey, generateKeyPairSync, getDiffieHellman, randomBytes } from 'node:crypto'
import { expect } from 'aegir/chai'
import { generateKeys } from '../../src/keys/index.ts'
import { classicCipher } from '../../src/stream/classic/cipher.ts'
import { MAX_FRAME_LINE_BYTES } from '../../src/stream/classic/constants.ts'
import { FrameReader } from '../../src/stream/classic/frame-reader.ts'
import { FrameWriter } from '../../src/stream/classic/frame-writer.ts'
import { signText } from '../../src/stream/classic/header.ts'
import { secure } from '../../src/stream/index.ts'
import { closed, nextTurn } from '../stream/events.ts'
import type { Keys } from '../../src/keys/index.ts'
import type { SecureStream } from '../../src/stream/index.ts'

interface Payload {
  token: unknown
  key: unknown
  dh: unknown
  ciphers: unknown
}

describe('0.2 with a hostile peer', () => {
  let ours: Keys
  let theirs: Keys

  before(async () => {
    ours = await generateKeys()
    theirs = await generateKeys()
  })

  describe('in the header', () => {
    const dhOf = (bytes: Buffer): Partial<Payload> => ({ dh: { group: 'modp5', public: bytes.toString('base64') } })
    const prime = getDiffieHellman('modp5').getPrime()
    const [one, most] = [Buffer.of(1), Buffer.from(prime)]
    most[most.length - 1]--

    const cases: Array<[title: string, line: () => string | Buffer, code: string]> = [
      ['no JSON', () => 'beep boop\n', 'ERR_MALFORMED_HEADER'],
      ['an empty line', () => '\n', 'ERR_MALFORMED_HEADER'],
      ['JSON that is no object', () => '[]\n', 'ERR_MALFORMED_HEADER'],
      ['null', () => 'null\n', 'ERR_MALFORMED_HEADER'],
      ['bytes that are no UTF-8', () => Buffer.from([0xff, 0xfe, 0x0a]), 'ERR_MALFORMED_HEADER'],
      ['no payload', () => '{"hash":""}\n', 'ERR_MALFORMED_HEADER'],
      ['a payload that is no JSON', () => '{"hash":"","payload":"x"}\n', 'ERR_MALFORMED_HEADER'],
      ['no key', () => header({ key: undefined }), 'ERR_MALFORMED_HEADER'],
      ['a key that is no PEM', () => header({ key: { type: 'rsa', public: 'x' } }), 'ERR_INVALID_KEY'],
      ['a private key', () => header({ key: { type: 'rsa', public: theirs.private } }), 'ERR_INVALID_KEY'],
      ['an Ed25519 key', () => header({ key: { type: 'rsa', public: pem(generateKeyPairSync('ed25519').publicKey) } }), 'ERR_INVALID_KEY'],
      ['another key than the one that signed', () => header({ key: { type: 'rsa', public: ours.public } }), 'ERR_SIGNATURE'],
      ['a signature over something else', () => `${JSON.stringify({ hash: signText(createPrivateKey(theirs.private), 'x'), payload: payload({}) })}\n`, 'ERR_SIGNATURE'],
      ['no dh', () => header({ dh: undefined }), 'ERR_MALFORMED_HEADER'],
      ['another group', () => header({ dh: { group: 'modp1', public: '' } }), 'ERR_MALFORMED_HEADER'],
      ['no DH key', () => header(dhOf(Buffer.of())), 'ERR_INVALID_KEY'],
      ['the DH key 0', () => header(dhOf(Buffer.of(0))), 'ERR_INVALID_KEY'],
      ['the DH key 1', () => header(dhOf(one)), 'ERR_INVALID_KEY'],
      ['the DH key p - 1', () => header(dhOf(most)), 'ERR_INVALID_KEY'],
      ['the DH key p', () => header(dhOf(prime)), 'ERR_INVALID_KEY'],
      ['no ciphers', () => header({ ciphers: [] }), 'ERR_MALFORMED_HEADER'],
      ['ciphers that are no list', () => header({ ciphers: 'RC4' }), 'ERR_MALFORMED_HEADER'],
      ['ciphers that are no names', () => header({ ciphers: [null, {}, 1] }), 'ERR_NO_COMMON_CIPHER'],
      ['no common cipher', () => header({ ciphers: ['DES', '\u001b[2J'] }), 'ERR_NO_COMMON_CIPHER'],
      ['a token that is no string', () => header({ token: 1 }), 'ERR_MALFORMED_HEADER'],
      ['a line that never ends', () => Buffer.alloc(20_000, 'x'), 'ERR_LINE_TOO_LONG']
    ]

    for (const [title, line, code] of cases) {
      it(`should end at ${title}`, async () => {
        const sec = listener()
        sec.write(line())

        expect(await closed(sec)).to.have.property('code', code)
        expect(sec.destroyed).to.be.true()
      })
    }

    it('should end when it is its own header', async () => {
      const sec = listener()
      sec.pipe(sec)

      expect(await closed(sec)).to.have.property('code', 'ERR_REFLECTION')
    })

    it('should end when the wire does', async () => {
      const sec = listener()
      sec.end(header({}).slice(0, -1))

      expect(await closed(sec)).to.have.property('code', 'ERR_CARRIER_CLOSED')
    })

    it('should not show a terminal what the peer made up', async () => {
      const sec = listener()
      sec.write(header({ ciphers: ['\u001b[2J'] }))

      expect(await closed(sec)).to.have.property('message').that.does.not.include('\u001b')
    })

    it('should not crash at random bytes', async () => {
      for (let i = 0; i < 100; i++) {
        const sec = listener()
        sec.write(randomBytes(i * 3))
        sec.end('\n')

        expect(await closed(sec)).to.have.property('code').that.matches(/^ERR_/)
      }
    })
  })

  describe('in frames', () => {
    type Tamper = (frames: string[]) => Array<string | Buffer>

    const cases: Array<[title: string, tamper: Tamper, code: string, received: string]> = [
      ['frames in another order', ([beep, boop, end]) => [boop, beep, end], 'ERR_RECORD_AUTH', ''],
      ['a frame left out', ([, boop, end]) => [boop, end], 'ERR_RECORD_AUTH', ''],
      ['a frame twice', ([beep, , end]) => [beep, beep, end], 'ERR_RECORD_AUTH', 'beep'],
      ['the end too early', ([beep, , end]) => [beep, end], 'ERR_RECORD_AUTH', 'beep'],
      ['an end that is not signed', ([beep]) => [beep, '[""]\n'], 'ERR_RECORD_AUTH', 'beep'],
      ['a changed ciphertext', ([beep, boop]) => [beep, change(boop, 0)], 'ERR_RECORD_AUTH', 'beep'],
      ['a changed signature', ([beep, boop]) => [beep, change(boop, 1)], 'ERR_RECORD_AUTH', 'beep'],
      ['no JSON', ([beep]) => [beep, 'x\n'], 'ERR_MALFORMED_RECORD', 'beep'],
      ['an empty line', ([beep]) => [beep, '\n'], 'ERR_MALFORMED_RECORD', 'beep'],
      ['an empty array', ([beep]) => [beep, '[]\n'], 'ERR_MALFORMED_RECORD', 'beep'],
      ['three strings', ([beep]) => [beep, '["","",""]\n'], 'ERR_MALFORMED_RECORD', 'beep'],
      ['numbers', ([beep]) => [beep, '[1,2]\n'], 'ERR_MALFORMED_RECORD', 'beep'],
      ['an object', ([beep]) => [beep, '{"length":1,"0":""}\n'], 'ERR_MALFORMED_RECORD', 'beep'],
      ['more after the end', frames => [...frames, frames[0]], 'ERR_RECORD_AFTER_END', 'beepboop'],
      ['a frame that never ends', ([beep]) => [beep, Buffer.alloc(MAX_FRAME_LINE_BYTES + 1, 'x')], 'ERR_LINE_TOO_LONG', 'beep']
    ]

    for (const [title, tamper, code, expected] of cases) {
      it(`should end at ${title}`, async () => {
        const { sec, received, frames } = await connected()
        tamper(frames).forEach(frame => { sec.write(frame) })

        expect(await closed(sec)).to.have.property('code', code)
        expect(received()).to.equal(expected)
      })
    }

    // before any signature was looked at: whoever is on the path can send it
    it('should not make objects of a line that is no frame', () => {
      let error: unknown
      const secrets = { cipher: classicCipher('AES-128-CBC', ''), token: '', privateKey: createPrivateKey(theirs.private), remoteKey: createPublicKey(theirs.public) }
      const reader = new FrameReader(secrets, { onData: () => {}, onEnd: () => {}, onFinish: () => {}, onError: err => { error = err } })
      const line = Buffer.from(`[${'{},'.repeat(MAX_FRAME_LINE_BYTES / 3 - 2)}{}]\n`)
      const before = process.memoryUsage().heapUsed
      reader.push(line)
      const grown = process.memoryUsage().heapUsed - before

      expect(error).to.have.property('code', 'ERR_MALFORMED_RECORD')
      expect(grown).to.be.below(6 * MAX_FRAME_LINE_BYTES)
    })

    it('should tell a cut connection from a closed one', async () => {
      const { sec, received, frames } = await connected()
      sec.end(frames[0])

      expect(await closed(sec)).to.have.property('code', 'ERR_TRUNCATED')
      expect(received()).to.equal('beep')
    })

    it('should take frames byte by byte', async () => {
      const { sec, received, frames } = await connected()

      for (const byte of Buffer.from(frames.join(''))) {
        sec.write(Buffer.of(byte))
      }

      await nextTurn()
      expect(received()).to.equal('beepboop')
      sec.destroy()
    })

    it('should end at a ciphertext with wrong padding, signed or not', async () => {
      const { sec, sign } = await connected()
      const ciphertext = randomBytes(16).toString('base64')
      sec.write(`${JSON.stringify([ciphertext, sign(0, ciphertext)])}\n`)

      // one random block in 256 is padded by chance
      const err = await Promise.race([closed(sec), nextTurn().then(nextTurn)])
      expect(err == null || (err as { code?: string }).code === 'ERR_RECORD_AUTH').to.be.true()
      sec.destroy()
    })
  })

  function listener (): SecureStream {
    return secure(ours, { classic: true })(() => { expect.fail('nobody was accepted') })
  }

  function payload (changes: Partial<Payload>): string {
    const dh = getDiffieHellman('modp5')
    dh.generateKeys()

    return JSON.stringify({
      token: randomBytes(64).toString('base64'),
      key: { type: 'rsa', public: theirs.public },
      dh: { group: 'modp5', public: dh.getPublicKey('base64') },
      ciphers: ['AES-128-CBC'],
      ...changes
    })
  }

  function header (changes: Partial<Payload>): string {
    const text = payload(changes)

    return `${JSON.stringify({ hash: signText(createPrivateKey(theirs.private), text), payload: text })}\n`
  }

  // a peer by hand, after the handshake: frames for "beep", "boop" and the end
  async function connected (): Promise<{ sec: SecureStream, received (): string, frames: string[], sign (seq: number, ciphertext: string): string }> {
    let text = ''
    const sec = secure(ours, { classic: true, ciphers: ['AES-128-CBC'] })(stream => {
      stream.on('data', chunk => { text += String(chunk) })
    })
    const dh = getDiffieHellman('modp5')
    dh.generateKeys()
    const token = randomBytes(64).toString('base64')

    const line: Buffer = await new Promise(resolve => { sec.once('data', resolve) })
    const remote = JSON.parse(JSON.parse(String(line)).payload)
    sec.write(header({ token, dh: { group: 'modp5', public: dh.getPublicKey('base64') } }))

    const frames: string[] = []
    const tokens = token > remote.token ? token + remote.token : remote.token + token
    const privateKey = createPrivateKey(theirs.private)
    const writer = new FrameWriter({
      cipher: classicCipher('AES-128-CBC', dh.computeSecret(remote.dh.public, 'base64', 'base64')),
      token: tokens,
      privateKey,
      remoteKey: createPublicKey(ours.public)
    }, { write: frame => frames.push(String(frame)) > 0, onDrain: () => {}, onError: () => {} })

    writer.write(Buffer.from('beep'))
    writer.write(Buffer.from('boop'))
    await writer.end()

    return {
      sec,
      frames,
      received () { return text },
      sign (seq: number, ciphertext: string) { return signText(privateKey, `${seq},${tokens}${ciphertext}`) }
    }
  }
})

function change (frame: string, member: number): string {
  const members = JSON.parse(frame)
  const bytes = Buffer.from(members[member], 'base64')
  bytes[7] ^= 1
  members[member] = bytes.toString('base64')

  return `${JSON.stringify(members)}\n`
}

function pem (key: ReturnType<typeof createPublicKey>): string {
  return key.export({ type: 'spki', format: 'pem' }).toString()
}
