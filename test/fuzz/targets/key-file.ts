/** Key files and PEM as programs read them. The first byte says what the rest is. */

import { createPublicKey } from 'node:crypto'
import { keysFromPrivateKey, privateKeyFromKeys, privateKeyFromPem, privateKeyToPem, publicKeyFromPem, publicKeyToPem } from '../../../src/keys/index.ts'
import { Input, textOf } from '../bytes.ts'
import { check, typed } from '../check.ts'
import type { Keys } from '../../../src/keys/index.ts'

const CODES = ['ERR_INVALID_OPTION'] as const
const BLOCK = /-----BEGIN [^-]*-----[^-]*-----END [^-]*-----/

export function fuzz (data: Uint8Array): void {
  const input = new Input(data)
  const steer = input.byte() % 3
  const text = textOf(input.rest())

  if (steer === 0) {
    publicPem(text)
  } else if (steer === 1) {
    privatePem(text)
  } else {
    keyFile(text)
  }
}

function publicPem (text: string): void {
  const key = typed(CODES, () => publicKeyFromPem(text))

  if (key == null) {
    return
  }

  check(publicKeyFromPem(publicKeyToPem(key)).equals(key), 'another key after writing it')

  // the one key that stands in it: whoever reads the first block sees the same
  const first = BLOCK.exec(text)?.[0]
  check(first != null && createPublicKey(publicKeyToPem(key)).equals(createPublicKey(first)), 'not the key of the first block')
}

function privatePem (text: string): void {
  const key = typed(CODES, () => privateKeyFromPem(text))

  if (key != null) {
    check(privateKeyFromPem(privateKeyToPem(key)).equals(key), 'another key after writing it')
  }
}

function keyFile (text: string): void {
  let keys: Keys

  try {
    keys = JSON.parse(text)
  } catch {
    return
  }

  const key = typed(CODES, () => privateKeyFromKeys(keys))

  if (key != null) {
    check(privateKeyFromKeys(keysFromPrivateKey(key)).equals(key), 'another key after writing it')
    check(key.publicKey.equals(publicKeyFromPem(keys.public)), 'a public key that is not its own')
  }
}
