import { StreamResetError } from '@libp2p/interface'
import { mplex } from '@libp2p/mplex'
import { noise } from '@libp2p/noise'
import { AbstractMessageStream } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { pEvent } from 'p-event'
import { securePeer } from '../../src/index.ts'
import { dial, echo, memoryAddress, ordersOf, startListener, startNode, stopNodes } from './fixtures/node.ts'
import type { RemoteIdentity } from '../../src/index.ts'
import type { ConnectionProtector, MessageStream, PeerId, StreamCloseEvent } from '@libp2p/interface'
import type { SendResult } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'

describe('nodes', () => {
  afterEach(stopNodes)

  it('should connect, echo and end without a truncation', async () => {
    const listener = await startListener()
    const dialer = await startNode()
    const connection = await dial(dialer, listener)

    expect(connection).to.include({ encryption: '/secure-peer/1.0.0', multiplexer: '/yamux/1.0.0' })
    expect(connection.remotePeer.equals(listener.libp2p.peerId)).to.equal(true)
    expect(await echo(connection, 'beep boop')).to.equal('beep boop')

    const left = pEvent(listener.libp2p, 'peer:disconnect')
    await connection.close()
    await left

    for (const { metrics } of [dialer, listener]) {
      expect(metrics.read('truncations_total')).to.deep.equal({ '': 0 })
      expect(metrics.read('errors_total')).to.deep.equal({})
    }
  })

  it('should dial without knowing the PeerId, which the handshake tells', async () => {
    const address = memoryAddress()
    const { libp2p } = await startListener({ addresses: { listen: [address] } })
    const dialer = await startNode()
    const connection = await dialer.libp2p.dial(multiaddr(address))

    expect(connection.remotePeer.equals(libp2p.peerId)).to.equal(true)
  })

  it('should tell a refused dialer the reason', async () => {
    const asked: PeerId[] = []

    const listener = await startListener({
      connectionEncrypters: [securePeer({
        identify: async ({ peerId, reject }) => {
          asked.push(peerId)
          reject('members only')
        }
      })]
    })
    const dialer = await startNode()

    await expect(dial(dialer, listener)).to.eventually.be.rejectedWith('ERR_REFUSED: the other side refused - members only')
    expect(asked).to.have.lengthOf(1)
    expect(asked[0].equals(dialer.libp2p.peerId)).to.equal(true)
    expect(listener.libp2p.getConnections()).to.have.lengthOf(0)
    expect(dialer.libp2p.getConnections()).to.have.lengthOf(0)
  })

  it('should end a connection whose peer is rejected later, with the reason', async () => {
    let identity: RemoteIdentity | undefined
    const listener = await startListener({ connectionEncrypters: [securePeer({ identify: remote => { identity = remote } })] })
    const dialer = await startNode()
    const connection = await dial(dialer, listener)
    expect(await echo(connection, 'still in')).to.equal('still in')

    const closed = pEvent<'close', StreamCloseEvent>(connection, 'close')
    const left = pEvent(listener.libp2p, 'peer:disconnect')
    identity?.reject('your time is up')

    expect((await closed).error?.message).to.equal('ERR_REJECTED: the remote peer rejected the connection - your time is up')
    await left
    expect(listener.libp2p.getConnections()).to.have.lengthOf(0)
  })

  it('should bind what both ends export', async () => {
    const transcripts: Uint8Array[] = []
    const materials: Uint8Array[] = []

    // remoteExtensions is between encrypter and upgrader
    const exporting: ReturnType<typeof securePeer> = components => {
      const encrypter = securePeer()(components)

      const note = (secured: Awaited<ReturnType<typeof encrypter.secureInbound>>): typeof secured => {
        if (secured.remoteExtensions != null) {
          transcripts.push(secured.remoteExtensions.transcriptHash)
          materials.push(secured.remoteExtensions.exportKeyingMaterial('test', undefined, 32))
        }

        return secured
      }

      return {
        protocol: encrypter.protocol,
        secureInbound: async (connection, options) => note(await encrypter.secureInbound(connection, options)),
        secureOutbound: async (connection, options) => note(await encrypter.secureOutbound(connection, options))
      }
    }

    await dial(await startNode({ connectionEncrypters: [exporting] }), await startListener({ connectionEncrypters: [exporting] }))

    expect(transcripts).to.have.lengthOf(2)
    expect(transcripts[0]).to.deep.equal(transcripts[1])
    expect(materials[0]).to.deep.equal(materials[1])
  })

  describe('muxers', () => {
    const MUXERS = { '/yamux/1.0.0': yamux, '/mplex/6.7.0': mplex }
    const orders = ordersOf(Object.keys(MUXERS) as Array<keyof typeof MUXERS>)

    for (const dialers of orders) {
      for (const listeners of orders) {
        const agreed = dialers.find(name => listeners.includes(name))

        it(`should be ${agreed ?? 'refused'} between ${dialers.join(', ')} and ${listeners.join(', ')}`, async () => {
          const listener = await startListener({ streamMuxers: listeners.map(name => MUXERS[name]()) })
          const dialer = await startNode({ streamMuxers: dialers.map(name => MUXERS[name]()) })

          if (agreed == null) {
            await expect(dial(dialer, listener)).to.eventually.be.rejectedWith('ERR_NO_COMMON_MUXER')
            return
          }

          const connection = await dial(dialer, listener)
          expect(await echo(connection, 'beep boop')).to.equal('beep boop')
          expect(connection.multiplexer).to.equal(agreed)
          expect(listener.libp2p.getConnections()[0].multiplexer).to.equal(agreed)

          const left = pEvent(listener.libp2p, 'peer:disconnect')
          await connection.close()
          await left
          expect(listener.metrics.read('truncations_total')).to.deep.equal({ '': 0 })
        })
      }
    }
  })

  describe('beside noise', () => {
    const ENCRYPTERS = { '/secure-peer/1.0.0': securePeer, '/noise': noise }
    const orders = ordersOf(Object.keys(ENCRYPTERS) as Array<keyof typeof ENCRYPTERS>)

    for (const dialers of orders) {
      for (const listeners of orders) {
        const first = dialers.find(name => listeners.includes(name))

        it(`should be ${first ?? 'refused'} between ${dialers.join(', ')} and ${listeners.join(', ')}`, async () => {
          const listener = await startListener({ connectionEncrypters: listeners.map(name => ENCRYPTERS[name]()) })
          const dialer = await startNode({ connectionEncrypters: dialers.map(name => ENCRYPTERS[name]()) })

          if (first == null) {
            await expect(dial(dialer, listener)).to.eventually.be.rejected()
          } else {
            expect(await dial(dialer, listener)).to.have.property('encryption', first)
          }
        })
      }
    }
  })

  it('should work inside a private network', async () => {
    const connectionProtector = (): ConnectionProtector => ({ protect: async stream => new XorStream(stream) })
    const listener = await startListener({ connectionProtector })
    const dialer = await startNode({ connectionProtector })
    const connection = await dial(dialer, listener)
    expect(await echo(connection, 'beep boop')).to.equal('beep boop')

    const left = pEvent(listener.libp2p, 'peer:disconnect')
    await connection.close()
    await left
    expect(listener.metrics.read('truncations_total')).to.deep.equal({ '': 0 })
    expect(listener.metrics.read('handshakes_total')).to.deep.equal({ inbound_success: 1 })
  })
})

/** What a connection protector puts between carrier and encrypter; like those of libp2p it has no address. */
class XorStream extends AbstractMessageStream {
  readonly #carrier: MessageStream

  constructor (carrier: MessageStream) {
    super({ log: carrier.log.newScope('xor'), direction: carrier.direction })
    this.#carrier = carrier

    carrier.addEventListener('message', event => { this.onData(xor(event.data.subarray())) })
    carrier.addEventListener('drain', () => { this.safeDispatchEvent('drain') })
    carrier.addEventListener('remoteCloseWrite', () => { this.onRemoteCloseWrite() })
    carrier.addEventListener('close', event => {
      if (event.error == null) {
        this.onTransportClosed()
      } else if (event.error instanceof StreamResetError) {
        this.onRemoteReset()
      } else {
        this.abort(event.error)
      }
    })
  }

  async close (): Promise<void> {
    await this.#carrier.close()
  }

  sendData (data: Uint8ArrayList): SendResult {
    return { sentBytes: data.byteLength, canSendMore: this.#carrier.send(xor(data.subarray())) }
  }

  sendReset (err: Error): void { this.#carrier.abort(err) }
  sendPause (): void { this.#carrier.pause() }
  sendResume (): void { this.#carrier.resume() }
}

function xor (bytes: Uint8Array): Uint8Array {
  return bytes.map(byte => byte ^ 0x55)
}
