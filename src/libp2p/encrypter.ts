import { serviceCapabilities } from '@libp2p/interface'
import { PROTOCOL } from '../constants.ts'
import { defaultBackend } from '../crypto/index.ts'
import { errorCode, NegotiationError } from '../errors.ts'
import { parseOptions } from '../options.ts'
import { MessageStreamCarrier } from './carrier.ts'
import { establish } from './establish.ts'
import { signerFromPrivateKey } from './keys.ts'
import { SecuredMessageStream } from './message-stream.ts'
import { SecurePeerMetrics } from './metrics.ts'
import { endWithMuxer } from './muxer.ts'
import type { Established } from './establish.ts'
import type { HeaderFields } from '../handshake/header.ts'
import type { Signer } from '../identity/signer.ts'
import type { SecurePeerComponents, SecurePeerExtensions } from '../index.ts'
import type { SecurePeerInit, Settings } from '../options.ts'
import type { ConnectionEncrypter, Logger, MessageStream, SecureConnectionOptions, SecuredConnection, StreamMuxerFactory } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** The connection encrypter: options in, handshake, secured connection out. */
export class SecurePeer implements ConnectionEncrypter<SecurePeerExtensions> {
  public readonly protocol = PROTOCOL
  readonly #components: SecurePeerComponents
  readonly #settings: Settings
  readonly #signer: Signer
  readonly #log: Logger
  readonly #metrics?: SecurePeerMetrics

  constructor (components: SecurePeerComponents, init: SecurePeerInit) {
    this.#components = components
    this.#settings = parseOptions(init, defaultBackend)
    this.#signer = signerFromPrivateKey(defaultBackend, components.privateKey)
    this.#log = components.logger.forComponent('libp2p:secure-peer')
    this.#metrics = components.metrics != null ? new SecurePeerMetrics(components.metrics) : undefined

    if (this.#settings.keyLog != null) {
      this.#log.error('keyLog is set: whoever has what it is given can read every connection')
    }
  }

  readonly [Symbol.toStringTag] = 'libp2p-secure-peer'

  readonly [serviceCapabilities]: string[] = [
    '@libp2p/connection-encryption',
    'libp2p-secure-peer'
  ]

  async secureInbound (connection: MessageStream, options?: SecureConnectionOptions): Promise<SecuredConnection<SecurePeerExtensions>> {
    return this.#secure(connection, 'listener', options)
  }

  async secureOutbound (connection: MessageStream, options?: SecureConnectionOptions): Promise<SecuredConnection<SecurePeerExtensions>> {
    return this.#secure(connection, 'dialer', options)
  }

  async #secure (connection: MessageStream, role: 'dialer' | 'listener', options?: SecureConnectionOptions): Promise<SecuredConnection<SecurePeerExtensions>> {
    const direction = role === 'dialer' ? 'outbound' : 'inbound'
    const start = Date.now()
    const carrier = new MessageStreamCarrier(connection, this.#settings.handshakeTimeout, options)

    try {
      const established = await establish(carrier, {
        backend: defaultBackend,
        signer: this.#signer,
        settings: this.#settings,
        role,
        fields: this.#fields(options),
        direction,
        remotePeer: options?.remotePeer,
        remoteAddr: remoteAddrOf(connection),
        signal: carrier.signal
      })

      const secured = this.#securedConnection(connection, carrier, established)
      this.#metrics?.handshakeDone(direction, established.session, Date.now() - start)
      this.#log.trace('%s handshake done with %p, %s, %s', direction, established.remotePeer, established.session.group, established.session.cipher)

      return secured
    } catch (err: any) {
      this.#metrics?.handshakeFailed(direction, errorCode(err))
      this.#log.error('%s handshake with %a failed - %e', direction, remoteAddrOf(connection), err)
      await carrier.close(err)

      throw err
    }
  }

  #securedConnection (connection: MessageStream, carrier: MessageStreamCarrier, established: Established): SecuredConnection<SecurePeerExtensions> {
    const { session, remotePeer, extensions, identifyStep } = established
    let muxer: StreamMuxerFactory | undefined
    let rest: Uint8Array

    try {
      muxer = this.#muxerFactory(established.muxer)
      rest = carrier.release()
    } catch (err) {
      session.wipe()
      throw err
    }

    const stream = new SecuredMessageStream(connection, session, rest, this.#metrics)

    identifyStep.onLateReject(reason => {
      stream.reject(reason).catch(err => { this.#log.error('the reject record was not sent - %e', err) })
    })
    carrier.resume()

    return {
      connection: stream,
      remotePeer,
      remoteExtensions: {
        group: session.group,
        cipher: session.cipher,
        extensions,
        transcriptHash: session.transcriptHash,
        exportKeyingMaterial: (label, context, length) => session.exportKeyingMaterial(label, context, length)
      },
      streamMuxer: muxer != null ? endWithMuxer(muxer, stream) : undefined
    }
  }

  /** What this side's header says, as it is when the handshake begins. */
  #fields (options?: SecureConnectionOptions): HeaderFields {
    const { upgrader } = this.#components

    return {
      muxers: options?.skipStreamMuxerNegotiation === true ? [] : [...upgrader.getStreamMuxers().keys()],
      encrypters: [...upgrader.getConnectionEncrypters().keys()],
      extensions: this.#settings.extensions
    }
  }

  #muxerFactory (protocol: string | undefined): StreamMuxerFactory | undefined {
    if (protocol == null) {
      return undefined
    }

    const factory = this.#components.upgrader.getStreamMuxers().get(protocol)

    if (factory == null) {
      throw new NegotiationError('ERR_NO_COMMON_MUXER', `the stream muxer ${protocol} is not registered any more`)
    }

    return factory
  }
}

// a MultiaddrConnection has it, other message streams do not
function remoteAddrOf (connection: MessageStream & { remoteAddr?: Multiaddr }): Multiaddr | undefined {
  return connection.remoteAddr
}
