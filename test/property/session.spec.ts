import { expect } from 'aegir/chai'
import { REKEY_AFTER_RECORDS } from '../../src/constants.ts'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { hex } from '../fixtures/deterministic-backend.ts'
import { handshakeOptions, handshakePair } from '../handshake/handshake-pair.ts'
import type { Aead, Backend } from '../../src/crypto/backend.ts'

const ONE_BYTE = [new Uint8Array(1)]

describe('property: whole sessions', () => {
  for (const roles of [['dialer', 'listener'], ['peer', 'peer']] as const) {
    it(`should seal under no pair of key and nonce twice, of ${roles.join(' and ')}, headers and a rekey included`, async () => {
      const pairs = new Set<string>()
      let sealed = 0
      let isOpen = false

      // the records themselves are not what is looked at, and real ones would take minutes
      const watch = (key: string, aead: Aead): Aead => ({
        open: (nonce, associatedData) => aead.open(nonce, associatedData),
        seal: (nonce, associatedData, pieces, out, offset) => {
          sealed++
          pairs.add(`${key} ${hex(nonce)}`)

          return isOpen ? undefined : aead.seal(nonce, associatedData, pieces, out, offset)
        }
      })

      const backend: Backend = { ...nobleBackend, aead: (cipher, key) => watch(hex(key), nobleBackend.aead(cipher, key)) }
      const { first, second } = await handshakePair(handshakeOptions(roles[0], { backend }), handshakeOptions(roles[1], { backend }))
      isOpen = true

      for (const { result } of [first, second]) {
        for (let i = 0; i <= REKEY_AFTER_RECORDS; i++) {
          void result?.session.sealer.sealData(ONE_BYTE, 1)
        }

        expect(result?.session.sealer.generation).to.equal(1)
      }

      expect(sealed).to.equal(2 + 2 * (REKEY_AFTER_RECORDS + 1))
      expect(pairs).to.have.property('size', sealed)
    })
  }
})
