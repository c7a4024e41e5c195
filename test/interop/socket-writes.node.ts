import { Socket } from 'node:net'
import { tcp } from '@libp2p/tcp'
import { expect } from 'aegir/chai'
import sinon from 'sinon'
import { dial, startListener, startNode, stopNodes } from '../libp2p/fixtures/node.ts'
import type { Stream } from '@libp2p/interface'

const SINK = '/test/sink/1.0.0'

describe('writes to the socket', () => {
  let stream: Stream
  let sink: Stream
  let write: sinon.SinonSpy
  let port: number

  beforeEach(async () => {
    const listener = await startListener({ transports: [tcp()], addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] } })
    const dialer = await startNode({ transports: [tcp()] })
    const opened = Promise.withResolvers<Stream>()
    await listener.libp2p.handle(SINK, opened.resolve)

    const connection = await dial(dialer, listener)
    stream = await connection.newStream(SINK)
    sink = await opened.promise
    port = Number(listener.libp2p.getMultiaddrs()[0].getComponents().find(({ name }) => name === 'tcp')?.value)
    write = sinon.spy(Socket.prototype, 'write')
  })

  afterEach(async () => {
    write.restore()
    await stopNodes()
  })

  function writes (): Uint8Array[] {
    return write.getCalls().filter(({ thisValue }) => thisValue.remotePort === port).map(({ args }) => args[0])
  }

  async function received (bytes: number): Promise<void> {
    let left = bytes

    return new Promise(resolve => {
      sink.addEventListener('message', ({ data }) => {
        left -= data.byteLength

        if (left <= 0) {
          resolve()
        }
      })
    })
  }

  it('should be few for the many small ones of a turn', async () => {
    const all = received(200 * 1024)

    for (let i = 0; i < 200; i++) {
      stream.send(new Uint8Array(1024))
    }

    await all

    // 12 bytes of yamux for each, and 20 for a record of 64 KiB
    const bytes = writes().reduce((sum, { byteLength }) => sum + byteLength, 0)
    expect(bytes).to.be.within(200 * 1036, 200 * 1036 + 1000)
    expect(writes().length).to.be.at.most(3)
  })

  it('should be one, at once, for a small one on an idle connection', async () => {
    // what came before has gone
    await new Promise(resolve => setTimeout(resolve, 20))
    write.resetHistory()
    stream.send(new Uint8Array(64))
    await Promise.resolve()

    expect(writes().map(({ byteLength }) => byteLength)).to.deep.equal([4 + 12 + 64 + 16])
  })
})
