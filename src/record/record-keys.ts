import { REKEY_AFTER_RECORDS } from '../constants.ts'
import { wipe } from '../encoding/bytes.ts'
import { nextTrafficSecret, recordKeys } from '../key-schedule.ts'
import type { Aead, Backend } from '../crypto/backend.ts'
import type { RecordKeys, Suite } from '../key-schedule.ts'

/** Key and nonce of one record. */
export interface RecordKey {
  readonly aead: Aead

  /** 12 bytes, this record's own. */
  readonly nonce: Uint8Array
}

/** Keys and nonces of one direction, each record's once and in order (SPEC 6.2). */
export class RecordKeySequence {
  readonly #backend: Backend
  readonly #suite: Suite
  readonly #rekeyAfter: number
  #traffic: Uint8Array
  #keys?: RecordKeys
  #index = 0
  #generation = 0

  /**
   * @param backend - derives them
   * @param suite - names them
   * @param traffic - the first generation's traffic secret, 32 bytes, which this object wipes
   * @param rekeyAfter - records in a generation; tests pass fewer
   */
  constructor (backend: Backend, suite: Suite, traffic: Uint8Array, rekeyAfter: number = REKEY_AFTER_RECORDS) {
    this.#backend = backend
    this.#suite = suite
    this.#traffic = traffic
    this.#rekeyAfter = rekeyAfter
    this.#keys = recordKeys(backend, suite, traffic)
  }

  /** Generations before the present one. */
  get generation (): number {
    return this.#generation
  }

  /** Records that keys were given for. */
  get count (): number {
    return this.#generation * this.#rekeyAfter + this.#index
  }

  /** The next record's key and nonce: taken before anything can fail, so never given twice. */
  next (): RecordKey {
    if (this.#index === this.#rekeyAfter && this.#keys != null) {
      this.#rekey()
    }

    if (this.#keys == null) {
      throw new Error('the keys of this direction were wiped')
    }

    const index = this.#index++
    const { aead, iv } = this.#keys

    // SPEC 6.2: nonce = IV XOR (i mod 2^18), which has no more than three bytes
    const nonce = new Uint8Array(iv)
    nonce[9] ^= index >> 16
    nonce[10] ^= index >> 8 & 0xff
    nonce[11] ^= index & 0xff

    return { aead, nonce }
  }

  #rekey (): void {
    const traffic = nextTrafficSecret(this.#backend, this.#suite, this.#traffic)
    wipe(this.#traffic)
    this.#traffic = traffic
    this.#keys = recordKeys(this.#backend, this.#suite, traffic)
    this.#index = 0
    this.#generation++
  }

  /** Ends this direction: there is no next record. */
  wipe (): void {
    wipe(this.#traffic)
    this.#keys = undefined
  }
}
