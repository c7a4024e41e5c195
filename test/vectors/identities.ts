import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { KeyType } from '../../src/identity/public-key.ts'

/** An identity of a vector; its signatures are the same at every run. */
export interface VectorIdentity {
  type: KeyType

  /** Seed (Ed25519), number (secp256k1, P-256) or PKCS#8 DER (RSA). */
  privateKey: Uint8Array
  spki: Uint8Array
  pem: string

  /** In the form that a header wants: RFC 6979 nonces in the ECDSA of both curves. */
  sign (message: Uint8Array): Promise<Uint8Array>
}

/** `length` bytes that follow from `name`: SHA-256 in counter mode. */
export function seedBytes (name: string, length: number): Uint8Array {
  let bytes = new Uint8Array(0)

  for (let i = 0; bytes.length < length; i++) {
    bytes = concatBytes(bytes, sha256(utf8ToBytes(`libp2p-secure-peer vectors ${name} ${i}`)))
  }

  return bytes.slice(0, length)
}

/** The identity of `type` that belongs to `name`; there is one RSA key only. */
export function vectorIdentity (type: KeyType, name: string): VectorIdentity {
  const privateKey = type === 'rsa' ? fromBase64(RSA_PKCS8.join('')) : seedBytes(`identity ${type} ${name}`, 32)

  return identityFromPrivateKey(type, privateKey)
}

/** The identity of a private key as vectors write it. */
export function identityFromPrivateKey (type: KeyType, privateKey: Uint8Array): VectorIdentity {
  const spki = spkiOf(type, privateKey)

  return { type, privateKey, spki, pem: pemOf(spki), sign: async message => sign(type, privateKey, message) }
}

function spkiOf (type: KeyType, privateKey: Uint8Array): Uint8Array {
  switch (type) {
    case 'rsa':
      return fromBase64(RSA_SPKI.join(''))
    case 'ed25519':
      return concatBytes(hexToBytes('302a300506032b6570032100'), ed25519.getPublicKey(privateKey))
    case 'secp256k1':
      return concatBytes(hexToBytes('3056301006072a8648ce3d020106052b8104000a034200'), secp256k1.getPublicKey(privateKey, false))
    default:
      return concatBytes(hexToBytes('3059301306072a8648ce3d020106082a8648ce3d030107034200'), p256.getPublicKey(privateKey, false))
  }
}

async function sign (type: KeyType, privateKey: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
  switch (type) {
    case 'rsa': {
      const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      const key = await crypto.subtle.importKey('pkcs8', privateKey as BufferSource, algorithm, false, ['sign'])

      return new Uint8Array(await crypto.subtle.sign(algorithm, key, message as BufferSource))
    }
    case 'ed25519':
      return ed25519.sign(message, privateKey)
    case 'secp256k1':
      return secp256k1.sign(message, privateKey, { format: 'der', lowS: true, extraEntropy: false })
    default:
      return p256.sign(message, privateKey, { format: 'compact', lowS: false, extraEntropy: false })
  }
}

/** SPKI in PEM. */
export function pemOf (spki: Uint8Array): string {
  const lines = btoa(String.fromCharCode(...spki)).match(/.{1,64}/g) ?? []

  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n')
}

function fromBase64 (text: string): Uint8Array {
  return Uint8Array.from(atob(text), character => character.charCodeAt(0))
}

// made once for these vectors and used for nothing else
const RSA_PKCS8 = [
  'MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDD6jNL7LOs/g1/h7EiGLYYoFGZtbsyXRtL73J902zBWhkIOjt3Y9lmOVcXtFQsLbRMPH2S',
  'Gpxz/UX0aco+ZTfrs68zpAsqG0rJVItbt7T3OJx1oWxCc5Cx/Qb1lEgid3g7sAwDS/IP2e6Qa6qQ4qtrFuOtReZ779RrsiHaVRjEpmVULMH1tgvokKyUW02Y',
  'k7nwm9Nn5fNj4AdaoltVeXu58pwV1xQ8sKtXw+hF2OEYFS9kx+HJJavfHox01t04rW31HOXoK7gxaA+RzeApECavvhX/8gyJodIGoOFRu65tQ9V1o/221HCa',
  'R/WLrWhzB2+mnn6EQsq2epDlJ7Bs9WhbAgMBAAECggEASvvrCT694FLWYL7TLZ0uqQtHYCD91n9rUKuDcyRGRlTRKuR62S3GygjdTC3RX51Ymis21oJH6l8A',
  'dNU+upXsCtMZlhbNzR5oB9nLgt2zrkGlJKKVeHOZ6H3TOZA48bQvOQ0e8+4P5kA/vlfvDwgqmtDGcI3F8x6ue0/RBCs40R6/y5LCd3af9FdbIVMaVzFU79mF',
  '/L18F9CceIWm+iiFuOBZ/XjJJdhHCin9KDjMbgdTnKUoTQl60o/CodYACsBSjf28DoKCa3A4QJuf9BlCAZ9ZyKCzHUrptsE82udLUvAsu0BeSW1uT7jZ0Key',
  'YX1sPBKVAEEasEGl4ZXfPU1YLQKBgQD/zMIBO4P8DRzq/QmdQRlVmELKftvApz1YyjIQ3+Ke66QFg8qWAhg3yuKXy8i6PXr04+Ytlk6FrxvpjS/6T44fHx5x',
  'qx0YzHMMy74vjB2zXVcHtzTfDBKcckQml6ofQCXxaaf5tzLFNzz26IfLWv5CnROLDaHJh6+VW1ir0yfBVwKBgQDEEXJA96oyUqyqKA6VUYv0fIiDrf0cXhdG',
  'w3zDMnxFsW25AH/dViG/YX6YKoTHPdjkMoseE+3QFb6aDN8bXLC5SRVE1aupZtvq60swkpDExCtY2UfG0GAAdL/5xbzOm9ScUgbO19i+RXg7uDjWC8u9OKpU',
  'DxVxx+tB4qIbz/canQKBgQDioLc1PlRl5/w52Ss+bmGSqw5pt1Dcc47vblxDBQgTgnPUCvpeQsbQD2kH0Z0qG7Qm6Q6STvuMhyK0ncjm/LrOqdRgIpjp0qEP',
  'sibymzHpKoYjqNYn0tteTgJBKtenTj8Pjmsq23sYrSLPIh7FNP3VaLLa3J39HcCbE84QlUhAiwKBgQCmPNyQdOxbCnnXM2tZ8vAk9MmSTBzExooZt3m6zr1L',
  'IeqT5vaCpZqrd3AseDBn9epFYQ1PDTqfKTCX0L4Bpw83qd1cpYWMdeeUQLdZkYspKeJOzLrsuJQNDvAOSDeTPdCAUZPwIFZmzOPqToHyCcJOxxKzfq6B8C1p',
  'iUxFJIiwiQKBgGcU+bGFy0AyNoWYFtSYWPx6CDPuTUtpe48uob6CsPsPA5fe+5JtszMtOBKAWWsix68iU5wvlsiaLRTFhoI4BdjuGwIhLa2h3PGt5iJDeMxE',
  'J+ppNJrwVTWByqL5eYR+pgGv/UlP3YgMFrhSBx3cwPOrKuJ+u+UruMA0sTOwaGJi'
]

const RSA_SPKI = [
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAw+ozS+yzrP4Nf4exIhi2GKBRmbW7Ml0bS+9yfdNswVoZCDo7d2PZZjlXF7RULC20TDx9khqcc/1F',
  '9GnKPmU367OvM6QLKhtKyVSLW7e09zicdaFsQnOQsf0G9ZRIInd4O7AMA0vyD9nukGuqkOKraxbjrUXme+/Ua7Ih2lUYxKZlVCzB9bYL6JCslFtNmJO58JvT',
  'Z+XzY+AHWqJbVXl7ufKcFdcUPLCrV8PoRdjhGBUvZMfhySWr3x6MdNbdOK1t9Rzl6Cu4MWgPkc3gKRAmr74V//IMiaHSBqDhUbuubUPVdaP9ttRwmkf1i61o',
  'cwdvpp5+hELKtnqQ5SewbPVoWwIDAQAB'
]
