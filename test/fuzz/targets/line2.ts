/** Line 2 of the handshake before it is opened: SPEC 3.4. The first byte says whether the group has a KEM. */

import { HEADER_PADDING_BYTES, MLKEM768_CIPHERTEXT_BYTES, TAG_BYTES } from '../../../src/constants.ts'
import { encodeBase64 } from '../../../src/encoding/base64.ts'
import { utf8 } from '../../../src/encoding/bytes.ts'
import { parseLine2 } from '../../../src/handshake/header.ts'
import { Input } from '../bytes.ts'
import { check, checkBytes, typed } from '../check.ts'

export function fuzz (data: Uint8Array): void {
  const input = new Input(data)
  const hasKem = (input.byte() & 1) === 1
  const line2 = typed(['ERR_MALFORMED_HEADER'], () => parseLine2(input.rest(), hasKem))

  if (line2 == null) {
    return
  }

  const { kem, sealed } = line2
  check(kem.byteLength === (hasKem ? MLKEM768_CIPHERTEXT_BYTES : 0), 'a KEM ciphertext of another length')
  check(sealed.byteLength > TAG_BYTES && sealed.byteLength % HEADER_PADDING_BYTES === TAG_BYTES, 'a header that is not padded')

  const again = parseLine2(utf8(`${JSON.stringify({ kem: hasKem ? encodeBase64(kem) : undefined, header: encodeBase64(sealed) })}\n`), hasKem)
  checkBytes(again.kem, kem, 'another KEM ciphertext')
  checkBytes(again.sealed, sealed, 'another header')
}
