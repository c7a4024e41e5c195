import { IdentityRejectedError, InvalidOptionError, RefusedError, RejectedError } from '../errors.ts'
import { KnownPeersStoreError } from '../known-peers/known-peer.ts'

/** What scripts can tell apart; the help explains them. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  wrongPeer: 3,
  refused: 4
} as const

/** The command line has no meaning, or a file that it names. */
export class UsageError extends Error {
  static name = 'UsageError'
  readonly name = 'UsageError'
}

/** The exit code for what went wrong. */
export function exitCodeOf (err: unknown): number {
  if (err instanceof UsageError || err instanceof InvalidOptionError || err instanceof KnownPeersStoreError) {
    return EXIT.usage
  }

  if (err instanceof IdentityRejectedError) {
    return EXIT.wrongPeer
  }

  return err instanceof RejectedError || err instanceof RefusedError ? EXIT.refused : EXIT.failed
}
