import { raceSignal } from 'race-signal'
import { printableReason } from '../encoding/reason.ts'
import { IdentityRejectedError } from '../errors.ts'
import type { CipherName, GroupName } from '../constants.ts'
import type { Extensions } from '../handshake/header.ts'
import type { MessageStreamDirection, PeerId, PublicKey } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Who the other side is: authenticated facts, but for `remoteAddr`. */
export interface RemoteIdentity {
  readonly peerId: PeerId
  readonly publicKey: PublicKey

  /** Who dialed: `outbound` is this side. */
  readonly direction: MessageStreamDirection

  /** Where the transport tells it. */
  readonly remoteAddr?: Multiaddr
  readonly cipher: CipherName
  readonly group: GroupName

  /** What the other side put into its header, without a prototype. */
  readonly extensions: Extensions

  /**
   * Refuses the peer, or ends the connection when it was accepted before; the
   * other side is told `reason`, cut to 256 printable characters.
   */
  reject (reason?: string): void
}

/**
 * Accepts by returning anything but `false`, at once or later; refuses by
 * returning `false`, throwing or calling `identity.reject()`.
 */
export interface IdentifyFunction {
  (identity: RemoteIdentity, options: { signal: AbortSignal }): unknown
}

/** The identify step of one connection: first decides, later ends. */
export class IdentifyStep {
  readonly #decision = Promise.withResolvers<never>()
  #rejected?: string
  #rejectLater?: (reason: string) => void

  /** What {@link RemoteIdentity.reject} does. */
  readonly reject = (reason: string = ''): void => {
    if (this.#rejected != null) {
      return
    }

    this.#rejected = printableReason(reason)
    this.#decision.reject(new IdentityRejectedError(this.#rejected))
    this.#rejectLater?.(this.#rejected)
  }

  /**
   * Runs all functions at once; the first refusal decides.
   *
   * @throws {IdentityRejectedError}, or the signal's reason
   */
  async run (functions: readonly IdentifyFunction[], identity: RemoteIdentity, signal: AbortSignal): Promise<void> {
    // rejects later as well, when nobody waits any more
    this.#decision.promise.catch(() => {})

    await raceSignal(Promise.race([
      this.#decision.promise,
      Promise.all(functions.map(async identify => ask(identify, identity, signal)))
    ]), signal)

    if (this.#rejected != null) {
      throw new IdentityRejectedError(this.#rejected)
    }
  }

  /** Says what a rejection does from now on. */
  onLateReject (rejectLater: (reason: string) => void): void {
    this.#rejectLater = rejectLater

    if (this.#rejected != null) {
      rejectLater(this.#rejected)
    }
  }
}

async function ask (identify: IdentifyFunction, identity: RemoteIdentity, signal: AbortSignal): Promise<void> {
  let accepted: unknown

  try {
    accepted = await identify(identity, { signal })
  } catch (err) {
    signal.throwIfAborted()

    throw err instanceof IdentityRejectedError ? err : new IdentityRejectedError('', { cause: err })
  }

  if (accepted === false) {
    throw new IdentityRejectedError('')
  }
}
