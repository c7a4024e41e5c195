import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'aegir/chai'
import { IdentityRejectedError } from '../../src/errors.ts'
import { readCapture } from '../../tools/decrypt/capture.ts'
import { connectionsOf } from '../../tools/decrypt/connections.ts'
import { parseKeyLog } from '../../tools/decrypt/key-log-file.ts'
import { recordSession, TEXT } from '../../tools/decrypt/recording.ts'
import { describe as describeConnection, plaintextOf } from '../../tools/decrypt/report.ts'
import { decrypt } from '../../tools/decrypt/session.ts'
import { childEnv } from '../fixtures/child-env.ts'
import { handshakeOptions, handshakePair } from '../handshake/handshake-pair.ts'
import { ACK, asIpv6, ipOf, LINKS, pcap, pcapng, segment, SYN } from './fixtures/packets.ts'
import type { Packet } from '../../tools/decrypt/capture.ts'
import type { Sent } from '../../tools/decrypt/connections.ts'
import type { DecryptedConnection } from '../../tools/decrypt/session.ts'

// made by `node tools/decrypt/record.ts test/tools/fixtures/session`
const FIXTURE = new URL('./fixtures/session/', import.meta.url)

const TOOL = fileURLToPath(new URL(`../../tools/decrypt/index${import.meta.url.slice(-3)}`, import.meta.url))

describe('decrypting a capture', () => {
  let packets: Packet[]
  let keyLog: string
  let peers: { dialer: string, listener: string }

  before(async () => {
    packets = readCapture(await readFile(new URL('capture.pcap', FIXTURE)))
    keyLog = await readFile(new URL('keys.txt', FIXTURE), 'utf8')
    peers = JSON.parse(await readFile(new URL('peers.json', FIXTURE), 'utf8'))
  })

  async function decryptFirst (captured: readonly Packet[], log: string = keyLog): Promise<DecryptedConnection> {
    const decrypted = await decrypt(connectionsOf(captured)[0], parseKeyLog(log))

    if (decrypted == null) {
      throw new Error('no connection of secure-peer')
    }

    return decrypted
  }

  function expectSession ({ suite, sides: [dialer, listener] }: DecryptedConnection, { dialer: dialerId, listener: listenerId }: typeof peers): void {
    expect(suite.group).to.equal('x25519mlkem768')
    expect(dialer).to.deep.include({ role: 'dialer', problem: undefined })
    expect(listener).to.deep.include({ role: 'listener', problem: undefined })
    expect(dialer.header).to.deep.include({ peerId: dialerId, muxers: ['/yamux/1.0.0'], encrypters: ['/secure-peer/1.0.0'], extensions: undefined })
    expect(listener.header?.peerId).to.equal(listenerId)
    expect(Object.entries(listener.header?.extensions ?? {})).to.deep.equal([['example/motd', new TextEncoder().encode('hello')]])

    // in a frame of the muxer each
    for (const side of [dialer, listener]) {
      expect(Buffer.from(plaintextOf(side)).includes(TEXT), side.role).to.equal(true)
      expect(side.records.map(({ number }) => number)).to.deep.equal(side.records.map((_, i) => i))
    }

    expect(dialer.records.at(-1)?.type).to.equal('end')
  }

  function expectRead (littleEndian: boolean): void {
    expect(readCapture(pcap(packets, littleEndian))).to.deep.equal(packets)
    expect(readCapture(pcapng(packets, littleEndian))).to.deep.equal(packets)
  }

  async function expectFound (linkType: number, wrap: (ip: Uint8Array) => Uint8Array): Promise<void> {
    expectSession(await decryptFirst(packets.map(packet => ({ linkType, bytes: wrap(ipOf(packet)) }))), peers)
    expectSession(await decryptFirst(packets.map(packet => ({ linkType, bytes: wrap(asIpv6(ipOf(packet))) }))), peers)
  }

  it('should show both headers and all records of a libp2p session', async () => {
    expectSession(await decryptFirst(packets), peers)
  })

  it('should run from the command line, and write plaintext where it is told to', async () => {
    const out = await mkdtemp(join(tmpdir(), 'decrypt-'))

    try {
      const { stdout } = await promisify(execFile)(process.execPath, [TOOL, '--keylog', fileURLToPath(new URL('keys.txt', FIXTURE)), '--out', out, fileURLToPath(new URL('capture.pcap', FIXTURE))], { env: childEnv() })

      expect(stdout).to.include(`${peers.dialer} (ed25519, signature verified)`)
      expect(stdout).to.include(`${peers.listener} (ed25519, signature verified)`)
      expect(stdout).to.match(/-> data 0, \d+ bytes/).and.match(/-> end \d+, 0 bytes/)
      expect((await readdir(out)).sort()).to.deep.equal(['1-back.bin', '1-there.bin'])
      expect((await readFile(join(out, '1-back.bin'))).includes(TEXT)).to.equal(true)
    } finally {
      await rm(out, { recursive: true })
    }
  })

  for (const littleEndian of [true, false]) {
    it(`should read both formats, ${littleEndian ? 'little' : 'big'}-endian`, () => {
      expectRead(littleEndian)
    })
  }

  it('should read a file that ends in the middle as far as it goes', () => {
    for (const file of [pcap(packets, true), pcapng(packets, true)]) {
      for (const bytes of [1, 17, 2_000]) {
        const read = readCapture(file.subarray(0, file.byteLength - bytes))

        expect(read).to.have.property('length').that.is.below(packets.length)
        expect(read).to.deep.equal(packets.slice(0, read.length))
      }
    }
  })

  it('should say what it cannot read', () => {
    expect(() => readCapture(new TextEncoder().encode('not a capture, but long enough'))).to.throw('neither a pcap nor a pcapng file')
    expect(() => readCapture(new Uint8Array())).to.throw('neither a pcap nor a pcapng file')
  })

  for (const [name, [linkType, wrap]] of Object.entries(LINKS)) {
    it(`should find IP packets on ${name}`, async () => {
      await expectFound(linkType, wrap)
    })
  }

  it('should leave out what is no TCP, or shorter than it says', () => {
    const [linkType, wrap] = LINKS['raw IP']
    const others = [new Uint8Array(), Uint8Array.of(0x45), new Uint8Array(40).fill(0x45), Uint8Array.of(0x60), new Uint8Array(60).fill(0xff)]

    expect(connectionsOf(others.map(bytes => ({ linkType, bytes: wrap(bytes) })))).to.be.empty()
    expect(connectionsOf(others.map(bytes => ({ linkType: 1, bytes })))).to.be.empty()
    expect(connectionsOf(others.map(bytes => ({ linkType: 9_999, bytes })))).to.be.empty()
  })

  it('should put a stream together, whatever was sent again or came out of order', () => {
    const sent = Uint8Array.from({ length: 3_000 }, (_, i) => i % 251)
    const initial = 2 ** 32 - 1_000
    const part = (start: number, end: number): Packet => segment(1, 2, (initial + 1 + start) >>> 0, sent.subarray(start, end))

    const [[first, second]] = connectionsOf([
      segment(1, 2, initial, new Uint8Array(), SYN),
      segment(2, 1, 77, new Uint8Array(), SYN | ACK),
      part(0, 500), part(0, 500), part(2_000, 3_000), part(400, 900), part(900, 1_100), part(100, 200), part(1_000, 2_500)
    ])

    expect(first.bytes).to.equalBytes(sent)
    expect(first.hasGap).to.equal(false)
    expect(first.arrivals.at(-1)).to.deep.equal({ end: 3_000, packet: 8 })
    expect(second.bytes).to.have.property('byteLength', 0)
  })

  it('should keep two connections of the same ports apart', () => {
    const connections = connectionsOf([
      segment(1, 2, 10, new Uint8Array(), SYN),
      segment(1, 2, 11, Uint8Array.of(1)),
      segment(1, 2, 10, new Uint8Array(), SYN),
      segment(1, 2, 5_000, new Uint8Array(), SYN),
      segment(1, 2, 5_001, Uint8Array.of(2))
    ])

    expect(connections.map(([first]) => [...first.bytes])).to.deep.equal([[1], [2]])
  })

  it('should decrypt up to a gap, and say that there is one', async () => {
    const whole = await decryptFirst(packets)
    const last = packets.findLastIndex(packet => connectionsOf([packet])[0][0].bytes.byteLength > 0)
    const payloads = packets.filter((packet, i) => i !== last - 2)
    const { sides } = await decryptFirst(payloads)

    expect(sides.flatMap(({ records }) => records).length).to.be.below(whole.sides.flatMap(({ records }) => records).length)
    expect(sides.some(({ problem }) => problem === 'packets after this are missing in the capture')).to.equal(true)
  })

  it('should show nothing without the keys of the connection', async () => {
    const others = keyLog.replaceAll(/ [0-9a-f]{64} /g, ` ${'00'.repeat(32)} `)

    for (const log of ['', '# a comment\n', others]) {
      for (const side of (await decryptFirst(packets, log)).sides) {
        expect(side).to.include({ problem: 'the key log has no header key of this side' })
        expect(side.header).to.be.undefined()
        expect(side.records).to.be.empty()
      }
    }
  })

  it('should show nothing with wrong keys', async () => {
    const wrong = keyLog.replaceAll(/[0-9a-f]{2}$/gm, last => last === '00' ? '01' : '00')

    for (const { header, problem, records } of (await decryptFirst(packets, wrong)).sides) {
      expect(header).to.be.undefined()
      expect(records).to.be.empty()
      expect(problem).to.match(/^line 2: /)
    }

    const noTraffic = keyLog.replaceAll(/^(SECURE_PEER_TRAFFIC\S+ \S+ ).*$/gm, `$1${'00'.repeat(32)}`)

    for (const { header, problem, records } of (await decryptFirst(packets, noTraffic)).sides) {
      expect(header).to.not.be.undefined()
      expect(records).to.be.empty()
      expect(problem).to.match(/^record 0: /)
    }
  })

  it('should skip connections of other protocols', async () => {
    const secrets = parseKeyLog(keyLog)
    const streams = ['GET / HTTP/1.1\r\n\r\n', '\u0013/multistream/1.0.0\n\u0007/noise\n', '{"v":1', '']

    for (const text of streams) {
      expect(await decrypt([sentOf(text), sentOf(text)], secrets)).to.be.undefined()
    }
  })

  it('should decrypt two peers without multistream-select, and a refusal', async () => {
    const lines: string[] = []
    const log = ({ line }: { line: string }): void => { lines.push(line) }
    const peerPair = await handshakePair(handshakeOptions('peer', { keyLog: log }), handshakeOptions('peer'))
    const ofPeers = await decrypt([sentOf(peerPair.first.sent), sentOf(peerPair.second.sent)], parseKeyLog(lines.join('')))
    expect(ofPeers?.sides.map(({ role, problem }) => [role, problem])).to.deep.equal([['peer', undefined], ['peer', undefined]])

    const refuse = (): void => { throw new IdentityRejectedError('members only') }
    const refusal = await handshakePair(handshakeOptions('dialer', { keyLog: log }), handshakeOptions('listener', { identify: refuse }))
    const refused = await decrypt([sentOf(refusal.first.sent), sentOf(refusal.second.sent)], parseKeyLog(lines.join('')))
    expect(refused?.sides[0].header?.peerId).to.be.a('string')
    expect(refused?.sides[1].header).to.be.undefined()
    expect(refused?.sides[1]).to.include({ role: 'listener', problem: 'ERR_REFUSED: the other side refused - members only' })
  })

  it('should find the handshake behind protocols that the listener did not have', async () => {
    const lines: string[] = []
    const { first, second } = await handshakePair(handshakeOptions('dialer', { keyLog: ({ line }) => { lines.push(line) } }), handshakeOptions('listener'))
    const dialer = Buffer.concat([...['/multistream/1.0.0', '/noise', '/secure-peer/1.0.0'].map(negotiated), first.sent])
    const listener = Buffer.concat([...['/multistream/1.0.0', 'na', '/secure-peer/1.0.0'].map(negotiated), second.sent])
    const decrypted = await decrypt([sentOf(dialer), sentOf(listener)], parseKeyLog(lines.join('')))

    expect(decrypted?.sides.map(({ role, problem }) => [role, problem])).to.deep.equal([['dialer', undefined], ['listener', undefined]])
    expect(decrypted?.sides.every(({ header }) => header != null)).to.equal(true)
  })

  it('should quote what a peer sent', async () => {
    const decrypted = await decryptFirst(packets)
    const [first, second] = decrypted.sides
    const hostile = { ...decrypted, sides: [{ ...first, header: first.header != null ? { ...first.header, muxers: ['\u001b[2J\u202e"'] } : undefined, problem: '\u001b[2J' }, second] as const }

    expect(describeConnection(1, hostile, true)).to.match(/^[\n\u0020-\u007e\ufffd]+$/).and.include('\\u001b[2J\\u202e\\"')
  })

  it('should decrypt a session that is recorded now', async function () {
    const tcpdump = spawnSync('tcpdump', ['-i', process.platform === 'linux' ? 'lo' : 'lo0', '-L'])

    if (tcpdump.status !== 0) {
      this.test!.title += ` (skipped: tcpdump is ${tcpdump.error != null ? 'not there' : 'not allowed to capture'})`
      this.skip()
    }

    this.timeout(30_000)
    const folder = await mkdtemp(join(tmpdir(), 'decrypt-'))

    try {
      const recorded = await recordSession(folder)
      const captured = readCapture(await readFile(join(folder, 'capture.pcap')))

      expectSession(await decryptFirst(captured, await readFile(join(folder, 'keys.txt'), 'utf8')), recorded)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

/** A message of multistream-select. */
function negotiated (text: string): Uint8Array {
  return Buffer.from(`${String.fromCharCode(text.length + 1)}${text}\n`)
}

function sentOf (content: string | Uint8Array): Sent {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content

  return { from: '127.0.0.1:1', bytes, arrivals: [{ end: bytes.byteLength, packet: 0 }], hasGap: false }
}
