import { defaultLogger } from '@libp2p/logger'
import { prometheusMetrics } from '@libp2p/prometheus-metrics'
import { expect } from 'aegir/chai'
import { Registry } from 'prom-client'
import { securePeer } from '../../src/index.ts'
import { told } from './fixtures/metrics.ts'
import { middle } from './fixtures/middle.ts'
import { dial, echo, startListener, startNode, stopNodes } from './fixtures/node.ts'
import { closeOf, connect } from './fixtures/secure.ts'
import type { TestNode } from './fixtures/node.ts'

/** A metric as Prometheus is given it. */
interface Exposed {
  help: string
  type: string

  /** Values by labels as written, `result="inbound_success"`; `''` without. */
  values: Record<string, number>
}

const PREFIX = 'libp2p_secure_peer_'

describe('metrics through @libp2p/prometheus-metrics', () => {
  let registry: Registry
  let listener: TestNode
  let dialer: TestNode

  beforeEach(async () => {
    registry = new Registry()
    dialer = await startNode({ connectionEncrypters: [securePeer({ ciphers: ['aes-256-gcm'] })] })
    listener = await startListener({
      metrics: prometheusMetrics({ registry, collectDefaultMetrics: false }),
      connectionEncrypters: [securePeer({ identify: ({ peerId }) => peerId.equals(dialer.libp2p.peerId) })]
    })
  })

  afterEach(stopNodes)

  async function scrape (): Promise<Record<string, Exposed>> {
    return parse(await registry.metrics())
  }

  it('should be there, at zero or without values, before anything happens', async () => {
    const exposed = await scrape()

    expect(Object.keys(exposed).sort()).to.deep.equal([
      'bytes_total',
      'errors_total',
      'handshake_duration_seconds',
      'handshakes_total',
      'records_total',
      'refusals_total',
      'rekeys_total',
      'suites_total',
      'truncations_total'
    ])

    const { handshake_duration_seconds: duration, ...counters } = exposed
    expect(duration.type).to.equal('histogram')

    for (const [name, { type, help, values }] of Object.entries(counters)) {
      expect(type, name).to.equal('counter')
      expect(help, name).to.match(/^[A-Z][a-z]+_.+/)
      expect(Object.values(values).every(value => value === 0), name).to.equal(true)
    }

    expect(exposed.bytes_total.values).to.deep.equal({ 'direction="sent"': 0, 'direction="received"': 0 })
    expect(exposed.truncations_total.values).to.deep.equal({ '': 0 })
  })

  it('should show a handshake, what it took and what was elected', async () => {
    await dial(dialer, listener)
    const { handshakes_total: handshakes, suites_total: suites, handshake_duration_seconds: duration, errors_total: errors } = await scrape()

    expect(handshakes).to.deep.include({ help: written('Handshakes by direction and result'), values: { 'result="inbound_success"': 1 } })
    expect(suites).to.deep.include({ help: written('Finished handshakes by group and cipher'), values: { 'suite="x25519mlkem768_aes-256-gcm"': 1 } })
    expect(duration.help).to.equal(written('Duration of finished handshakes, the identify step included'))
    expect(duration.values['_count ']).to.equal(1)
    expect(duration.values['_sum ']).to.be.within(0, 10)
    expect(duration.values['_bucket le="+Inf"']).to.equal(1)
    expect(duration.values['_bucket le="10"']).to.equal(1)
    expect(errors.values).to.deep.equal({})
  })

  it('should show a refusal', async () => {
    const stranger = await startNode()
    await expect(dial(stranger, listener)).to.eventually.be.rejectedWith('ERR_REFUSED')
    const { handshakes_total: handshakes, refusals_total: refusals, errors_total: errors, suites_total: suites } = await scrape()

    expect(handshakes.values).to.deep.equal({ 'result="inbound_error"': 1 })
    expect(refusals).to.deep.include({ help: written('Peers refused by this side, and refusals and rejections received'), values: { 'side="local"': 1 } })
    expect(errors).to.deep.include({ help: written('Failed handshakes and connections by error code'), values: { 'code="ERR_IDENTITY_REJECTED"': 1 } })
    expect(suites.values).to.deep.equal({})
  })

  it('should show records and bytes in both directions, however often somebody looks', async () => {
    const connection = await dial(dialer, listener)
    expect(await echo(connection, 'beep boop')).to.equal('beep boop')
    await told()

    const first = await scrape()
    const { 'direction="sent"': sent, 'direction="received"': received } = first.bytes_total.values
    expect(sent).to.be.above(100)
    expect(received).to.be.above(100)

    // header and tag: 4 + 16 bytes
    expect(first.records_total.values['direction="sent"']).to.be.within(1, sent / 20)
    expect(first.records_total.values['direction="received"']).to.be.within(1, received / 20)
    expect(first.rekeys_total.values).to.deep.equal({ 'direction="sent"': 0, 'direction="received"': 0 })

    expect(await scrape()).to.deep.equal(first)
    expect(await scrape()).to.deep.equal(first)

    await echo(connection, 'x'.repeat(10_000))
    await told()
    expect((await scrape()).bytes_total.values['direction="received"']).to.be.within(received + 10_000, received + 12_000)
  })

  it('should show a cut, once', async () => {
    const between = middle()
    registry = new Registry()
    const metrics = prometheusMetrics({ registry, collectDefaultMetrics: false })({ logger: defaultLogger() })
    const { listener } = await connect({ carriers: between.carriers, listener: { metrics } })
    between.cut('listener')
    await closeOf(listener)

    const { truncations_total: truncations, errors_total: errors } = await scrape()
    expect(truncations).to.deep.include({ help: written('Connections cut off before the other side ended them'), values: { '': 1 } })
    expect(errors.values).to.deep.equal({ 'code="ERR_TRUNCATED"': 1 })
  })
})

/** A help text as that package writes it. */
function written (help: string): string {
  return help.replace(/[^a-zA-Z0-9]+/g, '_')
}

/** Prometheus' text format, as far as it concerns this package. */
function parse (text: string): Record<string, Exposed> {
  const exposed: Record<string, Exposed> = {}

  for (const [, name, help] of text.matchAll(/^# HELP libp2p_secure_peer_(\S+) (.*)$/gm)) {
    const [, type] = text.match(new RegExp(`^# TYPE ${PREFIX}${name} (\\w+)$`, 'm')) ?? []
    const samples = text.matchAll(new RegExp(`^${PREFIX}${name}(_bucket|_sum|_count)?(?:{(.*)})? (\\S+)$`, 'gm'))
    const values = Array.from(samples, ([, suffix, labels = '', value]) => [suffix == null ? labels : `${suffix} ${labels}`, Number(value)])

    exposed[name] = { help, type, values: Object.fromEntries(values) }
  }

  return exposed
}
