/**
 * secure-peer over any duplex of async iterables: the handshake and records that
 * libp2p connections have, without libp2p.
 *
 * @example
 *
 * ```TypeScript
 * import { generateKeyPair } from '@libp2p/crypto/keys'
 * import { duplexPair } from 'it-pair/duplex'
 * import { pipe } from 'it-pipe'
 * import { secureDuplex } from 'libp2p-secure-peer/duplex'
 *
 * const [left, right] = duplexPair<Uint8Array>()
 *
 * const [alice, bob] = await Promise.all([
 *   secureDuplex(left, { privateKey: await generateKeyPair('Ed25519') }),
 *   secureDuplex(right, { privateKey: await generateKeyPair('Ed25519') })
 * ])
 *
 * void pipe(bob, bob) // an echo
 *
 * await pipe([new TextEncoder().encode('beep boop')], alice, async source => {
 *   for await (const bytes of source) {
 *     console.info(new TextDecoder().decode(bytes))
 *   }
 * })
 * ```
 *
 * @module duplex
 */

import { defaultBackend } from '../crypto/index.ts'
import { InvalidOptionError } from '../errors.ts'
import { Deadline } from '../handshake/deadline.ts'
import { establish } from '../libp2p/establish.ts'
import { signerFromPrivateKey } from '../libp2p/keys.ts'
import { parseOptions } from '../options.ts'
import { SecuredDuplex } from './secured-duplex.ts'
import type { Role } from '../handshake/header.ts'
import type { SecurePeerExtensions } from '../index.ts'
import type { SecurePeerInit } from '../options.ts'
import type { AbortOptions, PeerId, PrivateKey } from '@libp2p/interface'
import type { Duplex } from 'it-stream-types'
import type { Uint8ArrayList } from 'uint8arraylist'

export type { Role }

/** A chunk of a carrier or of a source. */
export type Bytes = Uint8Array | Uint8ArrayList

/** What a connection is made over. */
export type ByteDuplex = Duplex<AsyncIterable<Bytes>, AsyncIterable<Uint8Array>, unknown>

export interface SecureDuplexInit extends SecurePeerInit, AbortOptions {
  /** This side's identity. */
  privateKey: PrivateKey

  /** Whom the connection is meant for, where that is known. */
  remotePeer?: PeerId

  /**
   * `peer` when nobody is first; `dialer` on one side and `listener` on the other
   * for libp2p's order, in which a listener shows its identity only to those whom
   * it accepts. Extensions are for these two.
   *
   * @default 'peer'
   */
  role?: Role
}

/** A duplex of plaintext. */
export interface SecureDuplex extends Duplex<AsyncGenerator<Uint8Array, void>, Iterable<Bytes> | AsyncIterable<Bytes>, Promise<void>>, SecurePeerExtensions {
  readonly remotePeer: PeerId
}

/**
 * Secures `duplex`.
 *
 * @throws {InvalidOptionError} on options without a meaning
 * @throws an error of this package, or `UnexpectedPeerError`, when the handshake fails; the duplex is closed then, but for a signal that was aborted before
 */
export async function secureDuplex (duplex: ByteDuplex, init: SecureDuplexInit): Promise<SecureDuplex> {
  const { privateKey, remotePeer, role = 'peer', signal } = init
  signal?.throwIfAborted()

  const settings = parseOptions(init, defaultBackend)
  const signer = signerFromPrivateKey(defaultBackend, privateKey)

  if (role === 'peer' && settings.extensions != null) {
    throw new InvalidOptionError('extensions are for the roles dialer and listener')
  }

  const secured = new SecuredDuplex(duplex, err => { deadline.fail(err) })
  const deadline = new Deadline(settings.handshakeTimeout, signal, err => { secured.fail(err) })

  try {
    const { session, remotePeer: peer, extensions, identifyStep } = await establish(secured, {
      backend: defaultBackend,
      signer,
      settings,
      role,
      fields: { extensions: settings.extensions },
      direction: role === 'listener' ? 'inbound' : 'outbound',
      remotePeer,
      signal: deadline.signal
    })

    secured.begin(session)
    identifyStep.onLateReject(reason => {
      secured.reject(reason).catch(err => { secured.fail(err) })
    })

    return {
      source: secured.source,
      sink: async source => secured.sink(source),
      remotePeer: peer,
      group: session.group,
      cipher: session.cipher,
      extensions,
      transcriptHash: session.transcriptHash,
      exportKeyingMaterial: (label, context, length) => session.exportKeyingMaterial(label, context, length)
    }
  } catch (err: any) {
    await secured.close(err)

    throw err
  } finally {
    deadline.clear()
  }
}
