import { yamux as chainsafeYamux } from '@chainsafe/libp2p-yamux'
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { memory } from '@libp2p/memory'
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { pEvent } from 'p-event'
import { securePeer } from '../../src/index.ts'
import { KEY_NAMES, keyOf, otherKeyOf } from '../libp2p/fixtures/keys.ts'
import { dial, echo, memoryAddress, startListener, startNode, stopNodes } from '../libp2p/fixtures/node.ts'
import type { TestNode } from '../libp2p/fixtures/node.ts'
import type { Connection } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'

const MIB = 2 ** 20

const CARRIERS: Record<string, { transports: Libp2pOptions['transports'], address (): string }> = {
  TCP: { transports: [tcp()], address: () => '/ip4/127.0.0.1/tcp/0' },
  WebSockets: { transports: [webSockets()], address: () => '/ip4/127.0.0.1/tcp/0/ws' },
  memory: { transports: [memory()], address: memoryAddress }
}

const MUXERS = { '@libp2p/yamux': yamux, '@chainsafe/libp2p-yamux': chainsafeYamux }

async function endCleanly (dialer: TestNode, listener: TestNode, closing: Connection, other: TestNode): Promise<void> {
  const left = pEvent(other.libp2p, 'peer:disconnect')
  await closing.close()
  await left

  for (const { metrics } of [dialer, listener]) {
    expect(metrics.read('truncations_total')).to.deep.equal({ '': 0 })
    expect(metrics.read('errors_total')).to.deep.equal({})
  }
}

describe('carriers', () => {
  afterEach(stopNodes)

  for (const [carrier, { transports, address }] of Object.entries(CARRIERS)) {
    for (const [name, muxer] of Object.entries(MUXERS)) {
      for (const closing of ['dialer', 'listener']) {
        it(`should carry a MiB over ${carrier} and ${name}, and end cleanly from the ${closing}`, async () => {
          const listener = await startListener({ transports, streamMuxers: [muxer()], addresses: { listen: [address()] } })
          const dialer = await startNode({ transports, streamMuxers: [muxer()] })
          const connection = await dial(dialer, listener)
          const text = 'x'.repeat(MIB)

          expect(connection.encryption).to.equal('/secure-peer/1.0.0')
          expect(await echo(connection, text)).to.equal(text)

          if (closing === 'dialer') {
            await endCleanly(dialer, listener, connection, listener)
          } else {
            await endCleanly(dialer, listener, listener.libp2p.getConnections()[0], dialer)
          }
        })
      }
    }
  }

  for (const stopping of ['dialer', 'listener'] as const) {
    it(`should ${stopping === 'dialer' ? 'end cleanly' : 'tell the dialer of a cut'} when the ${stopping} stops`, async () => {
      const listener = await startListener({ transports: [tcp()], addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] } })
      const dialer = await startNode({ transports: [tcp()] })
      const connection = await dial(dialer, listener)
      expect(await echo(connection, 'beep boop')).to.equal('beep boop')

      const nodes = { dialer, listener }
      const other = stopping === 'dialer' ? listener : dialer
      const left = pEvent(other.libp2p, 'peer:disconnect')
      await nodes[stopping].libp2p.stop()
      await left

      // the TCP listener destroys its sockets when it stops, before connections were closed
      expect(other.metrics.read('errors_total')).to.deep.equal(stopping === 'dialer' ? {} : { ERR_TRUNCATED: 1 })
      expect(nodes[stopping].metrics.read('errors_total')).to.deep.equal({})
    })
  }

  it('should secure two nodes from end to end through a relay', async () => {
    const transports: Libp2pOptions['transports'] = [tcp(), circuitRelayTransport()]
    const relay = await startListener({
      transports: [tcp()],
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      services: { identify: identify(), relay: circuitRelayServer() }
    })
    const relayAddress = relay.libp2p.getMultiaddrs()[0]
    const listener = await startListener({ transports, addresses: { listen: [`${relayAddress}/p2p-circuit`] }, services: { identify: identify() } })
    const dialer = await startNode({ transports, services: { identify: identify() } })

    const relayed = multiaddr(`${relayAddress}/p2p-circuit/p2p/${listener.libp2p.peerId}`)
    const connection = await dialer.libp2p.dial(relayed)

    expect(connection.encryption).to.equal('/secure-peer/1.0.0')
    expect(connection.limits).to.not.equal(undefined)
    expect(connection.remotePeer.equals(listener.libp2p.peerId)).to.equal(true)
    expect(await echo(connection, 'through somebody else')).to.equal('through somebody else')

    const left = pEvent(listener.libp2p, 'peer:disconnect', { filter: event => dialer.libp2p.peerId.equals((event as CustomEvent).detail) })
    await connection.close()
    await left

    expect(listener.metrics.read('truncations_total')).to.deep.equal({ '': 0 })
    expect(dialer.metrics.read('truncations_total')).to.deep.equal({ '': 0 })
  })

  it('should tell a dialer through a relay why it was refused', async () => {
    const transports: Libp2pOptions['transports'] = [tcp(), circuitRelayTransport()]
    const relay = await startListener({
      transports: [tcp()],
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      services: { identify: identify(), relay: circuitRelayServer() }
    })
    const relayAddress = relay.libp2p.getMultiaddrs()[0]

    // it dials the relay itself, and nobody else gets in
    const listener = await startListener({
      transports,
      connectionEncrypters: [securePeer({
        identify: ({ direction, reject }) => {
          if (direction === 'inbound') {
            reject('not through a relay')
          }
        }
      })],
      addresses: { listen: [`${relayAddress}/p2p-circuit`] },
      services: { identify: identify() }
    })
    const dialer = await startNode({ transports, services: { identify: identify() } })

    await expect(dialer.libp2p.dial(multiaddr(`${relayAddress}/p2p-circuit/p2p/${listener.libp2p.peerId}`)))
      .to.eventually.be.rejectedWith('ERR_REFUSED: the other side refused - not through a relay')
  })

  for (const name of KEY_NAMES.filter(name => name !== 'ECDSA')) {
    it(`should dial a ${name} PeerId, and nobody else in its place`, async () => {
      const privateKey = await keyOf(name)
      const listener = await startListener({ transports: [tcp()], privateKey, addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] } })
      const address = listener.libp2p.getMultiaddrs()[0].decapsulate('/p2p')
      const dialer = await startNode({ transports: [tcp()] })
      const wanted = peerIdFromPrivateKey(await otherKeyOf(name)).toString()

      const failure = await dialer.libp2p.dial(multiaddr(`${address}/p2p/${wanted}`)).then(() => undefined, err => err)
      expect(failure?.message).to.match(/^ERR_UNEXPECTED_PEER: /).and.include(wanted)

      const right = peerIdFromString(peerIdFromPrivateKey(privateKey).toString())
      await dialer.libp2p.peerStore.merge(right, { multiaddrs: [address] })
      const connection = await dialer.libp2p.dial(right)
      expect(connection.remotePeer.equals(right)).to.equal(true)
    })
  }
})
