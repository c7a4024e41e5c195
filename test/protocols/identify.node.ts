import { identify, identifyPush } from '@libp2p/identify'
import { expect } from 'aegir/chai'
import { pEvent } from 'p-event'
import { dial, stopNodes } from '../libp2p/fixtures/node.ts'
import { startTcpListener, startTcpNode, until } from './fixtures/nodes.ts'
import type { IdentifyResult } from '@libp2p/interface'

const NEW_PROTOCOL = '/test/new/1.0.0'

describe('identify', () => {
  afterEach(stopNodes)

  it('should tell each side of the other as soon as they are connected', async () => {
    const listener = await startTcpListener({ services: { identify: identify() }, nodeInfo: { userAgent: 'the listener' } })
    const dialer = await startTcpNode({ services: { identify: identify() }, nodeInfo: { userAgent: 'the dialer' } })
    const results = Promise.all([dialer, listener].map(async ({ libp2p }) => pEvent<'peer:identify', CustomEvent<IdentifyResult>>(libp2p, 'peer:identify')))
    await dial(dialer, listener)
    const [seenByDialer, seenByListener] = (await results).map(({ detail }) => detail)

    expect(seenByDialer.peerId.equals(listener.libp2p.peerId)).to.equal(true)
    expect(seenByDialer).to.have.property('agentVersion', 'the listener')
    expect(seenByDialer.protocols).to.include('/ipfs/id/1.0.0')
    expect(seenByDialer.listenAddrs.map(String)).to.include(listener.libp2p.getMultiaddrs()[0].decapsulate('/p2p').toString())
    expect(seenByDialer.signedPeerRecord?.addresses).to.have.lengthOf(1)
    expect(seenByListener.peerId.equals(dialer.libp2p.peerId)).to.equal(true)
    expect(seenByListener).to.have.property('agentVersion', 'the dialer')
    expect(seenByListener.connection.encryption).to.equal('/secure-peer/1.0.0')
  })

  it('should push what changed to the other side', async () => {
    const services = { identify: identify(), push: identifyPush({ debounce: 10 }) }
    const listener = await startTcpListener({ services })
    const dialer = await startTcpNode({ services })
    const identified = pEvent(listener.libp2p, 'peer:identify')
    await dial(dialer, listener)
    await identified

    const protocols = async (): Promise<string[]> => (await dialer.libp2p.peerStore.get(listener.libp2p.peerId)).protocols
    await until(async () => (await protocols()).includes('/ipfs/id/push/1.0.0'))
    expect(await protocols()).to.not.include(NEW_PROTOCOL)

    await listener.libp2p.handle(NEW_PROTOCOL, () => {})
    await until(async () => (await protocols()).includes(NEW_PROTOCOL))
    expect(dialer.libp2p.getConnections()).to.have.lengthOf(1)
  })
})
