import { expect } from 'aegir/chai'
import sinon from 'sinon'
import { defaultBackend } from '../../src/crypto/index.ts'
import { encodeBase64 } from '../../src/encoding/base64.ts'
import { keyOf } from './fixtures/keys.ts'
import { RecordingLogger } from './fixtures/logger.ts'
import { FakeMetrics } from './fixtures/metrics.ts'
import { middle } from './fixtures/middle.ts'
import { attempt, close, connect, nextMessage } from './fixtures/secure.ts'
import type { Side } from './fixtures/secure.ts'

const PLAINTEXT = 'the plaintext of nobody else'

describe('secrets', () => {
  let logger: RecordingLogger
  let metrics: FakeMetrics
  let secrets: Uint8Array[]
  let side: Side

  beforeEach(async () => {
    logger = new RecordingLogger()
    metrics = new FakeMetrics()
    const privateKey = await keyOf('Ed25519')
    secrets = [privateKey.raw.subarray(0, 32), new TextEncoder().encode(PLAINTEXT)]
    side = { privateKey, logger, metrics: metrics.asMetrics() }

    // all keys of handshakes and records come out of these two
    keep('hkdfExtract')
    keep('hkdfExpand')
  })

  afterEach(() => {
    sinon.restore()
  })

  function keep (name: 'hkdfExtract' | 'hkdfExpand'): void {
    const derive: (...args: any[]) => Uint8Array = defaultBackend[name]

    sinon.replace(defaultBackend, name, (...args: any[]) => {
      const secret = derive.apply(defaultBackend, args)

      // what is wiped later was a secret all the same
      secrets.push(secret.slice())

      return secret
    })
  }

  // in every form that something may be printed in
  function expectNoSecretIn (text: string): void {
    for (const secret of secrets) {
      const hex = [...secret].map(byte => byte.toString(16).padStart(2, '0')).join('')
      const unpadded = encodeBase64(secret).replace(/[=]+$/, '').slice(0, -1)

      for (const form of [hex, hex.toUpperCase(), unpadded, secret.join(), secret.join(', '), JSON.stringify({ ...secret }), new TextDecoder('latin1').decode(secret), new TextDecoder().decode(secret)]) {
        expect(text.includes(form), 'a secret was written').to.equal(false)
      }
    }
  }

  async function talk (): Promise<void> {
    const carriers = middle().carriers
    carriers.forEach(carrier => { carrier.log = logger.forComponent('carrier') })
    const { dialer, listener } = await connect({ dialer: side, carriers })
    const received = nextMessage(listener)
    dialer.connection.send(new TextEncoder().encode(PLAINTEXT))
    await received
    secrets.push(dialer.remoteExtensions?.exportKeyingMaterial('test', undefined, 32) ?? new Uint8Array())
    await close(dialer, listener)
  }

  it('should not be in logs or metrics of a connection that worked', async () => {
    await talk()

    // headers of both, master and traffic, exporter, record keys and IVs
    expect(secrets.length).to.be.above(10)
    expect(logger.lines.join('\n')).to.include('handshake')
    expectNoSecretIn(logger.lines.join('\n'))
    expectNoSecretIn(metrics.toString())
  })

  it('should not be in logs or metrics of a connection that failed', async () => {
    const { carriers } = middle((bytes, towards) => towards === 'dialer' ? bytes.with(-5, 0x41) : bytes)
    carriers.forEach(carrier => { carrier.log = logger.forComponent('carrier') })
    await attempt({ dialer: side, carriers })

    expect(logger.lines.join('\n')).to.match(/libp2p:secure-peer .*handshake with .*failed/)
    expectNoSecretIn(logger.lines.join('\n'))
    expectNoSecretIn(metrics.toString())
  })

  it('should be found if they were written', async () => {
    await talk()

    for (const written of [encodeBase64(secrets[0]), secrets[4].join(), PLAINTEXT]) {
      expect(() => { expectNoSecretIn(`... ${written} ...`) }).to.throw('a secret was written')
    }
  })

  it('should log what was agreed on, and with whom', async () => {
    await talk()

    expect(logger.lines.join('\n')).to.match(/^libp2p:secure-peer .*handshake done with .*x25519mlkem768/m)
  })
})
