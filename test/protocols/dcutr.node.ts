import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { dcutr } from '@libp2p/dcutr'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { securePeer } from '../../src/index.ts'
import { echo, startNode, stopNodes } from '../libp2p/fixtures/node.ts'
import { HolePunch, PUNCHED } from './fixtures/hole-punch.ts'
import { startTcpListener, until } from './fixtures/nodes.ts'
import type { TestNode } from '../libp2p/fixtures/node.ts'
import type { Connection } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'

const ATTEMPTS = 2

describe('dcutr', () => {
  afterEach(stopNodes)

  let relay: TestNode

  beforeEach(async () => {
    relay = await startTcpListener({ services: { identify: identify(), relay: circuitRelayServer() } })
  })

  /** A node that can only be reached through the relay. */
  async function startBehind (addresses: Libp2pOptions['addresses'], transports: Libp2pOptions['transports'] = [], encrypter = securePeer()): Promise<TestNode> {
    return startNode({
      connectionEncrypters: [encrypter],
      transports: [...transports, tcp(), circuitRelayTransport()],
      addresses,
      services: { identify: identify(), dcutr: dcutr({ retries: ATTEMPTS }) }
    })
  }

  /** A dials B through the relay, as soon as B has its reservation there. */
  async function dialRelayed (a: TestNode, b: TestNode): Promise<Connection> {
    const hop = relay.libp2p.getMultiaddrs()[0]
    await until(() => b.libp2p.getConnections(relay.libp2p.peerId).length > 0)

    return a.libp2p.dial(multiaddr(`${hop}/p2p-circuit/p2p/${b.libp2p.peerId}`))
  }

  const relayed = (): string => `${relay.libp2p.getMultiaddrs()[0]}/p2p-circuit`
  const between = (a: TestNode, b: TestNode): Connection[] => a.libp2p.getConnections(b.libp2p.peerId)

  it('should replace a relayed connection when the dialer can be dialed', async () => {
    const b = await startBehind({ listen: [relayed()] })
    // names are public to libp2p
    const a = await startBehind({ listen: ['/ip4/127.0.0.1/tcp/0'], announceFilter: addresses => addresses.map(address => multiaddr(address.toString().replace('/ip4/127.0.0.1/', '/dns4/localhost/'))) })
    const limited = await dialRelayed(a, b)
    expect(limited).to.have.property('limits').that.is.an('object')

    await until(() => limited.status === 'closed' && between(a, b).length === 1)
    const [direct] = between(a, b)

    expect(direct).to.include({ encryption: '/secure-peer/1.0.0', direction: 'inbound', limits: undefined })
    expect(await echo(direct, 'without the relay')).to.equal('without the relay')
    expect(a.metrics.read('errors_total')).to.deep.equal({})
    expect(b.metrics.read('errors_total')).to.deep.equal({})
  })

  it('should secure a connection that both sides dialed, in the roles they were given', async () => {
    const holes = new HolePunch()
    const b = await startBehind({ listen: [relayed()], announce: [PUNCHED.b] }, [holes.transport('b', false)])
    const a = await startBehind({ announce: [PUNCHED.a] }, [holes.transport('a', true)])
    const limited = await dialRelayed(a, b)

    await until(() => limited.status === 'closed' && between(a, b).length === 1 && between(b, a).length === 1)
    const [fromA] = between(a, b)
    const [fromB] = between(b, a)

    expect(fromA).to.include({ encryption: '/secure-peer/1.0.0', direction: 'outbound', limits: undefined })
    expect(fromB).to.include({ encryption: '/secure-peer/1.0.0', direction: 'inbound', limits: undefined })
    expect(await echo(fromA, 'from A')).to.equal('from A')
    expect(await echo(fromB, 'from B')).to.equal('from B')
    expect(a.metrics.read('errors_total')).to.deep.equal({})
    expect(b.metrics.read('errors_total')).to.deep.equal({})
  })

  it('should end a connection that both sides dialed as dialers, and leave the relayed one', async () => {
    const holes = new HolePunch()
    const encrypter = securePeer({ handshakeTimeout: 200 })
    const b = await startBehind({ listen: [relayed()], announce: [PUNCHED.b] }, [holes.transport('b')], encrypter)
    const a = await startBehind({ announce: [PUNCHED.a] }, [holes.transport('a')], encrypter)
    const limited = await dialRelayed(a, b)

    // the dial queue of libp2p drops the roles, and then each waits for the other's
    // hello: one's time is up first, which closes it for the other
    for (const { metrics } of [a, b]) {
      await until(() => metrics.read('handshakes_total').outbound_error > 0)
      expect(metrics.read('errors_total')).to.have.any.keys('ERR_HANDSHAKE_TIMEOUT', 'ERR_CARRIER_CLOSED')
    }

    await until(() => holes.dials.a === ATTEMPTS && a.metrics.read('handshakes_total').outbound_error === ATTEMPTS)
    expect(between(a, b)).to.deep.equal([limited])
    expect(between(b, a)).to.have.lengthOf(1)
    expect(await echo(limited, 'through the relay still')).to.equal('through the relay still')
  })
})
