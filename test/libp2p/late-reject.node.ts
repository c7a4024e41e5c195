import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { expect } from 'aegir/chai'
import { createLibp2p } from 'libp2p'
import { pEvent } from 'p-event'
import { CLOSE_TIMEOUT } from '../../src/constants.ts'
import { securePeer } from '../../src/index.ts'
import { RecordingLogger } from './fixtures/logger.ts'
import type { Libp2p } from '@libp2p/interface'

describe('a late rejection over TCP', () => {
  const nodes: Libp2p[] = []

  afterEach(async () => { await Promise.all(nodes.splice(0).map(async node => node.stop())) })

  it('should not say that it was not sent when the other side does not close', async () => {
    const logger = new RecordingLogger()
    let reject: (reason?: string) => void = () => {}
    const options = { transports: [tcp()], streamMuxers: [yamux()] }
    const listener = await createLibp2p({ ...options, logger, addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] }, connectionEncrypters: [securePeer({ identify: identity => { reject = identity.reject } })] })
    const dialer = await createLibp2p({ ...options, connectionEncrypters: [securePeer()] })
    nodes.push(listener, dialer)

    const connection = await dialer.dial(listener.getMultiaddrs())

    // its socket is read no more, so that it never sees the end
    const { maConn } = connection as unknown as { maConn: { pause (): void } }
    maConn.pause()

    const closed = pEvent(listener, 'connection:close', { timeout: 3 * CLOSE_TIMEOUT })
    reject('no more')
    await closed

    expect(logger.lines.join('\n')).to.not.include('was not sent')
  })
})
