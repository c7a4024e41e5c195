import { expect } from 'aegir/chai'
import { nobleBackend } from '../src/crypto/noble.ts'
import { equals } from '../src/encoding/bytes.ts'
import { exportKeyingMaterial, HandshakeSecrets, nextTrafficSecret, recordKeys } from '../src/key-schedule.ts'
import type { Backend } from '../src/crypto/backend.ts'
import type { SessionSecrets, Suite } from '../src/key-schedule.ts'

// That it derives what SPEC 5 says is for the vectors; this is what it leaves behind.

const SUITE: Suite = { group: 'x25519mlkem768', cipher: 'aes-256-gcm' }

/** A backend that keeps the very arrays it was asked to derive. */
function keeping (): { backend: Backend, derived: Uint8Array[] } {
  const derived: Uint8Array[] = []

  const keep = (bytes: Uint8Array): Uint8Array => {
    derived.push(bytes)

    return bytes
  }

  const backend: Backend = {
    ...nobleBackend,
    hkdfExtract: (salt, inputKey) => keep(nobleBackend.hkdfExtract(salt, inputKey)),
    hkdfExpand: (prk, info, length) => keep(nobleBackend.hkdfExpand(prk, info, length)),

    // which may keep what it is given: a copy
    aead: (cipher, key) => nobleBackend.aead(cipher, new Uint8Array(key))
  }

  return { backend, derived }
}

function secretOf (fill: number): Uint8Array {
  return new Uint8Array(32).fill(fill)
}

function sessionOf (backend: Backend): SessionSecrets {
  return new HandshakeSecrets(backend, SUITE, secretOf(1), secretOf(2)).sessionSecrets(secretOf(6), { lesser: secretOf(3), greater: secretOf(4) })
}

function isErased (secret: Uint8Array): boolean {
  return equals(secret, new Uint8Array(secret.byteLength))
}

describe('key schedule', () => {
  it('should end its first stage with the session: what that came from is erased', async () => {
    const { backend, derived } = keeping()
    const dh = secretOf(2)
    const ss = { lesser: secretOf(3), greater: secretOf(4) }
    const secrets = new HandshakeSecrets(backend, SUITE, secretOf(1), dh)
    await secrets.headerAead('lesser', secretOf(1), ss.lesser, new Uint8Array(1088))
    await secrets.headerAead('greater', secretOf(1), ss.greater, new Uint8Array(1088))
    const { traffic, exporter } = secrets.sessionSecrets(secretOf(6), ss)

    expect([dh, ss.lesser, ss.greater].every(isErased)).to.be.true()
    expect(derived.filter(secret => !isErased(secret))).to.have.ordered.members([traffic.lesser, traffic.greater, exporter])
  })

  it('should keep no record key beside the cipher that has it', () => {
    const { backend, derived } = keeping()
    const { iv } = recordKeys(backend, SUITE, secretOf(5))

    expect(derived).to.have.lengthOf(2)
    expect(derived.filter(secret => !isErased(secret))).to.have.ordered.members([iv])
  })

  it('should keep nothing of an export but its value', () => {
    const { backend, derived } = keeping()
    const session = sessionOf(backend)
    derived.length = 0
    const value = exportKeyingMaterial(session, 'label', undefined, 40)

    expect(derived).to.have.lengthOf(2)
    expect(derived.filter(secret => !isErased(secret))).to.have.ordered.members([value])
    expect(isErased(session.exporter)).to.be.false()
  })

  it('should leave a traffic secret to its owner', () => {
    const traffic = secretOf(5)
    nextTrafficSecret(nobleBackend, SUITE, traffic)

    expect(traffic).to.deep.equal(secretOf(5))
  })

  it('should say how much can be exported', () => {
    expect(() => exportKeyingMaterial(sessionOf(nobleBackend), 'label', undefined, 8161)).to.throw('exportKeyingMaterial gives 1 to 8160 bytes, not 8161')
  })
})
