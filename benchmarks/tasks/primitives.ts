/**
 * What no handshake of secure-peer can be faster than on node:crypto: the calls
 * that both ends make of it for keys and signatures, and nothing else. Hashes,
 * key derivation, the sealing of headers and the protocol come on top.
 */

import * as crypto from 'node:crypto'
import type { HandshakesResult } from './handshakes.ts'
import type { KeyObject } from 'node:crypto'

export interface PrimitivesParams {
  identity: 'Ed25519' | 'RSA-2048'

  /** Whether ML-KEM-768 is part of it */
  hybrid: boolean
}

// newer than the types
const kem = crypto as unknown as {
  encapsulate (key: KeyObject): { ciphertext: Uint8Array }
  decapsulate (key: KeyObject, ciphertext: Uint8Array): Uint8Array
}

// both ends' calls are the same
const ENDS = 2

// a header's length
const MESSAGE = new Uint8Array(512)

let handshake: (() => void) | undefined

export async function prepare ({ identity, hybrid }: PrimitivesParams): Promise<void> {
  const { privateKey, publicKey } = identity === 'Ed25519' ? crypto.generateKeyPairSync('ed25519') : crypto.generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = toPem(publicKey)
  const remote = crypto.generateKeyPairSync('x25519')
  const remotePem = toPem(remote.publicKey)
  const remoteKem = hybrid ? generateKem() : undefined
  const digest = identity === 'Ed25519' ? null : 'sha256'

  handshake = () => {
    for (let end = 0; end < ENDS; end++) {
      const x25519 = crypto.generateKeyPairSync('x25519')
      x25519.publicKey.export({ format: 'jwk' })
      crypto.diffieHellman({ privateKey: x25519.privateKey, publicKey: crypto.createPublicKey(remotePem) })

      if (remoteKem != null) {
        const own = generateKem()
        const { ciphertext } = kem.encapsulate(crypto.createPublicKey(remoteKem.pem))
        kem.decapsulate(remoteKem.privateKey, ciphertext)
        own.publicKey.export({ format: 'raw-public' as 'jwk' })
      }

      const signature = crypto.sign(digest, MESSAGE, privateKey)

      if (!crypto.verify(digest, MESSAGE, crypto.createPublicKey(pem), signature)) {
        throw new Error('a signature that was just made is not valid')
      }
    }
  }
}

export async function run ({ milliseconds }: { milliseconds: number }): Promise<HandshakesResult> {
  const start = performance.now()
  let count = 0

  for (; performance.now() - start < milliseconds; count++) {
    handshake?.()
  }

  return { count, seconds: (performance.now() - start) / 1_000 }
}

function generateKem (): { privateKey: KeyObject, publicKey: KeyObject, pem: string } {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ml-kem-768' as 'x25519')

  return { privateKey, publicKey, pem: toPem(publicKey) }
}

function toPem (key: KeyObject): string {
  return key.export({ format: 'pem', type: 'spki' }).toString()
}
