import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import { peerIdSymbol, UnexpectedPeerError } from '@libp2p/interface'
import { peerIdFromMultihash, peerIdFromPublicKey } from '@libp2p/peer-id'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import * as Digest from 'multiformats/hashes/digest'
import { concat, equals, fromHex } from '../encoding/bytes.ts'
import { InvalidOptionError } from '../errors.ts'
import { identityKey } from '../identity/public-key.ts'
import type { Backend } from '../crypto/backend.ts'
import type { IdentityKey } from '../identity/public-key.ts'
import type { Signer } from '../identity/signer.ts'
import type { PeerId, PrivateKey, PublicKey } from '@libp2p/interface'

const ED25519_SEED_BYTES = 32
const POINT_BYTES = 65

/**
 * js-libp2p's form of a P-256 key up to the point itself (SPEC 4.3):
 * SEQUENCE { INTEGER 1, [0] { prime256v1 }, [1] { BIT STRING } }
 */
export const ECDSA_PREFIX = fromHex('3055020101a00a06082a8648ce3d030107a144034200')

/**
 * A libp2p private key as the handshake's signer. Where the runtime signs faster
 * than the libp2p key does, its native key is made here, once.
 *
 * @throws {InvalidOptionError} for a key that SPEC 4.1 does not allow
 */
export function signerFromPrivateKey (backend: Backend, privateKey: PrivateKey): Signer {
  const key = ownIdentityKey(privateKey.publicKey)

  if (backend.signer != null && key.type === 'ed25519') {
    return { key, sign: backend.signer('ed25519', privateKey.raw.subarray(0, ED25519_SEED_BYTES)) }
  }

  if (backend.signer != null && key.type === 'rsa') {
    return { key, sign: backend.signer('rsa', privateKey.raw) }
  }

  return { key, sign: message => privateKey.sign(message) }
}

/** The libp2p form of an identity key that has verified a signature (SPEC 4.3). */
export function publicKeyFromIdentity ({ type, raw }: IdentityKey): PublicKey {
  switch (type) {
    case 'secp256k1':
      return publicKeyFromRaw(secp256k1.Point.fromBytes(raw).toBytes(true))
    case 'ecdsa':
      return publicKeyFromRaw(concat([ECDSA_PREFIX, raw]))
    default:
      return publicKeyFromRaw(raw)
  }
}

/** The PeerId of any public key: also of ECDSA keys, for which `@libp2p/peer-id` has none. */
export function peerIdFromAnyPublicKey (publicKey: PublicKey): PeerId {
  if (publicKey.type === 'RSA') {
    return peerIdFromPublicKey(publicKey)
  }

  // the hash that a key makes of itself holds a window on Node's pool of buffers,
  // and would keep 64 KiB of it for as long as a connection lives
  const multihash = Digest.decode(publicKey.toMultihash().bytes)

  if (publicKey.type !== 'ECDSA') {
    return peerIdFromMultihash(multihash)
  }

  const text = publicKey.toString()

  const peerId = {
    type: 'ECDSA',
    publicKey,
    [peerIdSymbol]: true,
    [Symbol.toStringTag]: 'PeerId',
    toString: () => text,
    toMultihash: () => multihash,
    toCID: () => publicKey.toCID(),
    equals: (other?: unknown) => other != null && String(other) === text
  }

  // interface's union of PeerIds has no member for ECDSA
  return peerId as unknown as PeerId
}

/**
 * Compares PeerIds, never keys: an RSA PeerId that was parsed from text holds no key.
 *
 * @throws {UnexpectedPeerError}
 */
export function requirePeer (expected: PeerId | undefined, actual: PeerId): void {
  if (expected != null && !equals(expected.toMultihash().bytes, actual.toMultihash().bytes)) {
    throw new UnexpectedPeerError(`ERR_UNEXPECTED_PEER: expected ${expected}, the remote peer is ${actual}`)
  }
}

function ownIdentityKey (publicKey: PublicKey): IdentityKey {
  try {
    switch (publicKey.type) {
      case 'RSA':
        return identityKey('rsa', publicKey.raw)
      case 'Ed25519':
        return identityKey('ed25519', publicKey.raw)
      case 'secp256k1':
        return identityKey('secp256k1', secp256k1.Point.fromBytes(publicKey.raw).toBytes(false))
      default:
        return identityKey('ecdsa', ecdsaPoint(publicKey.raw))
    }
  } catch (err: any) {
    throw new InvalidOptionError(`this ${publicKey.type} key cannot be an identity - ${err.message}`, { cause: err })
  }
}

function ecdsaPoint (raw: Uint8Array): Uint8Array {
  if (!equals(raw.subarray(0, -POINT_BYTES), ECDSA_PREFIX)) {
    throw new InvalidOptionError('not a P-256 key')
  }

  return raw.subarray(-POINT_BYTES)
}
