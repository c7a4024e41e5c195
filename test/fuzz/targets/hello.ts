/** Line 1 of the handshake: SPEC 3.2. */

import { CIPHERS, GROUPS, MAX_CIPHERS, MAX_GROUPS, MLKEM768_KEY_BYTES, NAME_PATTERN, TOKEN_BYTES, VERSION, X25519_KEY_BYTES } from '../../../src/constants.ts'
import { encodeBase64 } from '../../../src/encoding/base64.ts'
import { concat, utf8 } from '../../../src/encoding/bytes.ts'
import { elect } from '../../../src/handshake/election.ts'
import { parseHello } from '../../../src/handshake/hello.ts'
import { check, checkBytes, typed } from '../check.ts'
import type { RemoteHello } from '../../../src/handshake/hello.ts'

export function fuzz (data: Uint8Array): void {
  const line = new Uint8Array(data)
  const hello = typed(['ERR_MALFORMED_HELLO'], () => parseHello(line))

  checkBytes(line, data, 'the line was changed')

  if (hello == null) {
    return
  }

  checkNames(hello.groups, MAX_GROUPS)
  checkNames(hello.ciphers, MAX_CIPHERS)
  check(hello.token.byteLength === TOKEN_BYTES, 'a token of another length')

  for (const group of GROUPS.filter(name => hello.groups.includes(name))) {
    check(hello.x25519Key(group).byteLength === X25519_KEY_BYTES, `an X25519 key of another length in ${group}`)
  }

  const again = parseHello(lineOf(hello))
  checkBytes(again.token, hello.token, 'another token')
  check(String(again.groups) === String(hello.groups) && String(again.ciphers) === String(hello.ciphers), 'other names')

  check(elect(hello.groups, GROUPS, GROUPS) === elect(GROUPS, hello.groups, GROUPS), 'the vote for a group is not symmetric')
  check(elect(hello.ciphers, CIPHERS, CIPHERS) === elect(CIPHERS, hello.ciphers, CIPHERS), 'the vote for a cipher is not symmetric')
}

function checkNames (names: readonly string[], most: number): void {
  check(names.length >= 1 && names.length <= most, 'too few names or too many')
  check(new Set(names).size === names.length && names.every(name => NAME_PATTERN.test(name)), 'a name that is none, or one twice')
}

/** The line that a sender of the same shares would write. */
function lineOf (hello: RemoteHello): Uint8Array {
  const shares: Record<string, () => Uint8Array> = {
    x25519: () => hello.x25519Key('x25519'),
    x25519mlkem768: () => {
      check(hello.encapsulationKey().byteLength === MLKEM768_KEY_BYTES, 'an encapsulation key of another length')

      return concat([hello.encapsulationKey(), hello.x25519Key('x25519mlkem768')])
    }
  }

  const dh = hello.groups.map(group => ({ group, public: encodeBase64(Object.hasOwn(shares, group) ? shares[group]() : new Uint8Array()) }))

  return utf8(`${JSON.stringify({ v: VERSION, token: encodeBase64(hello.token), dh, ciphers: hello.ciphers })}\n`)
}
