/** An identity key in PEM: SPEC 4.1. The first byte says which type is meant and whether the rest is the PEM or the DER in it. */

import { createPublicKey } from 'node:crypto'
import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { utf8 } from '../../../src/encoding/bytes.ts'
import { encodePem } from '../../../src/encoding/pem.ts'
import { identityKey, parseIdentityKey } from '../../../src/identity/public-key.ts'
import { peerIdFromAnyPublicKey, publicKeyFromIdentity } from '../../../src/libp2p/keys.ts'
import { Input, textOf } from '../bytes.ts'
import { check, checkBytes, typed } from '../check.ts'
import type { IdentityKey, KeyType } from '../../../src/identity/public-key.ts'

const TYPES: KeyType[] = ['rsa', 'ed25519', 'secp256k1', 'ecdsa']

export function fuzz (data: Uint8Array): void {
  const input = new Input(data)
  const steer = input.byte()
  const pem = (steer & 4) === 0 ? textOf(input.rest()) : encodePem(input.rest())
  const key = typed(['ERR_INVALID_KEY'], () => parseIdentityKey(TYPES[steer & 3], pem))

  if (key == null) {
    return
  }

  // one key, one encoding
  check(key.pem === pem, 'another PEM')
  check(identityKey(key.type, key.raw).pem === pem, 'raw bytes that have another PEM')
  check(TYPES.filter(type => isKey(type, pem)).length === 1, 'a key of two types')

  // where signing takes no curve, there is no other check: these reach libp2p
  if (key.type === 'rsa' || key.type === 'ed25519') {
    checkPeerId(key)
  }

  if (key.type === 'rsa') {
    checkBytes(createPublicKey(pem).export({ type: 'spki', format: 'der' }), key.raw, 'OpenSSL writes that key in another way')
  }
}

function isKey (type: KeyType, pem: string): boolean {
  return typed(['ERR_INVALID_KEY'], () => parseIdentityKey(type, pem)) != null
}

/** The PeerId is the key's, and of no other. */
function checkPeerId (key: IdentityKey): void {
  const publicKey = publicKeyFromIdentity(key)
  const peerId = peerIdFromAnyPublicKey(publicKey)

  check(identityKey(key.type, publicKey.raw).pem === key.pem, 'libp2p has another key')
  check(utf8(peerId.toString()).byteLength > 0 && publicKeyToProtobuf(publicKey).byteLength > 0, 'no PeerId')
}
