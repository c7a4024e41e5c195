import { HEADER_BLOCK_BYTES, HEADER_PADDING_BYTES, MAX_LINE_BYTES, MLKEM768_CIPHERTEXT_BYTES, NONCE_BYTES, SIGNATURE_CONTEXT, TAG_BYTES } from '../constants.ts'
import { encodeBase64 } from '../encoding/base64.ts'
import { concat, equals, utf8 } from '../encoding/bytes.ts'
import { JsonObject } from '../encoding/json.ts'
import { isPrintableReason, printableReason } from '../encoding/reason.ts'
import { AuthenticationError, InvalidOptionError, NegotiationError, ProtocolViolationError, RefusedError } from '../errors.ts'
import { parseIdentityKey } from '../identity/public-key.ts'
import type { Aead, Backend } from '../crypto/backend.ts'
import type { IdentityKey } from '../identity/public-key.ts'
import type { Signer } from '../identity/signer.ts'

/** Who is who (SPEC 3.6): only dialer with listener and peer with peer are legal. */
export type Role = 'dialer' | 'listener' | 'peer'

/** Named application data in a header, authenticated and hidden from others. */
export type Extensions = Record<string, Uint8Array>

/** What a header says beside who it is from. */
export interface HeaderFields {
  /** Stream muxers in preference order. */
  readonly muxers?: readonly string[]

  /** Connection encrypters in preference order. */
  readonly encrypters?: readonly string[]
  readonly extensions?: Extensions
}

/** The other side's header, its signature verified. */
export interface RemoteHeader extends HeaderFields {
  readonly key: IdentityKey

  /** What was signed, as it came. */
  readonly payload: string

  /** The signature over it. */
  readonly hash: Uint8Array
}

const LEGAL: Record<Role, Role> = { dialer: 'listener', listener: 'dialer', peer: 'peer' }

// a header key is used once
const ZERO_NONCE = new Uint8Array(NONCE_BYTES)
const NO_DATA = new Uint8Array()

// more than a line has room for
const MAX_ENTRIES = MAX_LINE_BYTES / 2

/**
 * A header as SPEC 3.5 has it: payload and signature over it and transcript `t`.
 * Its result is what {@link sealLine2} seals.
 */
export async function signHeader (signer: Signer, token: Uint8Array, role: Role, fields: HeaderFields, t: Uint8Array): Promise<string> {
  const payload = JSON.stringify({
    token: encodeBase64(token),
    role,
    key: { type: signer.key.type, public: signer.key.pem },
    ...(role === 'peer' ? {} : encodeFields(fields))
  })

  const hash = await signer.sign(signedMessage(t, payload))

  return JSON.stringify({ payload, hash: encodeBase64(hash) })
}

/** A refusal as SPEC 3.7 has it, to be sealed in the header's place. */
export function refusal (reason: string): string {
  return JSON.stringify({ reject: printableReason(reason) })
}

/**
 * Seals a header or a refusal into line 2 (SPEC 3.4).
 *
 * @param aead - of this side's header key
 * @param kem - the KEM ciphertext, empty without a KEM
 * @param header - what {@link signHeader} or {@link refusal} gave
 * @throws {InvalidOptionError} when extensions, muxers and encrypters make it too long
 */
export async function sealLine2 (aead: Aead, kem: Uint8Array, header: string): Promise<Uint8Array> {
  const json = utf8(header)
  const plaintext = new Uint8Array(Math.ceil(json.byteLength / HEADER_BLOCK_BYTES) * HEADER_BLOCK_BYTES).fill(0x20)
  plaintext.set(json)

  const sealed = new Uint8Array(plaintext.byteLength + TAG_BYTES)
  await aead.seal(ZERO_NONCE, NO_DATA, [plaintext], sealed, 0)

  const line = utf8(`${JSON.stringify({
    kem: kem.byteLength > 0 ? encodeBase64(kem) : undefined,
    header: encodeBase64(sealed)
  })}\n`)

  if (line.byteLength > MAX_LINE_BYTES) {
    throw new InvalidOptionError(`the header takes ${line.byteLength} bytes, above the ${MAX_LINE_BYTES} of a line; shorten extensions`)
  }

  return line
}

/** Line 2 cut into its members. */
export interface Line2 {
  /** The KEM ciphertext, empty without a KEM. */
  readonly kem: Uint8Array
  readonly sealed: Uint8Array
}

/**
 * @param line - as it came, newline included
 * @param hasKem - whether the elected group has a KEM
 * @throws {ProtocolViolationError} `ERR_MALFORMED_HEADER`
 */
export function parseLine2 (line: Uint8Array, hasKem: boolean): Line2 {
  const line2 = JsonObject.parse(line, malformed)

  if (!hasKem && line2.has('kem')) {
    throw malformed('kem without a KEM')
  }

  const kem = hasKem ? line2.bytes('kem', MLKEM768_CIPHERTEXT_BYTES) : NO_DATA
  const sealed = line2.bytes('header')

  if (sealed.byteLength <= TAG_BYTES || (sealed.byteLength - TAG_BYTES) % HEADER_PADDING_BYTES !== 0) {
    throw malformed(`header is not padded to ${HEADER_PADDING_BYTES} bytes`)
  }

  return { kem, sealed }
}

/** Opens what {@link sealLine2} sealed; throws what the AEAD throws. */
export async function openLine2 (aead: Aead, sealed: Uint8Array): Promise<Uint8Array> {
  const opening = aead.open(ZERO_NONCE, NO_DATA)
  opening.update(sealed.subarray(0, -TAG_BYTES))

  return concat(await opening.final(sealed.subarray(-TAG_BYTES)))
}

/** What a received header has to fit. */
export interface HeaderExpectation {
  /** The role of this side. */
  readonly role: Role

  /** The token of the sender's hello. */
  readonly token: Uint8Array

  /** The transcript that the sender signed. */
  readonly t: Uint8Array
}

/**
 * Checks an opened header in the order of SPEC 3.8.
 *
 * @throws {RefusedError} when it is a refusal
 * @throws {ProtocolViolationError} `ERR_MALFORMED_HEADER`
 * @throws {NegotiationError} `ERR_ROLE`
 * @throws {AuthenticationError} `ERR_TOKEN_ECHO`, `ERR_INVALID_KEY`, `ERR_SIGNATURE`
 */
export async function verifyHeader (backend: Backend, plaintext: Uint8Array, expected: HeaderExpectation): Promise<RemoteHeader> {
  const header = JsonObject.parse(plaintext, malformed)

  if (header.has('reject')) {
    throw refused(header.string('reject'))
  }

  const signed = header.string('payload')
  const hash = header.bytes('hash')
  const payload = JsonObject.parse(signed, malformed)

  const role = payload.string('role')

  if (role !== LEGAL[expected.role]) {
    throw new NegotiationError('ERR_ROLE', `the remote side says it is a ${printableReason(role.slice(0, 16))}, this side is a ${expected.role}`)
  }

  if (!equals(payload.bytes('token'), expected.token)) {
    throw new AuthenticationError('ERR_TOKEN_ECHO', 'the remote header belongs to another hello')
  }

  const keyMember = payload.object('key')
  const key = parseIdentityKey(keyMember.string('type'), keyMember.string('public'))

  if (!await backend.verify(key, signedMessage(expected.t, signed), hash)) {
    throw new AuthenticationError('ERR_SIGNATURE', 'the remote header is not signed by the key it shows')
  }

  return { key, payload: signed, hash, ...parseFields(payload, expected.role) }
}

function encodeFields ({ muxers = [], encrypters = [], extensions = {} }: HeaderFields): object {
  const encoded = Object.entries(extensions).map(([name, value]) => [name, encodeBase64(value)])

  // a list without entries is left out
  return {
    muxers: muxers.length > 0 ? muxers : undefined,
    encrypters: encrypters.length > 0 ? encrypters : undefined,
    extensions: encoded.length > 0 ? Object.fromEntries(encoded) : undefined
  }
}

function parseFields (payload: JsonObject, role: Role): HeaderFields {
  if (role === 'peer') {
    return {}
  }

  return {
    muxers: payload.has('muxers') ? payload.strings('muxers', MAX_ENTRIES) : undefined,
    encrypters: payload.has('encrypters') ? payload.strings('encrypters', MAX_ENTRIES) : undefined,
    extensions: payload.has('extensions') ? parseExtensions(payload.object('extensions')) : undefined
  }
}

function parseExtensions (members: JsonObject): Extensions {
  if (members.names.length === 0) {
    throw malformed('extensions is empty')
  }

  // without a prototype that a name could meet
  const extensions: Extensions = Object.create(null)

  for (const name of members.names) {
    extensions[name] = members.bytes(name)
  }

  return extensions
}

// SPEC 4.2: "/secure-peer/1.0.0 header\n" || t || payload
function signedMessage (t: Uint8Array, payload: string): Uint8Array {
  return concat([utf8(SIGNATURE_CONTEXT), t, utf8(payload)])
}

function refused (reason: string): Error {
  return isPrintableReason(reason) ? new RefusedError(reason) : malformed('a reason with characters that are not printable, or too many')
}

function malformed (what: string): ProtocolViolationError {
  return new ProtocolViolationError('ERR_MALFORMED_HEADER', `the remote header is malformed - ${what}`)
}
