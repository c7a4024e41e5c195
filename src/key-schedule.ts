import { CIPHER_KEY_BYTES, HASH_BYTES, KEY_LOG_LABEL, LABEL, MAX_EXPORT_BYTES, NONCE_BYTES, PROTOCOL, SECRET_BYTES } from './constants.ts'
import { concat, utf8, wipe } from './encoding/bytes.ts'
import { InvalidOptionError } from './errors.ts'
import { logSecret } from './key-log.ts'
import type { CipherName, GroupName } from './constants.ts'
import type { Aead, Backend } from './crypto/backend.ts'
import type { KeyLog, KeyLogLabel } from './key-log.ts'

/** The side whose raw token is the lesser or the greater as a byte string (SPEC 3.2). */
export type Side = 'lesser' | 'greater'

/** What the vote elected; every info of the key schedule names both (SPEC 5.1). */
export interface Suite {
  readonly group: GroupName
  readonly cipher: CipherName
}

const EMPTY = new Uint8Array()

// an info's text in UTF-8, the same few for all connections
const encoded = new Map<string, Uint8Array>()

/** SPEC 5.1: info = "/secure-peer/1.0.0 " label " " group " " cipher "\n" context */
export function info ({ group, cipher }: Suite, label: string, context: Uint8Array = EMPTY): Uint8Array {
  const text = `${PROTOCOL} ${label} ${group} ${cipher}\n`
  const prefix = encoded.get(text) ?? utf8(text)
  encoded.set(text, prefix)

  return concat([prefix, context])
}

/** The first stage, as soon as both hellos are there: header keys, then the session's secrets. */
export class HandshakeSecrets {
  readonly #backend: Backend
  readonly #suite: Suite
  readonly #th1: Uint8Array
  readonly #dh: Uint8Array
  readonly #keyLog?: KeyLog

  // KEM secrets that were mixed in, wiped with this stage
  readonly #ss: Uint8Array[] = []

  /**
   * @param backend - derives all of it
   * @param suite - what was elected
   * @param th1 - SPEC 3.2, 32 bytes
   * @param dh - the X25519 shared secret, 32 bytes, wiped with this stage
   * @param keyLog - is given header keys and traffic secrets, where somebody asked for that
   */
  constructor (backend: Backend, suite: Suite, th1: Uint8Array, dh: Uint8Array, keyLog?: KeyLog) {
    this.#backend = backend
    this.#suite = suite
    this.#th1 = th1
    this.#dh = dh
    this.#keyLog = keyLog
  }

  /**
   * The AEAD that seals the one line 2 of `side`.
   *
   * @param side - who sends it
   * @param t - the transcript that this header signs (SPEC 3.4)
   * @param ss - the KEM secret that this side encapsulated, empty without a KEM; wiped with this stage
   * @param kem - the ciphertext that carries it, empty without a KEM
   */
  async headerAead (side: Side, t: Uint8Array, ss: Uint8Array, kem: Uint8Array): Promise<Aead> {
    this.#ss.push(ss)
    const kemHash = await this.#backend.digest(kem)

    // SPEC 5.3: header_prk_S = HKDF-Extract(t_S, ss_S || dh)
    const inputKey = concat([ss, this.#dh])
    const prk = this.#backend.hkdfExtract(t, inputKey)

    // SPEC 5.3: header_key_S = HKDF-Expand(header_prk_S, info(header-key-S, SHA-256(kem_S)), key length)
    const key = this.#backend.hkdfExpand(prk, info(this.#suite, LABEL.headerKey[side], kemHash), CIPHER_KEY_BYTES[this.#suite.cipher])
    const aead = this.#backend.aead(this.#suite.cipher, key)
    this.#log(KEY_LOG_LABEL.headerKey[side], key)
    wipe(inputKey, prk, key)

    return aead
  }

  /**
   * Ends this stage: from both line 2 to the session's secrets.
   *
   * @param th2 - SPEC 5.4, 32 bytes
   * @param ss - both KEM secrets, empty without a KEM
   */
  sessionSecrets (th2: Uint8Array, ss: Record<Side, Uint8Array>): SessionSecrets {
    // SPEC 5.4: master = HKDF-Extract(th2, ss_lesser || ss_greater || dh)
    const inputKey = concat([ss.lesser, ss.greater, this.#dh])
    const master = this.#backend.hkdfExtract(th2, inputKey)
    const expand = (label: string): Uint8Array => this.#backend.hkdfExpand(master, info(this.#suite, label), SECRET_BYTES)

    // SPEC 5.4: traffic_S_0 = HKDF-Expand(master, info(traffic-S), 32)
    const traffic = { lesser: expand(LABEL.traffic.lesser), greater: expand(LABEL.traffic.greater) }
    this.#log(KEY_LOG_LABEL.traffic.lesser, traffic.lesser)
    this.#log(KEY_LOG_LABEL.traffic.greater, traffic.greater)

    // SPEC 5.4: exporter = HKDF-Expand(master, info(exporter), 32)
    const exporter = expand(LABEL.exporter)
    wipe(inputKey, master)
    this.wipe()

    return { backend: this.#backend, suite: this.#suite, transcriptHash: th2, traffic, exporter }
  }

  wipe (): void {
    wipe(this.#dh, ...this.#ss)
  }

  // SPEC 5.7: where the application asked for it, and nowhere else
  #log (label: KeyLogLabel, secret: Uint8Array): void {
    if (this.#keyLog != null) {
      logSecret(this.#keyLog, label, this.#th1, secret)
    }
  }
}

/** The second stage: all that is kept of a handshake. */
export interface SessionSecrets {
  readonly backend: Backend
  readonly suite: Suite

  /** th2, 32 bytes; public, and the same for no two connections. */
  readonly transcriptHash: Uint8Array

  /** The first generation's traffic secret of what each side sends, 32 bytes. */
  readonly traffic: Readonly<Record<Side, Uint8Array>>

  /** 32 bytes. */
  readonly exporter: Uint8Array
}

/** One generation of one direction: an AEAD and the IV of its nonces. */
export interface RecordKeys {
  readonly aead: Aead

  /** 12 bytes. */
  readonly iv: Uint8Array
}

/** Record key and IV of the generation that `traffic` belongs to. */
export function recordKeys (backend: Backend, suite: Suite, traffic: Uint8Array): RecordKeys {
  // SPEC 5.5: record_key = HKDF-Expand(traffic_S_g, info(record-key), key length)
  const key = backend.hkdfExpand(traffic, info(suite, LABEL.recordKey), CIPHER_KEY_BYTES[suite.cipher])

  // SPEC 5.5: record_iv = HKDF-Expand(traffic_S_g, info(record-iv), 12)
  const iv = backend.hkdfExpand(traffic, info(suite, LABEL.recordIv), NONCE_BYTES)
  const aead = backend.aead(suite.cipher, key)
  wipe(key)

  return { aead, iv }
}

/** The next generation's traffic secret, 32 bytes. */
export function nextTrafficSecret (backend: Backend, suite: Suite, traffic: Uint8Array): Uint8Array {
  // SPEC 5.5: traffic_S_(g+1) = HKDF-Expand(traffic_S_g, info(traffic-update), 32)
  return backend.hkdfExpand(traffic, info(suite, LABEL.trafficUpdate), SECRET_BYTES)
}

/**
 * Keying material for an application, bound to this connection (SPEC 5.6, in
 * the manner of RFC 8446 section 7.5 and RFC 9266).
 *
 * @param secrets - of the connection
 * @param label - says what for; applications take names of their own
 * @param context - an absent context is the empty one
 * @param length - bytes, 1 to 8160
 * @throws {InvalidOptionError} on another length
 */
export function exportKeyingMaterial (secrets: SessionSecrets, label: string, context: Uint8Array = EMPTY, length: number): Uint8Array {
  if (!Number.isInteger(length) || length < 1 || length > MAX_EXPORT_BYTES) {
    throw new InvalidOptionError(`exportKeyingMaterial gives 1 to ${MAX_EXPORT_BYTES} bytes, not ${length}`)
  }

  const { backend, suite, exporter } = secrets

  // SPEC 5.6: export_secret = HKDF-Expand(exporter, info(export-secret, SHA-256(label)), 32)
  const secret = backend.hkdfExpand(exporter, info(suite, LABEL.exportSecret, backend.sha256(utf8(label))), HASH_BYTES)

  // SPEC 5.6: value = HKDF-Expand(export_secret, info(export-value, SHA-256(context)), length)
  const value = backend.hkdfExpand(secret, info(suite, LABEL.exportValue, backend.sha256(context)), length)
  wipe(secret)

  return value
}
