import * as crypto from 'node:crypto'
import { fromHex } from '../encoding/bytes.ts'
import { importSpki } from './node-spki.ts'
import type { Encapsulation, MlKem768Keys } from './backend.ts'
import type { KeyObject } from 'node:crypto'

const NAME = 'ml-kem-768'

// SPKI of an ML-KEM-768 key up to the key itself (RFC 9935)
const SPKI_PREFIX = fromHex('308204b2300b0609608648016503040402038204a100')

// Node 24 is the first with these, and its types do not know the raw formats
interface NodeKem {
  generateKeyPairSync (type: string): { privateKey: RawKeyObject, publicKey: RawKeyObject }
  encapsulate (key: KeyObject): { sharedKey: Uint8Array, ciphertext: Uint8Array }
  decapsulate (key: RawKeyObject, ciphertext: Uint8Array): Uint8Array
}

interface RawKeyObject {
  export (options: { format: 'raw-public' }): Uint8Array
}

interface MlKem768 {
  generate (): MlKem768Keys
  encapsulate (encapsulationKey: Uint8Array): Encapsulation
}

const kem = crypto as unknown as NodeKem

const native: MlKem768 = {
  generate (): MlKem768Keys {
    const { privateKey, publicKey } = kem.generateKeyPairSync(NAME)

    return {
      encapsulationKey: publicKey.export({ format: 'raw-public' }),
      decapsulate: ciphertext => kem.decapsulate(privateKey, ciphertext)
    }
  },

  encapsulate (encapsulationKey: Uint8Array): Encapsulation {
    // OpenSSL makes FIPS 203's modulus check on import
    const { sharedKey, ciphertext } = kem.encapsulate(importSpki(SPKI_PREFIX, encapsulationKey))

    return { ciphertext, sharedSecret: sharedKey }
  }
}

/** ML-KEM-768 of node:crypto, where the runtime and its OpenSSL have it. */
export const nodeMlKem768: MlKem768 | undefined = works() ? native : undefined

function works (): boolean {
  try {
    native.encapsulate(native.generate().encapsulationKey)

    return true
  } catch {
    return false
  }
}
