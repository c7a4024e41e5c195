import { handshake } from '../handshake/handshake.ts'
import { IdentifyStep } from './identify.ts'
import { peerIdFromAnyPublicKey, publicKeyFromIdentity, requirePeer } from './keys.ts'
import type { Backend } from '../crypto/backend.ts'
import type { HandshakeCarrier } from '../handshake/handshake.ts'
import type { Extensions, HeaderFields, Role } from '../handshake/header.ts'
import type { Session } from '../handshake/session.ts'
import type { Signer } from '../identity/signer.ts'
import type { Settings } from '../options.ts'
import type { MessageStreamDirection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

// all connections without any share it; without a prototype, as others are
const NO_EXTENSIONS: Extensions = Object.freeze(Object.create(null))

/** What is known before a handshake begins. */
export interface EstablishOptions {
  readonly backend: Backend
  readonly signer: Signer
  readonly settings: Settings
  readonly role: Role
  readonly fields: HeaderFields
  readonly direction: MessageStreamDirection

  /** Whom the connection is meant for, where that is known. */
  readonly remotePeer?: PeerId
  readonly remoteAddr?: Multiaddr

  /** Ends the identify step; the carrier ends everything else. */
  readonly signal: AbortSignal
}

/** A handshake that both sides accepted, in libp2p's terms. */
export interface Established {
  readonly session: Session
  readonly muxer?: string
  readonly remotePeer: PeerId

  /** What the other side put into its header. */
  readonly extensions: Extensions
  readonly identifyStep: IdentifyStep
}

/**
 * The handshake with libp2p's identities: PeerIds are compared, and the identify
 * functions asked.
 */
export async function establish (carrier: HandshakeCarrier, options: EstablishOptions): Promise<Established> {
  const { backend, signer, settings, role, fields, direction, remoteAddr, signal } = options
  const identifyStep = new IdentifyStep()

  const { session, remote, muxer, peer } = await handshake(carrier, {
    backend,
    role,
    signer,
    fields,
    groups: settings.groups,
    ciphers: settings.ciphers,
    keyLog: settings.keyLog,

    verifyPeer: key => {
      const publicKey = publicKeyFromIdentity(key)
      const peerId = peerIdFromAnyPublicKey(publicKey)
      requirePeer(options.remotePeer, peerId)

      return { publicKey, peerId }
    },

    identify: async (peer, { extensions }, suite) => {
      if (settings.identify.length > 0) {
        await identifyStep.run(settings.identify, {
          ...peer,
          ...suite,
          direction,
          remoteAddr,
          extensions: extensions ?? NO_EXTENSIONS,
          reject: identifyStep.reject
        }, signal)
      }
    }
  })

  // given up while it finished
  if (signal.aborted) {
    session.wipe()
    throw signal.reason
  }

  return { session, muxer, remotePeer: peer.peerId, extensions: remote.extensions ?? NO_EXTENSIONS, identifyStep }
}
