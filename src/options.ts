import { CIPHERS, DEFAULT_HANDSHAKE_TIMEOUT, GROUPS } from './constants.ts'
import { InvalidOptionError } from './errors.ts'
import type { CipherName, GroupName } from './constants.ts'
import type { Backend } from './crypto/backend.ts'
import type { Extensions } from './handshake/header.ts'
import type { KeyLog } from './key-log.ts'
import type { IdentifyFunction } from './libp2p/identify.ts'

/** Options that all APIs of this package share. */
export interface SecurePeerInit {
  /**
   * Ciphers to offer, in preference order: `aes-256-gcm`, `chacha20-poly1305`,
   * `aes-128-gcm`. By default the first two, in the order that suits the runtime.
   */
  ciphers?: CipherName[]

  /**
   * Key exchange groups to offer, in preference order. `['x25519mlkem768']`
   * requires post-quantum confidentiality.
   *
   * @default ['x25519mlkem768', 'x25519']
   */
  groups?: GroupName[]

  /**
   * Decides who gets in, during the handshake. Every function has to accept; with
   * none, everybody who proves an identity is.
   */
  identify?: IdentifyFunction | IdentifyFunction[]

  /** Named data for the other side: authenticated, and hidden from everybody else. */
  extensions?: Extensions

  /**
   * Milliseconds within which a handshake has to finish, `identify` included.
   *
   * @default 10_000
   */
  handshakeTimeout?: number

  /**
   * Breaks the confidentiality of every connection: is given the secrets with
   * which a recording of it can be read. To find faults, never in production.
   */
  keyLog?: KeyLog
}

/** Options as the handshake wants them. */
export interface Settings {
  readonly ciphers: readonly CipherName[]
  readonly groups: readonly GroupName[]
  readonly identify: readonly IdentifyFunction[]
  readonly extensions?: Extensions
  readonly handshakeTimeout: number
  readonly keyLog?: KeyLog
}

// milliseconds that a timer can wait
const MAX_TIMER = 2 ** 31 - 1

// AES with 128-bit keys only for those who ask for it
const DEFAULT_CIPHERS: readonly CipherName[] = ['aes-256-gcm', 'chacha20-poly1305']

/**
 * Checks options and fills in the defaults.
 *
 * @throws {InvalidOptionError}
 */
export function parseOptions (init: SecurePeerInit, backend: Backend): Settings {
  const identify = init.identify ?? []
  const handshakeTimeout = init.handshakeTimeout ?? DEFAULT_HANDSHAKE_TIMEOUT

  if (!(handshakeTimeout > 0 && handshakeTimeout <= MAX_TIMER)) {
    throw new InvalidOptionError(`handshakeTimeout is ${handshakeTimeout}, not 1 to ${MAX_TIMER} milliseconds`)
  }

  if (init.keyLog != null && typeof init.keyLog !== 'function') {
    throw new InvalidOptionError('keyLog is not a function')
  }

  // copies: what was checked must not change later
  return {
    ciphers: parseNames('ciphers', init.ciphers, CIPHERS, backend.ciphers, DEFAULT_CIPHERS),
    groups: parseNames('groups', init.groups, GROUPS, GROUPS, GROUPS),
    identify: Array.isArray(identify) ? [...identify] : [identify],
    extensions: init.extensions != null ? copyExtensions(init.extensions) : undefined,
    handshakeTimeout,
    keyLog: init.keyLog ?? undefined
  }
}

function parseNames<Name extends string> (
  option: string,
  names: readonly Name[] | undefined,
  known: readonly Name[],
  available: readonly Name[],
  defaults: readonly Name[]
): readonly Name[] {
  if (names == null) {
    return available.filter(name => defaults.includes(name))
  }

  const unknown = names.filter(name => !known.includes(name))

  if (names.length === 0 || unknown.length > 0 || new Set(names).size !== names.length) {
    throw new InvalidOptionError(`${option} has to name some of ${known.join(', ')}, each once, not ${names.join(', ') || 'none'}`)
  }

  const missing = names.filter(name => !available.includes(name))

  if (missing.length > 0) {
    throw new InvalidOptionError(`this runtime lacks ${missing.join(', ')} of ${option}; it has ${available.join(', ')}`)
  }

  return [...names]
}

function copyExtensions (extensions: Extensions): Extensions {
  const copy: Extensions = Object.create(null)

  for (const [name, value] of Object.entries(extensions)) {
    if (!name.isWellFormed() || !(value instanceof Uint8Array)) {
      throw new InvalidOptionError(`the extension ${name.toWellFormed()} is not a Uint8Array under a well-formed name`)
    }

    copy[name] = new Uint8Array(value)
  }

  return copy
}
