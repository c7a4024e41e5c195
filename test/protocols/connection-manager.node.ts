import { ping } from '@libp2p/ping'
import { expect } from 'aegir/chai'
import { pEvent } from 'p-event'
import { dial, echo, stopNodes } from '../libp2p/fixtures/node.ts'
import { startTcpListener, startTcpNode, until } from './fixtures/nodes.ts'
import type { Connection, StreamCloseEvent } from '@libp2p/interface'

const MAX_CONNECTIONS = 3
const DIALERS = 6
const STORM = 30

describe('connection manager', () => {
  afterEach(stopNodes)

  it('should dial again who is to be kept alive, and closed', async () => {
    const listener = await startTcpListener()
    const dialer = await startTcpNode()
    await dialer.libp2p.peerStore.merge(listener.libp2p.peerId, {
      multiaddrs: listener.libp2p.getMultiaddrs(),
      tags: { 'keep-alive-test': { value: 1 } }
    })
    const first = await dialer.libp2p.dial(listener.libp2p.peerId)
    expect(await echo(first, 'first')).to.equal('first')

    const again = pEvent<'connection:open', CustomEvent<Connection>>(dialer.libp2p, 'connection:open')
    await listener.libp2p.getConnections()[0].close()
    const { detail: second } = await again

    expect(second).to.include({ encryption: '/secure-peer/1.0.0', status: 'open' })
    expect(second.id).to.not.equal(first.id)
    expect(second.remotePeer.equals(listener.libp2p.peerId)).to.equal(true)
    expect(await echo(second, 'second')).to.equal('second')
    expect(dialer.metrics.read('truncations_total')).to.deep.equal({ '': 0 })
  })

  it('should prune those of least value, whose other side sees an end in order', async () => {
    const listener = await startTcpListener({ services: { ping: ping() } })
    const dialers = await Promise.all(Array.from({ length: DIALERS }, async () => startTcpNode()))
    const closed: Array<Error | undefined> = []

    for (const [i, dialer] of dialers.entries()) {
      await listener.libp2p.peerStore.merge(dialer.libp2p.peerId, { tags: { test: { value: i } } })
      const connection = await dial(dialer, listener)
      connection.addEventListener('close', (event: StreamCloseEvent) => { closed.push(event.error) })
    }

    await until(() => listener.libp2p.getConnections().length === DIALERS)
    const pruned = pEvent<'connection:prune', CustomEvent<Connection[]>>(listener.libp2p, 'connection:prune')
    setMaxConnections(listener.libp2p, MAX_CONNECTIONS)
    const { detail } = await pruned

    expect(detail).to.have.lengthOf(DIALERS - MAX_CONNECTIONS)
    await until(() => closed.length === DIALERS - MAX_CONNECTIONS)
    expect(closed).to.deep.equal(Array.from({ length: DIALERS - MAX_CONNECTIONS }))

    for (const [i, { libp2p, metrics }] of dialers.entries()) {
      expect(libp2p.getConnections()).to.have.lengthOf(i < DIALERS - MAX_CONNECTIONS ? 0 : 1)
      expect(metrics.read('truncations_total')).to.deep.equal({ '': 0 })
    }
  })

  it('should leave those that it has no room for without a connection', async () => {
    const listener = await startTcpListener({ connectionManager: { maxConnections: 1, inboundConnectionThreshold: Infinity } })
    const dialers = await Promise.all(Array.from({ length: 2 }, async () => startTcpNode()))
    const first = await dial(dialers[0], listener)
    await until(() => listener.libp2p.getConnections().length === 1)

    await expect(dial(dialers[1], listener)).to.eventually.be.rejected()
    expect(dialers[1].libp2p.getConnections()).to.deep.equal([])
    expect(await echo(first, 'still in')).to.equal('still in')
  })

  it('should let in as many of a storm of dials as its limits allow', async () => {
    // libp2p's defaults: five a second from one address
    const listener = await startTcpListener({ connectionManager: {} })
    const dialers = await Promise.all(Array.from({ length: STORM }, async () => startTcpNode()))
    const results = await Promise.allSettled(dialers.map(async dialer => dial(dialer, listener)))
    const connections = results.flatMap(result => result.status === 'fulfilled' ? [result.value] : [])

    expect(connections.length).to.be.within(1, STORM - 1)

    for (const connection of connections) {
      expect(await echo(connection, 'let in')).to.equal('let in')
    }

    expect(listener.libp2p.getConnections()).to.have.lengthOf(connections.length)
  })
})

/** libp2p's own, which its type does not tell. */
function setMaxConnections (libp2p: object, maxConnections: number): void {
  const { components } = libp2p as { components: { connectionManager: { setMaxConnections (count: number): void } } }
  components.connectionManager.setMaxConnections(maxConnections)
}
