import { createPublicKey, randomBytes, sign, verify } from 'node:crypto'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { JsonObject } from '../../encoding/json.ts'
import { AuthenticationError, ProtocolViolationError } from '../../errors.ts'
import { publicKeyFromPem } from '../../keys/index.ts'
import { DH_GROUP, MAX_CIPHERS, MAX_RSA_BITS, MIN_RSA_BITS, SIGNATURE_DIGEST, TOKEN_BYTES } from './constants.ts'
import type { SignedHeader } from '../protocol.ts'
import type { PeerId } from '@libp2p/interface'
import type { KeyObject } from 'node:crypto'

/** The identity that signs, its public part as the application gave it. */
export interface ClassicSigner {
  readonly privateKey: KeyObject
  readonly publicPem: string
}

/** This side's header, and what of it is needed later. */
export interface OwnHeader {
  readonly line: Buffer
  readonly token: string
}

/** The other side's header, its signature verified. */
export interface RemoteHeader {
  readonly signed: SignedHeader
  readonly token: string
  readonly key: KeyObject
  readonly publicPem: string
  readonly peerId: PeerId
  readonly dhPublic: Buffer
  readonly ciphers: readonly string[]
}

/** `{"hash":H,"payload":P}`, members in the order of the original. */
export function createHeader (signer: ClassicSigner, dhPublic: Buffer, ciphers: readonly string[]): OwnHeader {
  const token = randomBytes(TOKEN_BYTES).toString('base64')

  const payload = JSON.stringify({
    token,
    key: { type: 'rsa', public: signer.publicPem },
    dh: { group: DH_GROUP, public: dhPublic.toString('base64') },
    ciphers
  })

  const hash = signText(signer.privateKey, payload)

  return { token, line: Buffer.from(`${JSON.stringify({ hash, payload })}\n`) }
}

/**
 * @throws {ProtocolViolationError} `ERR_MALFORMED_HEADER`
 * @throws {AuthenticationError} `ERR_INVALID_KEY`, `ERR_SIGNATURE`
 */
export function parseHeader (line: Uint8Array): RemoteHeader {
  const header = JsonObject.parse(line, malformed)
  const signed = { hash: header.string('hash'), payload: header.string('payload') }
  const payload = JsonObject.parse(signed.payload, malformed)

  const publicPem = payload.object('key').string('public')
  const { key, peerId } = parseRsaKey(publicPem)

  if (!verifyText(key, signed.payload, signed.hash)) {
    throw new AuthenticationError('ERR_SIGNATURE', 'the remote header is not signed by the key it shows')
  }

  const dh = payload.object('dh')

  if (dh.string('group') !== DH_GROUP) {
    throw malformed(`dh.group is not ${DH_GROUP}`)
  }

  const ciphers = payload.list('ciphers', MAX_CIPHERS).filter(name => typeof name === 'string')

  return { signed, key, peerId, publicPem, ciphers, token: payload.string('token'), dhPublic: Buffer.from(dh.string('public'), 'base64') }
}

/** RSA-SHA256 over a text, in base64. */
export function signText (key: KeyObject, text: string): string {
  return sign(SIGNATURE_DIGEST, Buffer.from(text), key).toString('base64')
}

/** @throws {TypeError} unless it is an RSA key of usable size */
export function requireRsa (key: KeyObject): void {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0

  if (key.asymmetricKeyType !== 'rsa' || bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
    throw new TypeError(`not an RSA key of ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits`)
  }
}

/** Whether `hash` is an RSA-SHA256 signature over a text, in base64. */
export function verifyText (key: KeyObject, text: string, hash: string): boolean {
  return verify(SIGNATURE_DIGEST, Buffer.from(text), key, Buffer.from(hash, 'base64'))
}

/** @throws {AuthenticationError} `ERR_INVALID_KEY` unless it is the PEM of an RSA key of usable size */
function parseRsaKey (pem: string): { key: KeyObject, peerId: PeerId } {
  try {
    const peerId = peerIdFromPublicKey(publicKeyFromPem(pem))
    const key = createPublicKey(pem)
    requireRsa(key)

    return { key, peerId }
  } catch (err) {
    throw new AuthenticationError('ERR_INVALID_KEY', `the remote identity key is not the PEM of an RSA key of ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits`, { cause: err })
  }
}

function malformed (what: string): ProtocolViolationError {
  return new ProtocolViolationError('ERR_MALFORMED_HEADER', `the remote header is malformed - ${what}`)
}
