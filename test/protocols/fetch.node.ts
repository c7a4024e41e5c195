import { fetch } from '@libp2p/fetch'
import { expect } from 'aegir/chai'
import { dial, stopNodes } from '../libp2p/fixtures/node.ts'
import { startTcpListener, startTcpNode } from './fixtures/nodes.ts'

const MIB = 2 ** 20

describe('fetch', () => {
  afterEach(stopNodes)

  it('should get values of any size, and nothing for what is not there', async () => {
    const values: Record<string, Uint8Array> = {
      '/test/empty': new Uint8Array(0),
      '/test/small': new TextEncoder().encode('beep boop'),
      '/test/large': new Uint8Array(MIB).map((_, i) => i)
    }
    const listener = await startTcpListener({ services: { fetch: fetch() } })
    const dialer = await startTcpNode({ services: { fetch: fetch() } })
    listener.libp2p.services.fetch.registerLookupFunction('/test/', async key => values[new TextDecoder().decode(key)])
    await dial(dialer, listener)
    const get = async (key: string): Promise<Uint8Array | undefined> => dialer.libp2p.services.fetch.fetch(listener.libp2p.peerId, key)

    for (const [key, value] of Object.entries(values)) {
      expect(await get(key)).to.deep.equal(value)
    }

    expect(await get('/test/missing')).to.equal(undefined)
    await expect(get('/other/key')).to.eventually.be.rejected()
    expect(dialer.libp2p.getConnections()).to.have.lengthOf(1)
  })
})
