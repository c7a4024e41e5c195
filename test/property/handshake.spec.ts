import { hexToBytes } from '@noble/hashes/utils.js'
import { expect } from 'aegir/chai'
import { assert, asyncProperty, boolean, constantFrom, nat, property, uint8Array } from 'fast-check'
import { SecurePeerError } from '../../src/errors.ts'
import { parseLine2 } from '../../src/handshake/header.ts'
import { parseHello } from '../../src/handshake/hello.ts'
import { handshakeOptions, handshakePair } from '../handshake/handshake-pair.ts'
import { makeHandshakes } from '../vectors/make.ts'
import { chunkLengths, chunksOf, ciphers, flipBit, groups } from './arbitraries.ts'
import { runs } from './runs.ts'
import type { Role } from '../../src/handshake/header.ts'

const roles = constantFrom<[Role, Role]>(['dialer', 'listener'], ['peer', 'peer'])

describe('property: handshake', () => {
  it('should give the same session however the bytes are cut, or fail on both sides', async () => {
    await assert(asyncProperty(roles, groups, groups, ciphers, ciphers, chunkLengths, async ([a, b], ourGroups, theirGroups, ourCiphers, theirCiphers, lengths) => {
      const { first, second } = await handshakePair(
        handshakeOptions(a, { groups: ourGroups, ciphers: ourCiphers }),
        handshakeOptions(b, { groups: theirGroups, ciphers: theirCiphers }),
        { split: bytes => chunksOf(bytes, lengths) }
      )

      const isPossible = ourGroups.some(name => theirGroups.includes(name)) && ourCiphers.some(name => theirCiphers.includes(name))

      if (isPossible) {
        expect(first.error).to.be.undefined()
        expect(second.error).to.be.undefined()
        expect(first.result?.session.transcriptHash).to.deep.equal(second.result?.session.transcriptHash)
        expect(first.result?.session.group).to.equal(second.result?.session.group)
        expect(first.result?.session.cipher).to.equal(second.result?.session.cipher)
      } else {
        expect(first.error).to.be.an.instanceOf(SecurePeerError)
        expect(second.error).to.be.an.instanceOf(SecurePeerError)
      }
    }), runs(25))
  })

  it('should not survive a flipped bit, in any line of either side', async () => {
    await assert(asyncProperty(roles, constantFrom('x25519', 'x25519mlkem768'), constantFrom('first', 'second'), boolean(), nat(), async ([a, b], group, side, isLine2, position) => {
      const options = { groups: [group] } as const
      let flipped = false

      const { first, second } = await handshakePair(handshakeOptions(a, options), handshakeOptions(b, options), {
        tamper: (from, line, index) => {
          if (from !== side || index !== Number(isLine2)) {
            return line
          }

          flipped = true

          // but for the newline, without which the other side waits for more
          const changed = flipBit(line, position % (8 * (line.byteLength - 1)))

          return changed.indexOf(0x0a) === line.byteLength - 1 ? changed : flipBit(line, position % 8)
        }
      })

      expect(flipped).to.be.true()

      // the side that reads what was changed, and in the end nobody has two ends of one session
      const reader = side === 'first' ? second : first
      expect(reader.error).to.be.an.instanceOf(SecurePeerError)
      expect(reader.result).to.be.undefined()

      // only a listener's line 2 and a peer's answer nothing: who sent them may be done by then
      if (!isLine2 || (side === 'first' && a === 'dialer')) {
        expect(side === 'first' ? first.error : second.error).to.be.an.instanceOf(SecurePeerError)
      }
    }), runs(60))
  })

  it('should end in a typed error on a hello of any bytes', () => {
    assert(property(uint8Array({ maxLength: 400 }), bytes => {
      expect(() => parseHello(bytes)).to.throw(SecurePeerError).with.property('code', 'ERR_MALFORMED_HELLO')
    }), runs(300))
  })

  it('should end in a typed error, or take it, on lines that were changed', async () => {
    const { vectors } = await makeHandshakes()
    const lines = vectors.flatMap(({ first, second }) => [first, second]).map(({ line1, line2, kem }) => ({ line1: hexToBytes(line1), line2: hexToBytes(line2), hasKem: kem !== '' }))
    let refused = 0

    assert(property(constantFrom(...lines), nat(), nat(), ({ line1, line2, hasKem }, bit, length) => {
      for (const parse of [
        () => parseHello(flipBit(line1, bit % (8 * line1.byteLength))),
        () => parseHello(line1.subarray(0, length % line1.byteLength)),
        () => parseLine2(flipBit(line2, bit % (8 * line2.byteLength)), hasKem),
        () => parseLine2(line2.subarray(0, length % line2.byteLength), hasKem)
      ]) {
        try {
          parse()
        } catch (err) {
          refused++
          expect(err).to.be.an.instanceOf(SecurePeerError)
        }
      }
    }), runs(200))

    expect(refused).to.be.above(100)
  })
})
