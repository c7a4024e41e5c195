import { raceSignal } from 'race-signal'
import type { SecuredMessageStream } from './message-stream.ts'
import type { StreamMuxerFactory } from '@libp2p/interface'

/**
 * Ends the secured stream when its muxer closes. A libp2p connection closes its
 * muxer and then the raw connection below the encryption, which is never told;
 * the muxer's close is the last that it hears.
 *
 * @param factory - of the muxer that was agreed on
 * @param stream - that the muxer runs over
 */
export function endWithMuxer (factory: StreamMuxerFactory, stream: SecuredMessageStream): StreamMuxerFactory {
  return {
    protocol: factory.protocol,
    createStreamMuxer: maConn => {
      const muxer = factory.createStreamMuxer(maConn)
      const close = muxer.close.bind(muxer)
      let closing: Promise<void> | undefined

      // a second close returns at once while the first still waits for streams
      muxer.close = async options => {
        closing ??= close(options).then(async () => stream.endWrites(options))
        await raceSignal(closing, options?.signal)
      }

      return muxer
    }
  }
}
