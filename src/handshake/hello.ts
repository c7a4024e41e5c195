import { MAX_CIPHERS, MAX_GROUPS, MLKEM768_KEY_BYTES, NAME_PATTERN, TOKEN_BYTES, VERSION, X25519_KEY_BYTES } from '../constants.ts'
import { encodeBase64 } from '../encoding/base64.ts'
import { concat, utf8 } from '../encoding/bytes.ts'
import { JsonObject } from '../encoding/json.ts'
import { ProtocolViolationError } from '../errors.ts'
import type { CipherName, GroupName } from '../constants.ts'
import type { Backend, MlKem768Keys, X25519Keys } from '../crypto/backend.ts'

/** Bytes of a group's share (SPEC 3.2). */
const SHARE_BYTES = new Map<string, number>([
  ['x25519mlkem768', MLKEM768_KEY_BYTES + X25519_KEY_BYTES],
  ['x25519', X25519_KEY_BYTES]
])

/** Line 1 as either side sees it. */
export interface Hello {
  /** The line as sent, newline included. */
  readonly line: Uint8Array

  /** 64 bytes. */
  readonly token: Uint8Array
  readonly groups: readonly string[]
  readonly ciphers: readonly string[]
}

/** This side's line 1 with the private halves of its shares. */
export interface OwnHello extends Hello {
  readonly x25519: X25519Keys

  /** Missing when the hybrid group is not offered. */
  readonly mlKem768?: MlKem768Keys
}

/** The other side's line 1. */
export interface RemoteHello extends Hello {
  /** The X25519 public key in the share of a group that was offered, 32 bytes. */
  x25519Key (group: GroupName): Uint8Array

  /** The encapsulation key in the hybrid share, if that was offered, 1184 bytes. */
  encapsulationKey (): Uint8Array
}

/** Makes line 1 with a fresh token and fresh keys; the two groups share one X25519 key. */
export async function createHello (backend: Backend, groups: readonly GroupName[], ciphers: readonly CipherName[]): Promise<OwnHello> {
  const token = backend.randomBytes(TOKEN_BYTES)
  const [x25519, mlKem768] = await Promise.all([
    backend.generateX25519(),
    groups.includes('x25519mlkem768') ? backend.generateMlKem768() : undefined
  ])

  const dh = groups.map(group => {
    const share = group === 'x25519' || mlKem768 == null ? x25519.publicKey : concat([mlKem768.encapsulationKey, x25519.publicKey])

    return { group, public: encodeBase64(share) }
  })

  const line = utf8(`${JSON.stringify({ v: VERSION, token: encodeBase64(token), dh, ciphers })}\n`)

  return { line, token, groups, ciphers, x25519, mlKem768 }
}

/**
 * Parses the other side's line 1.
 *
 * @throws {ProtocolViolationError} `ERR_MALFORMED_HELLO`
 */
export function parseHello (line: Uint8Array): RemoteHello {
  const hello = JsonObject.parse(line, malformed)

  if (hello.value('v') !== VERSION) {
    throw malformed(`v is not ${VERSION}`)
  }

  const token = hello.bytes('token', TOKEN_BYTES)
  const shares = hello.objects('dh', MAX_GROUPS).map(parseShare)
  const groups = shares.map(({ group }) => group)
  requireNames(groups, 'dh')

  const ciphers = hello.strings('ciphers', MAX_CIPHERS)
  requireNames(ciphers, 'ciphers')

  const shareOf = (name: GroupName): Uint8Array => shares[groups.indexOf(name)].share

  return {
    line,
    token,
    groups,
    ciphers,
    x25519Key: group => shareOf(group).subarray(-X25519_KEY_BYTES),
    encapsulationKey: () => shareOf('x25519mlkem768').subarray(0, MLKEM768_KEY_BYTES)
  }
}

function parseShare (entry: JsonObject): { group: string, share: Uint8Array } {
  const group = entry.string('group')

  // undefined for groups unknown here, which are skipped
  return { group, share: entry.bytes('public', SHARE_BYTES.get(group)) }
}

function requireNames (names: string[], what: string): void {
  if (!names.every(name => NAME_PATTERN.test(name)) || new Set(names).size !== names.length) {
    throw malformed(`${what} has a name that is none, or one twice`)
  }
}

function malformed (what: string): ProtocolViolationError {
  return new ProtocolViolationError('ERR_MALFORMED_HELLO', `the remote hello is malformed - ${what}`)
}
