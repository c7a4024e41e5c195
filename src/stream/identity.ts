import { IdentityRejectedError } from '../errors.ts'
import type { ProvenIdentity } from './protocol.ts'
import type { PeerId } from '@libp2p/interface'

/**
 * Who the other side is, proven by its signature: the seed's `id`. Each listener
 * of `identify` gets one of its own and has to answer.
 */
export class Identity implements ProvenIdentity {
  readonly key: ProvenIdentity['key']
  readonly peerId: PeerId
  readonly cipher: string
  readonly group?: string

  readonly #decision: Decision
  #accepted = false

  constructor (remote: ProvenIdentity, decision: Decision) {
    this.key = remote.key
    this.peerId = remote.peerId
    this.cipher = remote.cipher
    this.group = remote.group
    this.#decision = decision
  }

  /** This listener has nothing against the peer. A second call counts no second time. */
  accept (): void {
    if (!this.#accepted) {
      this.#accepted = true
      this.#decision.accept()
    }
  }

  /**
   * Refuses the peer, whatever other listeners say. After it was accepted this
   * ends the connection.
   *
   * @param reason - what the other side is told, at most 256 printable characters,
   * or the error that this side sees; 0.2 tells the other side nothing
   */
  reject (reason: string | IdentityRejectedError = ''): void {
    this.#decision.reject(typeof reason === 'string' ? new IdentityRejectedError(reason) : reason)
  }
}

/** Counts the answers about one peer. */
export class Decision {
  /** Resolves when all accepted; rejects with {@link IdentityRejectedError} when the first refuses before. */
  readonly made: Promise<void>

  readonly #resolvers = Promise.withResolvers<void>()
  readonly #onLateReject: (err: IdentityRejectedError) => void
  #waiting: number
  #rejected = false

  /**
   * @param listeners - how many have to accept; without any the peer is accepted
   * @param onLateReject - called once, when somebody refuses after all accepted
   */
  constructor (listeners: number, onLateReject: (err: IdentityRejectedError) => void) {
    this.made = this.#resolvers.promise
    this.#onLateReject = onLateReject
    this.#waiting = listeners

    if (listeners === 0) {
      this.#resolvers.resolve()
    }
  }

  accept (): void {
    this.#waiting--

    if (this.#waiting === 0) {
      this.#resolvers.resolve()
    }
  }

  reject (err: IdentityRejectedError): void {
    if (this.#rejected) {
      return
    }

    this.#rejected = true

    if (this.#waiting > 0) {
      this.#resolvers.reject(err)
    } else {
      this.#onLateReject(err)
    }
  }
}
