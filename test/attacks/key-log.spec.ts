import { generateKeyPair } from '@libp2p/crypto/keys'
import { sha256 } from '@noble/hashes/sha2.js'
import { expect } from 'aegir/chai'
import { duplexPair } from 'it-pair/duplex'
import { secureDuplex } from '../../src/duplex/index.ts'
import { concat, utf8, wipe } from '../../src/encoding/bytes.ts'
import { hex } from '../fixtures/deterministic-backend.ts'
import { linesOf } from '../handshake/handshake-pair.ts'
import { RecordingLogger } from '../libp2p/fixtures/logger.ts'
import { FakeMetrics } from '../libp2p/fixtures/metrics.ts'
import { middle } from '../libp2p/fixtures/middle.ts'
import { attempt, close, connect, errorOf, nextMessage } from '../libp2p/fixtures/secure.ts'
import type { KeyLog, KeyLogEntry } from '../../src/index.ts'
import type { Towards } from '../libp2p/fixtures/middle.ts'
import type { Secured } from '../libp2p/fixtures/secure.ts'

const LABELS = [
  'SECURE_PEER_HEADER_KEY_GREATER',
  'SECURE_PEER_HEADER_KEY_LESSER',
  'SECURE_PEER_TRAFFIC_SECRET_GREATER',
  'SECURE_PEER_TRAFFIC_SECRET_LESSER'
]

// whatever a callback does that it should not
const MISBEHAVIOUR: Record<string, KeyLog> = {
  'throws what it was given': ({ line }) => { throw new Error(line) },
  'throws null': () => { throw null }, // eslint-disable-line no-throw-literal, @typescript-eslint/only-throw-error
  'rejects with what it was given': async ({ line }) => { throw new Error(line) },
  'never answers': async () => new Promise(() => {}),
  'answers with something that throws when it is looked at': () => ({ get then () { throw new Error('then') } }),
  'overwrites what it was given': ({ th1, secret }) => { wipe(th1, secret) }
}

describe('key log', () => {
  let logger: RecordingLogger
  let metrics: FakeMetrics
  let entries: KeyLogEntry[]

  const keyLog: KeyLog = entry => { entries.push(entry) }

  beforeEach(() => {
    logger = new RecordingLogger()
    metrics = new FakeMetrics()
    entries = []
  })

  async function talk (dialer: Secured, listener: Secured): Promise<void> {
    const received = nextMessage(listener)
    dialer.connection.send(utf8('beep boop'))
    expect(await received).to.equalBytes(utf8('beep boop'))
  }

  async function talkInSpiteOf (misbehaving: KeyLog): Promise<void> {
    const both: KeyLog = entry => {
      keyLog({ ...entry, secret: entry.secret.slice() })

      return misbehaving(entry)
    }

    const { dialer, listener } = await connect({ dialer: { logger, metrics: metrics.asMetrics(), init: { keyLog: both } } })
    await talk(dialer, listener)
    await close(dialer, listener)

    expect(metrics.read('handshakes_total')).to.deep.equal({ outbound_success: 1 })
    expect(metrics.read('errors_total')).to.deep.equal({})
    expectNoSecretIn(logger.lines.join('\n'))
  }

  function expectNoSecretIn (text: string): void {
    expect(entries).to.not.be.empty()

    for (const { secret, line } of entries) {
      for (const form of [line.trim(), hex(secret), hex(secret).toUpperCase(), secret.join(), secret.join(', ')]) {
        expect(text.includes(form), 'a secret was written').to.equal(false)
      }
    }
  }

  it('should give both sides the same four secrets, and nothing else', async () => {
    const listening: KeyLogEntry[] = []
    await connect({ dialer: { init: { keyLog } }, listener: { init: { keyLog: entry => { listening.push(entry) } } } })

    expect(entries.map(({ label }) => label).sort()).to.deep.equal(LABELS)
    expect(linesOfEntries(listening)).to.deep.equal(linesOfEntries(entries))
    expect(new Set(entries.map(({ secret }) => hex(secret)))).to.have.property('size', 4)

    for (const entry of entries) {
      expect(Object.keys(entry).sort()).to.deep.equal(['label', 'line', 'secret', 'th1'])
      expect(entry.secret).to.have.property('byteLength', 32)
      expect(entry.line).to.equal(`${entry.label} ${hex(entry.th1)} ${hex(entry.secret)}\n`)
    }
  })

  it('should name the connection by what an observer of its hellos can compute', async () => {
    const seen: Record<Towards, Uint8Array> = { dialer: new Uint8Array(), listener: new Uint8Array() }
    const { carriers } = middle((bytes, towards) => {
      seen[towards] = concat([seen[towards], bytes])

      return bytes
    })
    await connect({ carriers, dialer: { init: { keyLog } } })

    const hellos = [linesOf(seen.dialer)[0], linesOf(seen.listener)[0]]
    const [lesser, greater] = hellos.sort((a, b) => tokenOf(a) < tokenOf(b) ? -1 : 1)

    for (const { th1 } of entries) {
      expect(th1).to.equalBytes(sha256(concat([lesser, greater])))
    }
  })

  it('should not be the same for two connections', async () => {
    await connect({ dialer: { init: { keyLog } } })
    await connect({ dialer: { init: { keyLog } } })

    expect(new Set(entries.map(({ secret }) => hex(secret)))).to.have.property('size', 8)
    expect(new Set(entries.map(({ th1 }) => hex(th1)))).to.have.property('size', 2)
  })

  it('should hold no traffic secret of a connection that was refused', async () => {
    const refused = await attempt({ dialer: { init: { keyLog } }, listener: { init: { identify: () => false } } })

    expect(errorOf(refused.dialer)).to.have.property('code', 'ERR_REFUSED')
    expect(entries.map(({ label }) => label).sort()).to.deep.equal(LABELS.slice(0, 2))
  })

  it('should not exist without the option', async () => {
    const { dialer, listener } = await connect({ dialer: { logger, metrics: metrics.asMetrics() }, listener: { init: { keyLog } } })
    await talk(dialer, listener)
    await close(dialer, listener)

    // what the other side was given is in nothing that this side wrote
    expectNoSecretIn(logger.lines.join('\n'))
    expectNoSecretIn(metrics.toString())
    expect(logger.lines.join('\n')).to.not.include('keyLog')
  })

  it('should stand in no log and no metric, but that it is there should', async () => {
    const { dialer, listener } = await connect({ dialer: { logger, metrics: metrics.asMetrics(), init: { keyLog } } })
    await talk(dialer, listener)
    await close(dialer, listener)

    expectNoSecretIn(logger.lines.join('\n'))
    expectNoSecretIn(metrics.toString())
    expect(logger.lines.filter(line => line.includes('keyLog is set'))).to.have.lengthOf(1)
  })

  it('should stand in no error', async () => {
    let writes = 0
    const { carriers } = middle((bytes, towards) => towards === 'dialer' && ++writes === 2 ? bytes.with(-5, bytes[bytes.byteLength - 5] ^ 1) : bytes)
    const failed = await attempt({ carriers, dialer: { logger, metrics: metrics.asMetrics(), init: { keyLog } } })
    const err = errorOf(failed.dialer)

    expect(err.message).to.match(/^ERR_(HEADER_AUTH|MALFORMED_HEADER)/)
    expectNoSecretIn(`${err.stack} ${JSON.stringify(err)} ${err.cause}`)
    expectNoSecretIn(logger.lines.join('\n'))
    expectNoSecretIn(metrics.toString())
  })

  for (const [what, misbehaving] of Object.entries(MISBEHAVIOUR)) {
    it(`should change nothing when the callback ${what}`, async () => {
      await talkInSpiteOf(misbehaving)
    })
  }

  it('should give copies that the end of a connection does not touch', async () => {
    const { dialer, listener } = await connect({ dialer: { init: { keyLog } } })
    const before = entries.map(({ secret }) => hex(secret))
    await talk(dialer, listener)
    await close(dialer, listener)

    expect(entries.map(({ secret }) => hex(secret))).to.deep.equal(before)
    expect(entries.every(({ line, secret }) => line.includes(hex(secret)))).to.equal(true)
  })

  it('should be there over any duplex as well, for both peers', async () => {
    const [left, right] = duplexPair<Uint8Array>()
    const [alice, bob]: KeyLogEntry[][] = [[], []]

    await Promise.all([
      secureDuplex(left, { privateKey: await generateKeyPair('Ed25519'), keyLog: entry => { alice.push(entry) } }),
      secureDuplex(right, { privateKey: await generateKeyPair('Ed25519'), keyLog: entry => { bob.push(entry) } })
    ])

    expect(alice.map(({ label }) => label).sort()).to.deep.equal(LABELS)
    expect(linesOfEntries(alice)).to.deep.equal(linesOfEntries(bob))
  })
})

function linesOfEntries (entries: KeyLogEntry[]): string[] {
  return entries.map(({ line }) => line).sort()
}

function tokenOf (hello: Uint8Array): string {
  return hex(Uint8Array.from(atob(JSON.parse(new TextDecoder().decode(hello)).token), character => character.charCodeAt(0)))
}
