/**
 * A header past the AEAD: the key is fixed, and every signature holds. The first
 * byte has the role of this side and whether the rest is a payload or all of it.
 */

import { HEADER_BLOCK_BYTES } from '../../../src/constants.ts'
import { nodeBackend } from '../../../src/crypto/node.ts'
import { encodeBase64 } from '../../../src/encoding/base64.ts'
import { utf8 } from '../../../src/encoding/bytes.ts'
import { InvalidOptionError } from '../../../src/errors.ts'
import { openLine2, parseLine2, sealLine2, signHeader, verifyHeader } from '../../../src/handshake/header.ts'
import { identityKey } from '../../../src/identity/public-key.ts'
import { Input, textOf } from '../bytes.ts'
import { check, checkBytes, checkError, Finding } from '../check.ts'
import type { Backend } from '../../../src/crypto/backend.ts'
import type { HeaderFields, RemoteHeader, Role } from '../../../src/handshake/header.ts'

const CODES = ['ERR_MALFORMED_HEADER', 'ERR_ROLE', 'ERR_TOKEN_ECHO', 'ERR_INVALID_KEY', 'ERR_SIGNATURE', 'ERR_REFUSED'] as const
const ROLES: Role[] = ['dialer', 'listener', 'peer', 'peer']
const OTHER: Record<Role, Role> = { dialer: 'listener', listener: 'dialer', peer: 'peer' }

const backend: Backend = { ...nodeBackend, verify: (_key, _message, signature) => signature.byteLength > 0 }
const aead = backend.aead('aes-256-gcm', new Uint8Array(32))
const token = new Uint8Array(64)
const t = new Uint8Array(32)

export async function fuzz (data: Uint8Array): Promise<void> {
  const input = new Input(data)
  const steer = input.byte()
  const role = ROLES[steer & 3]
  const text = textOf(input.rest())
  const plaintext = await throughLine2((steer & 4) === 0 ? JSON.stringify({ payload: text, hash: 'AA==' }) : text)

  if (plaintext == null) {
    return
  }

  let header: RemoteHeader

  try {
    header = await verifyHeader(backend, plaintext, { role, token, t })
  } catch (err) {
    checkError(err, CODES)
    return
  }

  await checkHeader(header, role)
}

/** Sealed and opened again, if it is something and fits into a line. */
async function throughLine2 (header: string): Promise<Uint8Array | undefined> {
  let line: Uint8Array

  if (header === '') {
    return undefined
  }

  try {
    line = await sealLine2(aead, new Uint8Array(), header)
  } catch (err) {
    if (err instanceof InvalidOptionError) {
      return undefined
    }

    throw new Finding('sealing failed', { cause: err })
  }

  const plaintext = await openLine2(aead, parseLine2(line, false).sealed)
  check(plaintext.byteLength % HEADER_BLOCK_BYTES === 0, 'not padded')
  checkBytes(plaintext.subarray(0, utf8(header).byteLength), utf8(header), 'another header came out')

  return plaintext
}

/** What was taken can be said in the one form, and means the same then. */
async function checkHeader (header: RemoteHeader, role: Role): Promise<void> {
  const { key, payload, hash, muxers, encrypters, extensions } = header
  check(JSON.parse(payload).role === OTHER[role], 'a role that is not legal')
  check(identityKey(key.type, key.raw).pem === key.pem, 'another PEM of the same key')
  check(extensions == null || Object.getPrototypeOf(extensions) === null, 'extensions with a prototype')

  const fields: HeaderFields = { muxers, encrypters, extensions }
  const signed = await signHeader({ key, sign: () => hash }, token, OTHER[role], fields, t)
  const again = await verifyHeader(backend, utf8(signed), { role, token, t })

  check(again.key.pem === key.pem && again.key.type === key.type, 'another key')
  checkBytes(again.hash, hash, 'another signature')
  check(describe(again) === describe(header), 'other fields')
}

function describe ({ muxers, encrypters, extensions }: HeaderFields): string {
  const names = Object.keys(extensions ?? {}).sort()

  return JSON.stringify([muxers ?? [], encrypters ?? [], names.map(name => [name, encodeBase64(extensions?.[name] ?? new Uint8Array())])])
}
