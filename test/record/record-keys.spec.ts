import { expect } from 'aegir/chai'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { RecordKeySequence } from '../../src/record/record-keys.ts'
import { hex, recordingBackend } from '../fixtures/deterministic-backend.ts'
import { twinRecord } from '../fixtures/twin.ts'
import { keySequence, SUITE, TRAFFIC } from './fixtures.ts'

const EMPTY = new Uint8Array(0)

describe('record keys', () => {
  it('should give every nonce of the specification\'s first generation once, and then the next one\'s', () => {
    const interval = 2 ** 18
    const keys = keySequence()
    const first = keys.next()
    const { aead } = first
    const seen = new Set([String.fromCharCode(...first.nonce)])

    for (let i = 1; i < interval; i++) {
      const next = keys.next()
      seen.add(next.aead === aead ? String.fromCharCode(...next.nonce) : '')
    }

    expect(seen.size).to.equal(interval)
    expect(seen.has('')).to.be.false()
    expect(keys.generation).to.equal(0)

    for (const index of [interval, interval + 1]) {
      expect(keys.count).to.equal(index)
      const { nonce, aead: next } = keys.next()
      expect(hex(nonce)).to.equal(hex(twinRecord(SUITE, TRAFFIC, index, 1, EMPTY).nonce))
      expect(next).to.not.equal(aead)
      expect(keys.generation).to.equal(1)
    }
  })

  for (const rekeyAfter of [1, 2, 5]) {
    it(`should rekey after ${rekeyAfter} records and no other`, () => {
      const { backend, derivations } = recordingBackend(nobleBackend)
      const keys = new RecordKeySequence(backend, SUITE, TRAFFIC.slice(), rekeyAfter)

      for (let i = 0; i < 3 * rekeyAfter + 1; i++) {
        expect(keys.count).to.equal(i)
        const twin = twinRecord(SUITE, TRAFFIC, i, 1, EMPTY, rekeyAfter)

        expect(hex(keys.next().nonce)).to.equal(hex(twin.nonce))
        expect(keys.generation).to.equal(Math.floor(i / rekeyAfter))
        expect(derivations.aeadKeys).to.have.lengthOf(keys.generation + 1)
        expect(derivations.aeadKeys.at(-1)).to.equal(hex(twin.key))
      }
    })
  }

  it('should erase a traffic secret with its generation', () => {
    const traffic = TRAFFIC.slice()
    const keys = new RecordKeySequence(nobleBackend, SUITE, traffic, 1)
    keys.next()
    expect(traffic).to.deep.equal(TRAFFIC)
    keys.next()
    expect(traffic).to.deep.equal(new Uint8Array(32))
  })

  it('should erase its traffic secret when it is wiped', () => {
    const traffic = TRAFFIC.slice()
    new RecordKeySequence(nobleBackend, SUITE, traffic).wipe()

    expect(traffic).to.deep.equal(new Uint8Array(32))
  })

  it('should give no key once it is wiped, at the end of a generation neither', () => {
    for (const records of [0, 1, 2]) {
      const { backend, derivations } = recordingBackend(nobleBackend)
      const keys = new RecordKeySequence(backend, SUITE, TRAFFIC.slice(), 2)

      for (let i = 0; i < records; i++) {
        keys.next()
      }

      keys.wipe()

      expect(() => keys.next()).to.throw('the keys of this direction were wiped')
      expect(keys.count).to.equal(records)
      expect(derivations.aeadKeys).to.have.lengthOf(1)
    }
  })
})
