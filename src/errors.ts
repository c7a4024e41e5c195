/**
 * The error family of secure-peer. libp2p keeps nothing but an error's message
 * when a dial fails, so each message starts with its code and stands alone.
 */

/** Every code that an error of this package can carry (SPEC 8). */
export type SecurePeerErrorCode =
  | 'ERR_INVALID_OPTION'
  | 'ERR_LINE_TOO_LONG'
  | 'ERR_MALFORMED_HELLO'
  | 'ERR_MALFORMED_HEADER'
  | 'ERR_REFLECTION'
  | 'ERR_NO_COMMON_GROUP'
  | 'ERR_NO_COMMON_CIPHER'
  | 'ERR_NO_COMMON_MUXER'
  | 'ERR_STEERED'
  | 'ERR_HEADER_AUTH'
  | 'ERR_ROLE'
  | 'ERR_TOKEN_ECHO'
  | 'ERR_INVALID_KEY'
  | 'ERR_SIGNATURE'
  | 'ERR_IDENTITY_REJECTED'
  | 'ERR_REFUSED'
  | 'ERR_REJECTED'
  | 'ERR_HANDSHAKE_TIMEOUT'
  | 'ERR_CARRIER_CLOSED'
  | 'ERR_MALFORMED_RECORD'
  | 'ERR_RECORD_AUTH'
  | 'ERR_RECORD_AFTER_END'
  | 'ERR_TRUNCATED'

/** Base of all errors of this package; `code` is stable across versions. */
export class SecurePeerError extends Error {
  static name = 'SecurePeerError'
  readonly code: SecurePeerErrorCode

  constructor (code: SecurePeerErrorCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options)
    this.name = 'SecurePeerError'
    this.code = code
  }
}

/** An option that was passed has no meaning here, thrown before anything is sent. */
export class InvalidOptionError extends SecurePeerError {
  static name = 'InvalidOptionError'

  constructor (message: string, options?: ErrorOptions) {
    super('ERR_INVALID_OPTION', message, options)
    this.name = 'InvalidOptionError'
  }
}

/** The other side broke the protocol: bad syntax, size, encoding or order. */
export class ProtocolViolationError extends SecurePeerError {
  static name = 'ProtocolViolationError'

  constructor (
    code: 'ERR_LINE_TOO_LONG' | 'ERR_MALFORMED_HELLO' | 'ERR_MALFORMED_HEADER' | 'ERR_MALFORMED_RECORD' | 'ERR_RECORD_AFTER_END',
    message: string,
    options?: ErrorOptions
  ) {
    super(code, message, options)
    this.name = 'ProtocolViolationError'
  }
}

/** The two sides have nothing in common, or were kept from finding it. */
export class NegotiationError extends SecurePeerError {
  static name = 'NegotiationError'

  constructor (
    code: 'ERR_NO_COMMON_GROUP' | 'ERR_NO_COMMON_CIPHER' | 'ERR_NO_COMMON_MUXER' | 'ERR_STEERED' | 'ERR_ROLE',
    message: string,
    options?: ErrorOptions
  ) {
    super(code, message, options)
    this.name = 'NegotiationError'
  }
}

/** The other side could not prove that it is whom it says, or somebody stands between. */
export class AuthenticationError extends SecurePeerError {
  static name = 'AuthenticationError'

  constructor (
    code: 'ERR_REFLECTION' | 'ERR_HEADER_AUTH' | 'ERR_TOKEN_ECHO' | 'ERR_INVALID_KEY' | 'ERR_SIGNATURE' | 'ERR_RECORD_AUTH',
    message: string,
    options?: ErrorOptions
  ) {
    super(code, message, options)
    this.name = 'AuthenticationError'
  }
}

/** This side's identify step did not accept the other; `reason` is what the other was told. */
export class IdentityRejectedError extends SecurePeerError {
  static name = 'IdentityRejectedError'
  readonly reason: string

  /**
   * @param reason - what the other side is told
   * @param options - `cause`: what an identify function threw; stays on this side
   */
  constructor (reason: string, options?: ErrorOptions) {
    const why = reason === '' && options?.cause instanceof Error ? options.cause.message : reason

    super('ERR_IDENTITY_REJECTED', why === '' ? 'the identify step refused the peer' : `the identify step refused the peer - ${why}`, options)
    this.name = 'IdentityRejectedError'
    this.reason = reason
  }
}

/**
 * The other side refused before it showed its identity. Confidential, but not
 * authenticated: never a ground for blocking a PeerId (SPEC 3.7).
 */
export class RefusedError extends SecurePeerError {
  static name = 'RefusedError'
  readonly reason: string

  constructor (reason: string) {
    super('ERR_REFUSED', reason === '' ? 'the other side refused' : `the other side refused - ${reason}`)
    this.name = 'RefusedError'
    this.reason = reason
  }
}

/** The other side, whose identity is proven, rejected this one (SPEC 6.3). */
export class RejectedError extends SecurePeerError {
  static name = 'RejectedError'
  readonly reason: string

  constructor (reason: string) {
    super('ERR_REJECTED', reason === '' ? 'the remote peer rejected the connection' : `the remote peer rejected the connection - ${reason}`)
    this.name = 'RejectedError'
    this.reason = reason
  }
}

/** The handshake, the identify step included, took longer than it may. */
export class HandshakeTimeoutError extends SecurePeerError {
  static name = 'HandshakeTimeoutError'

  constructor (milliseconds: number) {
    super('ERR_HANDSHAKE_TIMEOUT', `the handshake did not finish within ${milliseconds} ms`)
    this.name = 'HandshakeTimeoutError'
  }
}

/** The carrier closed or failed before the handshake was done. */
export class CarrierClosedError extends SecurePeerError {
  static name = 'CarrierClosedError'

  constructor (message: string = 'the connection closed during the handshake', options?: ErrorOptions) {
    super('ERR_CARRIER_CLOSED', message, options)
    this.name = 'CarrierClosedError'
  }
}

/** The carrier ended without the authenticated end: what arrived may not be all (SPEC 6.4). */
export class TruncatedError extends SecurePeerError {
  static name = 'TruncatedError'

  constructor (options?: ErrorOptions) {
    super('ERR_TRUNCATED', 'the connection ended without the other side ending it', options)
    this.name = 'TruncatedError'
  }
}

/**
 * Whether the other side is told the reason for an error (SPEC 3.7), so that its
 * connection is closed in order.
 */
export function isExplained (err: unknown): err is IdentityRejectedError | NegotiationError {
  return err instanceof IdentityRejectedError ||
    (err instanceof NegotiationError && (err.code === 'ERR_NO_COMMON_MUXER' || err.code === 'ERR_STEERED'))
}

/** What an error is counted as: its code where it has one, else its name. */
export function errorCode (err: unknown): string {
  if (err instanceof SecurePeerError) {
    return err.code
  }

  return err instanceof Error ? err.name : 'unknown'
}
