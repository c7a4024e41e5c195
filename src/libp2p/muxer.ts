import type { SecuredMessageStream } from './message-stream.ts'
import type { StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'

/**
 * Ends the secured stream when its muxer closes. A libp2p connection closes its
 * muxer and then the raw connection below the encryption, which is never told;
 * the muxer's close is the last that it hears.
 *
 * @param factory - of the muxer that was agreed on
 * @param stream - that the muxer runs over
 * @param open - holds the muxer for as long as its connection is open
 */
export function endWithMuxer (factory: StreamMuxerFactory, stream: SecuredMessageStream, open: Set<StreamMuxer>): StreamMuxerFactory {
  return {
    protocol: factory.protocol,
    createStreamMuxer: maConn => {
      const muxer = factory.createStreamMuxer(maConn)
      const close = muxer.close.bind(muxer)

      muxer.close = async options => {
        await close(options)
        await stream.endWrites(options)
      }

      open.add(muxer)
      stream.addEventListener('close', () => { open.delete(muxer) })

      return muxer
    }
  }
}
