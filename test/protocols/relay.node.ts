import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { pEvent } from 'p-event'
import { echo, startNode, stopNodes } from '../libp2p/fixtures/node.ts'
import { startTcpListener, until } from './fixtures/nodes.ts'
import type { TestNode } from '../libp2p/fixtures/node.ts'
import type { CircuitRelayServerInit, CircuitRelayService } from '@libp2p/circuit-relay-v2'
import type { Connection, StreamCloseEvent } from '@libp2p/interface'

const KIB = 1_024
const DATA_LIMIT = 64 * KIB

describe('circuit relay', () => {
  afterEach(stopNodes)

  async function startRelay (init: CircuitRelayServerInit = {}): Promise<TestNode<{ relay: CircuitRelayService, identify: unknown }>> {
    return startTcpListener({ services: { identify: identify(), relay: circuitRelayServer(init) as (components: any) => CircuitRelayService } })
  }

  async function startRelayed (listen: string[] = []): Promise<TestNode> {
    return startNode({ transports: [tcp(), circuitRelayTransport()], addresses: { listen }, services: { identify: identify() } })
  }

  async function dialThrough (relay: TestNode, dialer: TestNode, listener: TestNode): Promise<Connection> {
    return dialer.libp2p.dial(multiaddr(`${relay.libp2p.getMultiaddrs()[0]}/p2p-circuit/p2p/${listener.libp2p.peerId}`))
  }

  it('should reserve, and carry connections both ways', async () => {
    const relay = await startRelay()
    const circuit = `${relay.libp2p.getMultiaddrs()[0]}/p2p-circuit`
    const [first, second] = [await startRelayed([circuit]), await startRelayed([circuit])]
    await until(() => relay.libp2p.services.relay.reservations.size === 2)

    const there = await dialThrough(relay, first, second)
    expect(there.encryption).to.equal('/secure-peer/1.0.0')
    expect(await echo(there, 'there')).to.equal('there')
    await there.close()
    await until(() => second.libp2p.getConnections(first.libp2p.peerId).length === 0)

    const back = await dialThrough(relay, second, first)
    expect(await echo(back, 'and back')).to.equal('and back')
  })

  it('should refuse whom nobody has reserved for', async () => {
    const relay = await startRelay()
    const listener = await startRelayed()
    await listener.libp2p.dial(relay.libp2p.getMultiaddrs())

    await expect(dialThrough(relay, await startRelayed(), listener)).to.eventually.be.rejectedWith(/NO_RESERVATION/)
  })

  it('should report a connection that the relay cut at its limit as truncated', async () => {
    const relay = await startRelay({ reservations: { defaultDataLimit: BigInt(DATA_LIMIT) } })
    const listener = await startRelayed([`${relay.libp2p.getMultiaddrs()[0]}/p2p-circuit`])
    await until(() => relay.libp2p.services.relay.reservations.size === 1)
    const dialer = await startRelayed()
    const connection = await dialThrough(relay, dialer, listener)

    expect(await echo(connection, 'below the limit')).to.equal('below the limit')

    // muxers end their streams without the reason, the connection tells it
    const closed = pEvent<'close', StreamCloseEvent>(connection, 'close')
    const text = 'x'.repeat(2 * DATA_LIMIT)
    expect(await echo(connection, text).catch(() => '')).to.not.equal(text)
    expect((await closed).error).to.be.an('error')
    await until(() => listener.libp2p.getConnections(dialer.libp2p.peerId).length === 0)

    for (const { metrics } of [dialer, listener]) {
      await until(() => metrics.read('truncations_total')[''] === 1)
    }

    // the hop below carries on
    expect(dialer.libp2p.getConnections(relay.libp2p.peerId)).to.have.lengthOf(1)
  })
})
