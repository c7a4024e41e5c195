import { PROTOCOL } from '../constants.ts'
import { printableReason } from '../encoding/reason.ts'
import { NegotiationError } from '../errors.ts'
import type { HeaderFields, Role } from './header.ts'

/**
 * Agrees on a stream muxer as the libp2p specifications say for inlined
 * negotiation: the dialer's first that both list (SPEC 7.2).
 *
 * @returns `undefined` where a side sent no list: multistream-select decides later
 * @throws {NegotiationError} `ERR_NO_COMMON_MUXER`
 */
export function agreeMuxer (role: Role, ours: HeaderFields, theirs: HeaderFields): string | undefined {
  const { dialers, listeners } = byRole(role, ours.muxers, theirs.muxers)

  if (dialers.length === 0 || listeners.length === 0) {
    return undefined
  }

  const muxer = dialers.find(protocol => listeners.includes(protocol))

  if (muxer == null) {
    throw new NegotiationError('ERR_NO_COMMON_MUXER', `no common stream muxer: the dialer has ${printable(dialers)}, the listener ${printable(listeners)}`)
  }

  return muxer
}

/**
 * Notices when somebody steered multistream-select to this protocol (SPEC 7.3):
 * the dialer's first encrypter that the listener has must be this one.
 *
 * @throws {NegotiationError} `ERR_STEERED`
 */
export function checkEncrypters (role: Role, ours: HeaderFields, theirs: HeaderFields): void {
  const { dialers, listeners } = byRole(role, ours.encrypters, theirs.encrypters)

  if (dialers.length === 0 || listeners.length === 0) {
    return
  }

  const first = dialers.find(protocol => listeners.includes(protocol))

  if (first !== PROTOCOL) {
    throw new NegotiationError('ERR_STEERED', `the connection was steered to ${PROTOCOL}: the dialer has ${printable(dialers)}, the listener ${printable(listeners)}`)
  }
}

// one of the lists is the other side's, and the error ends up in logs
function printable (protocols: readonly string[]): string {
  return printableReason(protocols.join(', '))
}

function byRole (role: Role, ours: readonly string[] = [], theirs: readonly string[] = []): { dialers: readonly string[], listeners: readonly string[] } {
  return role === 'dialer' ? { dialers: ours, listeners: theirs } : { dialers: theirs, listeners: ours }
}
