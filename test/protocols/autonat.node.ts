import { autoNATv2 } from '@libp2p/autonat-v2'
import { identify } from '@libp2p/identify'
import { expect } from 'aegir/chai'
import { stopNodes } from '../libp2p/fixtures/node.ts'
import { listenAddresses, startTcpListener, until } from './fixtures/nodes.ts'
import { loopbackAddress, publicTcp } from './fixtures/public-tcp.ts'
import type { ConnectionGater } from '@libp2p/interface'

const CLIENT = 20
const SERVER = 30

describe('autonat', () => {
  before(function () {
    // its loopback interface has 127.0.0.1 alone, and two hosts are wanted
    if (process.platform === 'darwin') {
      this.skip()
    }
  })

  afterEach(stopNodes)

  async function startPublic (host: number, connectionGater: ConnectionGater = {}): ReturnType<typeof startTcpListener> {
    return startTcpListener({
      transports: [publicTcp(host)],
      addresses: { listen: [loopbackAddress(host)] },
      connectionGater: { denyDialMultiaddr: () => false, ...connectionGater },
      services: { identify: identify(), autonat: autoNATv2() }
    })
  }

  it('should verify an address by dialing it back', async () => {
    const client = await startPublic(CLIENT)
    const server = await startPublic(SERVER)
    const inbound: string[] = []

    client.libp2p.addEventListener('connection:open', ({ detail }) => {
      if (detail.direction === 'inbound') {
        inbound.push(`${detail.remotePeer} ${detail.encryption}`)
      }
    })

    // nobody has verified its address yet
    expect(client.libp2p.getMultiaddrs()).to.deep.equal([])
    await client.libp2p.dial(listenAddresses(server))
    await until(() => client.libp2p.getMultiaddrs().length > 0)

    // how often it asks to be dialed is autonat's own affair
    expect([...new Set(inbound)]).to.deep.equal([`${server.libp2p.peerId} /secure-peer/1.0.0`])
    expect(client.libp2p.getMultiaddrs()[0].toString()).to.match(/^\/ip4\/20\.0\.0\.1\/tcp\//)
  })
})
