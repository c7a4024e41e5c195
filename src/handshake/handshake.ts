import { CIPHERS, GROUPS } from '../constants.ts'
import { compare, concat } from '../encoding/bytes.ts'
import { AuthenticationError, IdentityRejectedError, isExplained, NegotiationError, ProtocolViolationError } from '../errors.ts'
import { HandshakeSecrets } from '../key-schedule.ts'
import { elect } from './election.ts'
import { openLine2, parseLine2, refusal, sealLine2, signHeader, verifyHeader } from './header.ts'
import { createHello, parseHello } from './hello.ts'
import { agreeMuxer, checkEncrypters } from './negotiation.ts'
import { otherSide, Session } from './session.ts'
import type { HeaderFields, RemoteHeader, Role } from './header.ts'
import type { OwnHello, RemoteHello } from './hello.ts'
import type { CipherName, GroupName } from '../constants.ts'
import type { Backend, Encapsulation } from '../crypto/backend.ts'
import type { MaybePromise } from '../encoding/bytes.ts'
import type { IdentityKey } from '../identity/public-key.ts'
import type { Signer } from '../identity/signer.ts'
import type { KeyLog } from '../key-log.ts'
import type { Side, Suite } from '../key-schedule.ts'

/** What a handshake needs of its carrier. */
export interface HandshakeCarrier {
  /** The next line, newline included; rejects when the carrier ends, fails or time is up. */
  readLine (): Promise<Uint8Array>
  write (bytes: Uint8Array): void
}

/** `Peer`: what an adapter makes of an identity key. */
export interface HandshakeOptions<Peer = unknown> {
  readonly backend: Backend
  readonly role: Role
  readonly signer: Signer

  /** Offered in preference order. */
  readonly groups: readonly GroupName[]

  /** Offered in preference order. */
  readonly ciphers: readonly CipherName[]

  /** What this side's header says; ignored in role `peer`. */
  readonly fields: HeaderFields

  /** Is given this connection's secrets. */
  readonly keyLog?: KeyLog

  /** Throws unless this is whom the connection is meant for. */
  verifyPeer (key: IdentityKey): Peer

  /** The identify step; throws {@link IdentityRejectedError} to refuse. */
  identify (peer: Peer, remote: RemoteHeader, suite: Suite): MaybePromise<void>
}

export interface HandshakeResult<Peer = unknown> {
  readonly session: Session

  /** What the other side's header said. */
  readonly remote: RemoteHeader

  /** What `verifyPeer` gave. */
  readonly peer: Peer

  /** The stream muxer agreed on; absent where a side sent no list. */
  readonly muxer?: string
}

/**
 * The handshake of SPEC 3, the same function for both sides and all roles.
 *
 * @throws an error of `errors.ts`, or what `carrier`, `verifyPeer` and `identify` throw
 */
export async function handshake<Peer> (carrier: HandshakeCarrier, options: HandshakeOptions<Peer>): Promise<HandshakeResult<Peer>> {
  const { backend, role, verifyPeer } = options

  // 1. Line 1, at once. A dialer sends it with its line 2: the listener's hello
  // comes with multistream-select's answer, so that nothing is gained before.
  const hello = await createHello(backend, options.groups, options.ciphers)

  if (role !== 'dialer') {
    carrier.write(hello.line)
  }

  // 2. The other side's line 1, the vote, and the secrets of both shares.
  const remoteHello = parseHello(await carrier.readLine())
  const exchange = await beginExchange(options, hello, remoteHello)

  try {
    // 3. A dialer and a peer show themselves first.
    let own = role === 'listener' ? undefined : await writeHeader(exchange, exchange.th1)

    if (own != null) {
      carrier.write(role === 'dialer' ? concat([hello.line, own.line]) : own.line)
    }

    // 4. The other side's line 2, opened and verified: is it whom it should be?
    const answered = own != null && role === 'dialer' ? await backend.digest(exchange.th1, own.line) : exchange.th1
    const remote = await readHeader(exchange, await carrier.readLine(), answered)
    const peer = verifyPeer(remote.header.key)
    const identify = (): MaybePromise<void> => options.identify(peer, remote.header, exchange.suite)

    // 5. A listener accepts now: it shows itself to nobody whom it refuses.
    if (own == null) {
      const answer = await backend.digest(exchange.th1, remote.line)
      const muxer = await accept(options, remote.header, identify, async reason => { carrier.write(await writeRefusal(exchange, answer, reason)) })
      own = await writeHeader(exchange, answer)
      const th2 = await hashLines(exchange, own, remote)

      // nothing is waited for after it: what answers this line may be the last that comes
      carrier.write(own.line)

      return { session: openSession(exchange, th2, own, remote), remote: remote.header, muxer, peer }
    }

    // 6. A dialer and a peer accept last: they refuse with a record.
    const session = openSession(exchange, await hashLines(exchange, own, remote), own, remote)
    try {
      const muxer = await accept(options, remote.header, identify, async reason => { carrier.write(await session.sealReject(reason)) })

      return { session, remote: remote.header, muxer, peer }
    } catch (err) {
      session.wipe()
      throw err
    }
  } finally {
    exchange.secrets.wipe()
  }
}

/** What both hellos settle. */
interface Exchange {
  readonly options: HandshakeOptions
  readonly hello: OwnHello
  readonly remoteHello: RemoteHello
  readonly suite: Suite
  readonly side: Side
  readonly th1: Uint8Array
  readonly secrets: HandshakeSecrets
}

/** A line 2 that was sent or received, with the KEM secret that it carries. */
interface Line2 {
  readonly line: Uint8Array
  readonly ss: Uint8Array
}

const NO_KEM: Encapsulation = { ciphertext: new Uint8Array(), sharedSecret: new Uint8Array() }

async function beginExchange (options: HandshakeOptions, hello: OwnHello, remoteHello: RemoteHello): Promise<Exchange> {
  const order = compare(hello.token, remoteHello.token)

  if (order === 0) {
    throw new AuthenticationError('ERR_REFLECTION', 'the remote token is this side\'s own')
  }

  const suite = electSuite(hello, remoteHello)
  const side = order < 0 ? 'lesser' : 'greater'

  // SPEC 3.2: th1 = SHA-256(hello line of lesser || hello line of greater)
  const lines = bySide(side, hello.line, remoteHello.line)
  const th1 = await options.backend.digest(lines.lesser, lines.greater)
  const secrets = new HandshakeSecrets(options.backend, suite, th1, await deriveDh(hello, remoteHello, suite), options.keyLog)

  return { options, hello, remoteHello, suite, side, th1, secrets }
}

function electSuite (ours: OwnHello, theirs: RemoteHello): Suite {
  const group = elect(ours.groups, theirs.groups, GROUPS)
  const cipher = elect(ours.ciphers, theirs.ciphers, CIPHERS)

  if (group == null) {
    throw new NegotiationError('ERR_NO_COMMON_GROUP', `no common group: ours ${ours.groups.join(', ')}; theirs ${theirs.groups.join(', ')}`)
  }

  if (cipher == null) {
    throw new NegotiationError('ERR_NO_COMMON_CIPHER', `no common cipher: ours ${ours.ciphers.join(', ')}; theirs ${theirs.ciphers.join(', ')}`)
  }

  return { group, cipher }
}

async function deriveDh (hello: OwnHello, remoteHello: RemoteHello, suite: Suite): Promise<Uint8Array> {
  let dh: Uint8Array

  try {
    dh = await hello.x25519.deriveSecret(remoteHello.x25519Key(suite.group))
  } catch {
    throw headerAuthError()
  }

  // SPEC 5.2: all-zero aborts; every byte is looked at
  if (dh.reduce((all, byte) => all | byte, 0) === 0) {
    throw headerAuthError()
  }

  return dh
}

async function writeHeader ({ options, hello, remoteHello, suite, side, secrets }: Exchange, t: Uint8Array): Promise<Line2> {
  // signed meanwhile where that is asynchronous; its failure is met below
  const header = signHeader(options.signer, hello.token, options.role, options.fields, t)
  header.catch(() => {})

  const { ciphertext, sharedSecret } = await encapsulate(options.backend, remoteHello, suite)

  // before the signature, so that the secret is wiped with the others whether or not there is one
  const aead = await secrets.headerAead(side, t, sharedSecret, ciphertext)

  return { line: await sealLine2(aead, ciphertext, await header), ss: sharedSecret }
}

async function writeRefusal ({ options, remoteHello, suite, side, secrets }: Exchange, t: Uint8Array, reason: string): Promise<Uint8Array> {
  const { ciphertext, sharedSecret } = await encapsulate(options.backend, remoteHello, suite)
  const aead = await secrets.headerAead(side, t, sharedSecret, ciphertext)

  return sealLine2(aead, ciphertext, refusal(reason))
}

async function encapsulate (backend: Backend, remoteHello: RemoteHello, suite: Suite): Promise<Encapsulation> {
  if (suite.group !== 'x25519mlkem768') {
    return NO_KEM
  }

  try {
    return await backend.encapsulateMlKem768(remoteHello.encapsulationKey())
  } catch (err) {
    throw new ProtocolViolationError('ERR_MALFORMED_HELLO', 'the remote ML-KEM key fails the modulus check', { cause: err })
  }
}

async function readHeader ({ options, hello, remoteHello, suite, side, secrets }: Exchange, line: Uint8Array, t: Uint8Array): Promise<Line2 & { header: RemoteHeader }> {
  const { kem, sealed } = parseLine2(line, suite.group === 'x25519mlkem768')
  let ss: Uint8Array
  let plaintext: Uint8Array

  // SPEC 3.8: whatever fails in here is one and the same error
  try {
    ss = kem.byteLength > 0 && hello.mlKem768 != null ? await hello.mlKem768.decapsulate(kem) : NO_KEM.sharedSecret
    plaintext = await openLine2(await secrets.headerAead(otherSide(side), t, ss, kem), sealed)
  } catch {
    throw headerAuthError()
  }

  const header = await verifyHeader(options.backend, plaintext, { role: options.role, token: remoteHello.token, t })

  return { line, ss, header }
}

/** The identify step, encrypters and muxer; tells the other side why not. */
async function accept ({ role, fields }: HandshakeOptions, remote: RemoteHeader, identify: () => MaybePromise<void>, refuse: (reason: string) => Promise<void>): Promise<string | undefined> {
  try {
    await identify()

    // after it: what this side has is told to nobody who is not let in
    checkEncrypters(role, fields, remote)

    return agreeMuxer(role, fields, remote)
  } catch (err) {
    if (isExplained(err)) {
      // whether or not the other side can be told
      await refuse(err instanceof IdentityRejectedError ? err.reason : err.message).catch(() => {})
    }

    throw err
  }
}

async function hashLines ({ options, side, th1 }: Exchange, own: Line2, remote: Line2): Promise<Uint8Array> {
  // SPEC 5.4: th2 = SHA-256(th1 || line 2 of lesser || line 2 of greater)
  const lines = bySide(side, own.line, remote.line)

  return options.backend.digest(th1, lines.lesser, lines.greater)
}

function openSession ({ side, secrets }: Exchange, th2: Uint8Array, own: Line2, remote: Line2): Session {
  return new Session(secrets.sessionSecrets(th2, bySide(side, own.ss, remote.ss)), side)
}

function bySide<T> (side: Side, ours: T, theirs: T): Record<Side, T> {
  return side === 'lesser' ? { lesser: ours, greater: theirs } : { lesser: theirs, greater: ours }
}

function headerAuthError (): AuthenticationError {
  return new AuthenticationError('ERR_HEADER_AUTH', 'the remote header failed authentication')
}
