import { CIPHERS, GROUPS, KEY_LOG_LABEL, PROTOCOL } from '../../src/constants.ts'
import { defaultBackend } from '../../src/crypto/index.ts'
import { compare } from '../../src/encoding/bytes.ts'
import { elect } from '../../src/handshake/election.ts'
import { openLine2, parseLine2, verifyHeader } from '../../src/handshake/header.ts'
import { parseHello } from '../../src/handshake/hello.ts'
import { otherSide } from '../../src/handshake/session.ts'
import { peerIdFromAnyPublicKey, publicKeyFromIdentity } from '../../src/libp2p/keys.ts'
import { openRecords } from './records.ts'
import type { Connection, Sent } from './connections.ts'
import type { Secrets } from './key-log-file.ts'
import type { OpenedRecord } from './records.ts'
import type { RemoteHeader, Role } from '../../src/handshake/header.ts'
import type { RemoteHello } from '../../src/handshake/hello.ts'
import type { Side, Suite } from '../../src/key-schedule.ts'

/** What one side sent. */
export interface DecryptedSide {
  /** `address:port`. */
  readonly from: string
  readonly side: Side
  readonly role?: Role

  /** Its signature was verified. */
  readonly header?: RemoteHeader & { readonly peerId: string }
  readonly records: readonly OpenedRecord[]

  /** Why there is no more. */
  readonly problem?: string
}

export interface DecryptedConnection {
  readonly th1: Uint8Array
  readonly suite: Suite

  /** In the order of the connection. */
  readonly sides: readonly [DecryptedSide, DecryptedSide]
}

/** One direction, cut into the lines of the handshake and what follows. */
interface Lines {
  readonly sent: Sent
  readonly hello: RemoteHello

  /** Missing where the capture or the handshake ended before. */
  readonly line2?: Uint8Array

  /** Where records begin in `sent.bytes`. */
  readonly recordsFrom: number
}

/** An opened header before its signature is verified. */
interface OpenedHeader {
  readonly role?: Role
  readonly plaintext?: Uint8Array
  readonly problem?: string
}

const COUNTERPARTS: Record<Role, Role> = { dialer: 'listener', listener: 'dialer', peer: 'peer' }

const NEWLINE = 0x0a
const BRACE = 0x7b

/**
 * Decrypts a connection with what a key log has of it.
 *
 * @returns `undefined` for a connection that is not one of secure-peer's
 * @throws an error of `src/errors.ts` when its hellos break the protocol
 */
export async function decrypt (connection: Connection, secrets: Secrets): Promise<DecryptedConnection | undefined> {
  const [first, second] = connection.map(linesOf)

  if (first == null || second == null) {
    return undefined
  }

  const side: Side = compare(first.hello.token, second.hello.token) < 0 ? 'lesser' : 'greater'
  const lines = side === 'lesser' ? { lesser: first, greater: second } : { lesser: second, greater: first }

  // SPEC 3.2: th1 = SHA-256(hello line of lesser || hello line of greater)
  const th1 = defaultBackend.sha256(lines.lesser.hello.line, lines.greater.hello.line)
  const group = elect(first.hello.groups, second.hello.groups, GROUPS)
  const cipher = elect(first.hello.ciphers, second.hello.ciphers, CIPHERS)

  if (group == null || cipher == null) {
    return undefined
  }

  const suite = { group, cipher }
  const headers = { lesser: await openHeader('lesser'), greater: await openHeader('greater') }

  return { th1, suite, sides: [await decryptSide(side), await decryptSide(otherSide(side))] }

  async function openHeader (side: Side): Promise<OpenedHeader> {
    const { line2 } = lines[side]
    const key = secrets.get(KEY_LOG_LABEL.headerKey[side], th1)

    if (line2 == null || key == null) {
      return { problem: line2 == null ? 'no line 2 was captured' : 'the key log has no header key of this side' }
    }

    try {
      const plaintext = await openLine2(defaultBackend.aead(suite.cipher, key), parseLine2(line2, suite.group === 'x25519mlkem768').sealed)

      return { role: roleIn(plaintext), plaintext }
    } catch (err: any) {
      return { problem: `line 2: ${err.message}` }
    }
  }

  async function decryptSide (side: Side): Promise<DecryptedSide> {
    const { sent, recordsFrom, hello } = lines[side]
    const traffic = secrets.get(KEY_LOG_LABEL.traffic[side], th1)
    const { plaintext, problem, role = counterpart(headers[otherSide(side)].role) } = headers[side]
    const about = { from: sent.from, side, role, records: [] }

    if (plaintext == null) {
      return { ...about, problem }
    }

    // SPEC 3.4: a listener's transcript has the dialer's line 2 as well
    const t = role === 'listener' ? defaultBackend.sha256(th1, lines[otherSide(side)].line2 ?? new Uint8Array()) : th1

    try {
      const header = await verifyHeader(defaultBackend, plaintext, { role: counterpart(role) ?? 'dialer', token: hello.token, t })
      const peerId = peerIdFromAnyPublicKey(publicKeyFromIdentity(header.key)).toString()

      if (traffic == null) {
        return { ...about, header: { ...header, peerId }, problem: 'the key log has no traffic secret of this side' }
      }

      return { ...about, header: { ...header, peerId }, ...await openRecords(sent, recordsFrom, suite, traffic) }
    } catch (err: any) {
      // a refusal, above all
      return { ...about, problem: err.message }
    }
  }
}

/** The handshake of a direction, behind multistream-select where there is that. */
function linesOf (sent: Sent): Lines | undefined {
  const start = handshakeStart(sent.bytes)
  const helloEnd = start == null ? -1 : sent.bytes.indexOf(NEWLINE, start)

  if (start == null || helloEnd === -1) {
    return undefined
  }

  const line2End = sent.bytes.indexOf(NEWLINE, helloEnd + 1)

  return {
    sent,
    hello: parseHello(sent.bytes.slice(start, helloEnd + 1)),
    line2: line2End === -1 ? undefined : sent.bytes.slice(helloEnd + 1, line2End + 1),
    recordsFrom: line2End === -1 ? sent.bytes.byteLength : line2End + 1
  }
}

/** Where the first line begins; multistream-select's messages are a length, a text and a newline. */
function handshakeStart (bytes: Uint8Array): number | undefined {
  if (bytes[0] === BRACE) {
    return 0
  }

  const decoder = new TextDecoder()

  for (let offset = 0; offset < bytes.byteLength;) {
    // protocol ids of encrypters are short: lengths of one byte
    const end = offset + 1 + bytes[offset]

    if (bytes[end - 1] !== NEWLINE) {
      return undefined
    }

    if (decoder.decode(bytes.subarray(offset + 1, end - 1)) === PROTOCOL) {
      return end
    }

    offset = end
  }
}

/** What a header says that its sender is; verified later. */
function roleIn (plaintext: Uint8Array): Role | undefined {
  const { payload } = JSON.parse(new TextDecoder().decode(plaintext))

  return typeof payload === 'string' ? JSON.parse(payload).role : undefined
}

/** Whom a side of this role talks to. */
function counterpart (role: Role | undefined): Role | undefined {
  return role != null ? COUNTERPARTS[role] : undefined
}
