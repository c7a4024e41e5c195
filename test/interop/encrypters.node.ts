import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { expect } from 'aegir/chai'
import { securePeer } from '../../src/index.ts'
import { dial, echo, ordersOf, startListener, startNode, stopNodes } from '../libp2p/fixtures/node.ts'
import type { TestNode } from '../libp2p/fixtures/node.ts'

const ENCRYPTERS = { '/secure-peer/1.0.0': securePeer, '/noise': noise, '/tls/1.0.0': tls }
type EncrypterName = keyof typeof ENCRYPTERS

const ORDERS = ordersOf(Object.keys(ENCRYPTERS) as EncrypterName[])

describe('beside noise and TLS', function () {
  this.timeout(30_000)

  const listeners: TestNode[] = []

  before(async () => {
    for (const order of ORDERS) {
      listeners.push(await startListener({
        transports: [tcp()],
        connectionEncrypters: order.map(name => ENCRYPTERS[name]()),
        addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] }
      }))
    }
  })

  after(stopNodes)

  it('should meet every list in every order', () => {
    expect(ORDERS).to.have.lengthOf(3 + 3 * 2 + 3 * 2 * 1)
    expect(new Set(ORDERS.map(String)).size).to.equal(ORDERS.length)
  })

  for (const dialers of ORDERS) {
    it(`should use the first that both have, dialing with ${dialers.join(', ')}`, async () => {
      const dialer = await startNode({ transports: [tcp()], connectionEncrypters: dialers.map(name => ENCRYPTERS[name]()) })

      for (const [index, listener] of listeners.entries()) {
        const first = dialers.find(name => ORDERS[index].includes(name))
        const which = `${dialers.join(', ')} dials ${ORDERS[index].join(', ')}`

        if (first == null) {
          await expect(dial(dialer, listener), which).to.eventually.be.rejected()
          continue
        }

        const connection = await dial(dialer, listener)
        expect(connection.encryption, which).to.equal(first)
        expect(await echo(connection, which)).to.equal(which)

        const seen = listener.libp2p.getConnections(dialer.libp2p.peerId)
        expect(seen.map(({ encryption }) => encryption), which).to.deep.equal([first])
      }
    })
  }
})
