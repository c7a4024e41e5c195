import type { IdentityKey } from './public-key.ts'
import type { MaybePromise } from '../encoding/bytes.ts'

/** What an adapter supplies for this side's identity. */
export interface Signer {
  readonly key: IdentityKey

  /** Signs `message` in the form that SPEC 4.2 gives for the key's type. */
  sign (message: Uint8Array): MaybePromise<Uint8Array>
}
