/**
 * The header line of secure-peer 0.2. The first byte says whether the rest is the
 * line, or a payload that the key in the seeds signs.
 */

import { utf8 } from '../../../src/encoding/bytes.ts'
import { electClassicCipher } from '../../../src/stream/classic/election.ts'
import { parseHeader, signText } from '../../../src/stream/classic/header.ts'
import { Input, textOf } from '../bytes.ts'
import { check, typed } from '../check.ts'
import { CLASSIC_KEY } from '../fixed-keys.ts'

const OURS = ['AES-256-CBC', 'AES-128-CBC', 'RC4']

export function fuzz (data: Uint8Array): void {
  const input = new Input(data)
  const isLine = (input.byte() & 1) === 1
  const header = typed(['ERR_MALFORMED_HEADER', 'ERR_INVALID_KEY', 'ERR_SIGNATURE'], () => parseHeader(isLine ? input.rest() : signed(input.rest())))

  if (header == null) {
    return
  }

  check(header.key.asymmetricKeyType === 'rsa', 'a key that is not RSA')
  check(header.peerId.type === 'RSA', 'a PeerId that is not of RSA')
  check(header.ciphers.every(name => typeof name === 'string'), 'a cipher that is no name')
  check(electClassicCipher(OURS, header.ciphers) === electClassicCipher(header.ciphers, OURS), 'the vote is not symmetric')
}

function signed (payload: Uint8Array): Uint8Array {
  const text = textOf(payload)

  return utf8(`${JSON.stringify({ hash: signText(CLASSIC_KEY, text), payload: text })}\n`)
}
