import { ping } from '@libp2p/ping'
import { expect } from 'aegir/chai'
import { dial, stopNodes } from '../libp2p/fixtures/node.ts'
import { startTcpListener, startTcpNode, until } from './fixtures/nodes.ts'

describe('ping', () => {
  afterEach(stopNodes)

  it('should be answered, from each side, many times over one connection', async () => {
    const listener = await startTcpListener({ services: { ping: ping() } })
    const dialer = await startTcpNode({ services: { ping: ping() } })
    await dial(dialer, listener)

    for (let i = 0; i < 10; i++) {
      expect(await dialer.libp2p.services.ping.ping(listener.libp2p.peerId)).to.be.at.least(0)
      expect(await listener.libp2p.services.ping.ping(dialer.libp2p.peerId)).to.be.at.least(0)
    }

    expect(dialer.libp2p.getConnections()).to.have.lengthOf(1)
  })

  it('should let the connection monitor measure what is idle otherwise', async () => {
    const listener = await startTcpListener({ services: { ping: ping() } })
    const dialer = await startTcpNode({ connectionMonitor: { enabled: true, pingInterval: 20 } })
    const connection = await dial(dialer, listener)

    await until(() => connection.rtt != null)
    expect(connection.status).to.equal('open')
  })
})
