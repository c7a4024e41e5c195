import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { InvalidOptionError } from '../errors.ts'
import { privateKeyFromKeyObject } from './key-object.ts'
import { privateKeyFromPem, privateKeyToPem, publicKeyFromPem, publicKeyToPem } from './pem.ts'
import type { PrivateKey } from '@libp2p/interface'

/** A key file such as `a.json`, in rsa-json's form: two PEM texts. */
export interface Keys {
  /** PKCS#1 or PKCS#8, not encrypted. */
  private: string

  /** PKCS#1 or SPKI, of the same key. */
  public: string
}

/** What {@link generateKeys} makes. */
export interface GenerateKeysInit {
  /** `rsa` as in 0.2 if left out; `ed25519` signs and verifies fastest. */
  type?: 'rsa' | 'ed25519' | 'secp256k1' | 'ecdsa'

  /** Size of an RSA key, 2048 to 8192. Default: 2048. */
  bits?: number
}

const MIN_BITS = 2048
const MAX_BITS = 8192

const generate = promisify(generateKeyPair)

/**
 * A new identity in rsa-json's form, PKCS#1 for RSA keys, PKCS#8 and SPKI for
 * the others. It takes about 0.1 s for RSA with 2048 bits, no time for the others.
 *
 * @throws {InvalidOptionError} for another type or size
 */
export async function generateKeys (init: GenerateKeysInit = {}): Promise<Keys> {
  const { type = 'rsa', bits = MIN_BITS } = init

  if (!Number.isInteger(bits) || bits < MIN_BITS || bits > MAX_BITS) {
    throw new InvalidOptionError(`an RSA key has ${MIN_BITS} to ${MAX_BITS} bits, not ${bits}`)
  }

  return keysFromPrivateKey(await generatePrivateKey(type, bits))
}

/** The key file of a libp2p private key: PKCS#1 for RSA, PKCS#8 and SPKI for the others. */
export function keysFromPrivateKey (key: PrivateKey): Keys {
  const rsa = key.type === 'RSA'

  return {
    private: privateKeyToPem(key, rsa ? 'pkcs1' : 'pkcs8'),
    public: publicKeyToPem(key.publicKey, rsa ? 'pkcs1' : 'spki')
  }
}

/**
 * The libp2p private key of a key file.
 *
 * @throws {InvalidOptionError} when a part cannot be read or the two are not one key's
 */
export function privateKeyFromKeys (keys: Keys): PrivateKey {
  const privateKey = privateKeyFromPem(keys?.private)

  if (!privateKey.publicKey.equals(publicKeyFromPem(keys.public))) {
    throw new InvalidOptionError('the private and the public key do not belong together')
  }

  return privateKey
}

async function generatePrivateKey (type: string, bits: number): Promise<PrivateKey> {
  switch (type) {
    case 'rsa':
      return privateKeyFromKeyObject((await generate('rsa', { modulusLength: bits })).privateKey)
    case 'ed25519':
      return privateKeyFromKeyObject((await generate('ed25519')).privateKey)
    case 'secp256k1':
      return privateKeyFromKeyObject((await generate('ec', { namedCurve: 'secp256k1' })).privateKey)
    case 'ecdsa':
      return privateKeyFromKeyObject((await generate('ec', { namedCurve: 'prime256v1' })).privateKey)
    default:
      throw new InvalidOptionError(`no key type ${JSON.stringify(type)}: rsa, ed25519, secp256k1, ecdsa`)
  }
}
