import { RECORD_TYPE } from '../constants.ts'
import { utf8, wipe } from '../encoding/bytes.ts'
import { printableReason } from '../encoding/reason.ts'
import { exportKeyingMaterial } from '../key-schedule.ts'
import { Opener } from '../record/opener.ts'
import { RecordKeySequence } from '../record/record-keys.ts'
import { Sealer } from '../record/sealer.ts'
import type { CipherName, GroupName } from '../constants.ts'
import type { Backend } from '../crypto/backend.ts'
import type { MaybePromise } from '../encoding/bytes.ts'
import type { SessionSecrets, Side } from '../key-schedule.ts'

/** What a handshake gives: the two directions' records and what was agreed on. */
export class Session {
  readonly sealer: Sealer
  readonly opener: Opener
  readonly #secrets: SessionSecrets

  constructor (secrets: SessionSecrets, side: Side) {
    const { backend, suite, traffic } = secrets

    this.sealer = new Sealer(new RecordKeySequence(backend, suite, traffic[side]))
    this.opener = new Opener(new RecordKeySequence(backend, suite, traffic[otherSide(side)]))
    this.#secrets = secrets
  }

  get backend (): Backend {
    return this.#secrets.backend
  }

  get group (): GroupName {
    return this.#secrets.suite.group
  }

  get cipher (): CipherName {
    return this.#secrets.suite.cipher
  }

  /** th2 of SPEC 5.4, 32 bytes: public, and the same for no two connections. */
  get transcriptHash (): Uint8Array {
    return new Uint8Array(this.#secrets.transcriptHash)
  }

  /** See {@link exportKeyingMaterial} of the key schedule (SPEC 5.6). */
  exportKeyingMaterial (label: string, context: Uint8Array | undefined, length: number): Uint8Array {
    return exportKeyingMaterial(this.#secrets, label, context, length)
  }

  /** Ends a session that nobody will use. */
  wipe (): void {
    this.sealer.wipe()
    this.opener.wipe()
    wipe(this.#secrets.exporter)
  }

  /** A reject record (SPEC 6.3), after which this side sends nothing. */
  sealReject (reason: string): MaybePromise<Uint8Array> {
    return this.sealer.seal(RECORD_TYPE.reject, utf8(printableReason(reason)))
  }
}

/** The other of the two sides. */
export function otherSide (side: Side): Side {
  return side === 'lesser' ? 'greater' : 'lesser'
}
