import { multiaddrConnectionPair } from '@libp2p/utils'
import { expect } from 'aegir/chai'
import { FakeMetrics, told } from './fixtures/metrics.ts'
import { middle } from './fixtures/middle.ts'
import { attempt, close, closed, closeOf, connect, encrypterOf, nextMessage } from './fixtures/secure.ts'
import type { RemoteIdentity } from '../../src/index.ts'

describe('metrics', () => {
  let dialing: FakeMetrics
  let listening: FakeMetrics

  beforeEach(() => {
    dialing = new FakeMetrics()
    listening = new FakeMetrics()
  })

  it('should have the names and labels that operators build on', async () => {
    await connect({ dialer: { metrics: dialing.asMetrics() } })

    expect([...dialing.help.keys()].sort()).to.deep.equal([
      'libp2p_secure_peer_bytes_total',
      'libp2p_secure_peer_errors_total',
      'libp2p_secure_peer_handshake_duration_seconds',
      'libp2p_secure_peer_handshakes_total',
      'libp2p_secure_peer_records_total',
      'libp2p_secure_peer_refusals_total',
      'libp2p_secure_peer_rekeys_total',
      'libp2p_secure_peer_suites_total',
      'libp2p_secure_peer_truncations_total'
    ])
    expect(Object.fromEntries(dialing.labels)).to.deep.equal({
      libp2p_secure_peer_handshakes_total: 'result',
      libp2p_secure_peer_errors_total: 'code',
      libp2p_secure_peer_suites_total: 'suite',
      libp2p_secure_peer_refusals_total: 'side',
      libp2p_secure_peer_records_total: 'direction',
      libp2p_secure_peer_bytes_total: 'direction',
      libp2p_secure_peer_rekeys_total: 'direction'
    })
    expect([...dialing.help.values()].every(help => help.length > 0)).to.equal(true)
  })

  it('should count finished handshakes, what was elected and how long they took', async () => {
    await connect({ dialer: { metrics: dialing.asMetrics(), init: { groups: ['x25519'] } }, listener: { metrics: listening.asMetrics() } })

    expect(dialing.read('handshakes_total')).to.deep.equal({ outbound_success: 1 })
    expect(listening.read('handshakes_total')).to.deep.equal({ inbound_success: 1 })
    expect(Object.keys(dialing.read('suites_total'))).to.have.lengthOf(1)
    expect(Object.keys(dialing.read('suites_total'))[0]).to.match(/^x25519_(aes-256-gcm|chacha20-poly1305)$/)
    expect(dialing.read('handshake_duration_seconds').count).to.equal(1)
    expect(dialing.read('handshake_duration_seconds').sum).to.be.below(2)
    expect(dialing.read('errors_total')).to.deep.equal({})
  })

  it('should count failed handshakes by code', async () => {
    await attempt({
      dialer: { metrics: dialing.asMetrics(), init: { ciphers: ['aes-128-gcm'] } },
      listener: { metrics: listening.asMetrics() }
    })

    expect(dialing.read('handshakes_total')).to.deep.equal({ outbound_error: 1 })
    expect(dialing.read('errors_total')).to.deep.equal({ ERR_NO_COMMON_CIPHER: 1 })
    expect(listening.read('handshakes_total')).to.deep.equal({ inbound_error: 1 })
    expect(listening.read('suites_total')).to.deep.equal({})
    expect(listening.read('handshake_duration_seconds')).to.deep.equal({})
  })

  it('should count refusals on both sides', async () => {
    await attempt({
      dialer: { metrics: dialing.asMetrics() },
      listener: { metrics: listening.asMetrics(), init: { identify: () => false } }
    })

    expect(listening.read('refusals_total')).to.deep.equal({ local: 1 })
    expect(listening.read('errors_total')).to.deep.equal({ ERR_IDENTITY_REJECTED: 1 })
    expect(dialing.read('refusals_total')).to.deep.equal({ remote: 1 })
    expect(dialing.read('errors_total')).to.deep.equal({ ERR_REFUSED: 1 })
  })

  it('should count a late rejection once on both sides', async () => {
    let identity: RemoteIdentity | undefined
    const { dialer, carriers } = await connect({
      dialer: { metrics: dialing.asMetrics() },
      listener: { metrics: listening.asMetrics(), init: { identify: remote => { identity = remote } } }
    })
    identity?.reject('enough')
    await closeOf(dialer)
    await Promise.all(carriers.map(closed))

    expect(listening.read('refusals_total')).to.deep.equal({ local: 1 })
    expect(listening.read('errors_total')).to.deep.equal({ ERR_IDENTITY_REJECTED: 1 })
    expect(dialing.read('refusals_total')).to.deep.equal({ remote: 1 })
    expect(dialing.read('errors_total')).to.deep.equal({ ERR_REJECTED: 1 })
  })

  it('should count bytes and records in both directions', async () => {
    const { dialer, listener } = await connect({ dialer: { metrics: dialing.asMetrics() }, listener: { metrics: listening.asMetrics() } })
    const received = nextMessage(listener)
    dialer.connection.send(new Uint8Array(1000))
    await received
    await told()

    // header and tag: 4 + 16 bytes
    expect(dialing.read('bytes_total')).to.deep.equal({ sent: 1020, received: 0 })
    expect(listening.read('bytes_total')).to.deep.equal({ sent: 0, received: 1020 })

    await close(dialer, listener)
    await told()

    // the record of 1000 bytes, and the end of it all
    expect(dialing.read('records_total').sent).to.equal(2)
    expect(listening.read('records_total').received).to.equal(2)
    expect(dialing.read('rekeys_total')).to.deep.equal({ sent: 0, received: 0 })
  })

  it('should count truncations, and no others', async () => {
    const between = middle()
    const { dialer, listener, carriers } = await connect({ carriers: between.carriers, dialer: { metrics: dialing.asMetrics() }, listener: { metrics: listening.asMetrics() } })
    between.cut('listener')
    await closeOf(listener)
    await dialer.connection.close()
    await Promise.all(carriers.map(closed))

    expect(listening.read('truncations_total')).to.deep.equal({ '': 1 })
    expect(listening.read('errors_total')).to.deep.equal({ ERR_TRUNCATED: 1 })
    expect(dialing.read('truncations_total')).to.deep.equal({ '': 0 })
  })

  it('should count no truncation when a connection closes', async () => {
    const { dialer, listener, carriers } = await connect({ dialer: { metrics: dialing.asMetrics() }, listener: { metrics: listening.asMetrics() } })
    await close(dialer, listener)
    await Promise.all(carriers.map(closed))

    for (const metrics of [dialing, listening]) {
      expect(metrics.read('truncations_total')).to.deep.equal({ '': 0 })
      expect(metrics.read('errors_total')).to.deep.equal({})
    }
  })

  it('should count a connection that the other side reset', async () => {
    const { dialer, listener } = await connect({ listener: { metrics: listening.asMetrics() } })
    dialer.connection.abort(new Error('power cut'))
    await closeOf(listener)

    expect(listening.read('errors_total')).to.deep.equal({ ERR_TRUNCATED: 1 })
  })

  it('should count a record that is not authentic', async () => {
    const between = middle()
    const { dialer, listener } = await connect({ carriers: between.carriers, listener: { metrics: listening.asMetrics() } })
    between.forward = bytes => bytes.with(-1, bytes[bytes.byteLength - 1] ^ 1)
    dialer.connection.send(Uint8Array.of(1))
    await closeOf(listener)

    expect(listening.read('errors_total')).to.deep.equal({ ERR_RECORD_AUTH: 1 })
  })

  it('should register once for all connections', async () => {
    const encrypter = await encrypterOf({ metrics: dialing.asMetrics() })

    // registering a name again would throw
    for (let i = 1; i <= 2; i++) {
      const [outbound, inbound] = multiaddrConnectionPair()
      const listener = await encrypterOf()
      await Promise.all([encrypter.secureOutbound(outbound), listener.secureInbound(inbound)])

      expect(dialing.read('handshakes_total')).to.deep.equal({ outbound_success: i })
    }

    await expect(encrypterOf({ metrics: dialing.asMetrics() })).to.eventually.be.rejectedWith('registered twice')
  })
})
