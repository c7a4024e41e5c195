import { expect } from 'aegir/chai'
import { RECORD_TYPE } from '../../src/constants.ts'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { concat } from '../../src/encoding/bytes.ts'
import { hex } from '../fixtures/deterministic-backend.ts'
import { twinRecord } from '../fixtures/twin.ts'
import { cut, HeldBackend, patternOf, sealerOf, splitRecords, SUITE, TRAFFIC } from './fixtures.ts'
import type { Backend } from '../../src/crypto/backend.ts'

const MAX = 65_536

/** The records that the twin makes of data. */
function twinRecords (data: Uint8Array, from: number = 0): string[] {
  return cut(data, MAX).map((plaintext, i) => hex(twinRecord(SUITE, TRAFFIC, from + i, RECORD_TYPE.data, plaintext).record))
}

describe('sealer', () => {
  for (const bytes of [1, 2, MAX - 1, MAX, MAX + 1, 2 * MAX, 2 * MAX + 1]) {
    it(`should seal ${bytes} bytes as the twin does`, async () => {
      const data = patternOf(bytes)
      const sealer = sealerOf()

      expect(splitRecords(await sealer.sealData([data], bytes)).map(hex)).to.deep.equal(twinRecords(data))
      expect(sealer.records).to.equal(Math.ceil(bytes / MAX))
    })
  }

  // around what is gathered, and around records
  for (const piece of [1000, 16_383, 16_384, 16_385, 40_000, 65_537, 100_000]) {
    it(`should seal the same from pieces of ${piece} bytes`, async () => {
      const data = patternOf(3 * MAX + 5)
      const pieces = cut(data, piece).flatMap(part => [part, new Uint8Array(0)])

      expect(splitRecords(await sealerOf().sealData(pieces, data.byteLength)).map(hex)).to.deep.equal(twinRecords(data))
    })
  }

  it('should seal the same from small and large pieces in turn', async () => {
    const data = patternOf(2 * MAX + 3)
    const pieces = [data.subarray(0, 10), data.subarray(10, 20_010), data.subarray(20_010, 20_015), data.subarray(20_015, 60_000), data.subarray(60_000, 66_000), data.subarray(66_000)]

    expect(splitRecords(await sealerOf().sealData(pieces, data.byteLength)).map(hex)).to.deep.equal(twinRecords(data))
  })

  // a call of the cipher for every byte would have its price, and so would a copy of every megabyte
  const lengths: Array<[number[], number[]]> = [
    [[5], [5]],
    [[5, 0, 6, 7], [18]],
    [[16_383, 16_383], [32_766]],
    [[16_384], [16_384]],
    [[16_384, 20_000], [16_384, 20_000]],
    [[5, 6, 16_384, 7], [11, 16_384, 7]],
    [[16_384, 5, 6, 16_385], [16_384, 11, 16_385]],
    [[MAX], [MAX]],
    [[MAX, 5], [MAX, 5]],
    [[MAX + 16_384], [MAX, 16_384]]
  ]

  for (const [pieces, sealed] of lengths) {
    it(`should give the cipher ${sealed.join(', ')} bytes at a time of pieces of ${pieces.join(', ')}`, async () => {
      const given: Uint8Array[] = []

      const backend: Backend = {
        ...nobleBackend,
        aead: (cipher, key) => {
          const aead = nobleBackend.aead(cipher, key)

          return {
            open: (nonce, associatedData) => aead.open(nonce, associatedData),
            seal: (nonce, associatedData, pieces, ...rest) => {
              given.push(...pieces)

              return aead.seal(nonce, associatedData, pieces, ...rest)
            }
          }
        }
      }

      const large = pieces.map(length => patternOf(length))
      await sealerOf({ backend }).sealData(large, pieces.reduce((sum, length) => sum + length))

      expect(given.map(({ byteLength }) => byteLength)).to.deep.equal(sealed)

      // the very pieces, where they are large and fit
      const whole = large.filter(({ byteLength }) => byteLength >= 16_384 && byteLength <= MAX)
      expect(whole.filter(piece => !given.includes(piece))).to.be.empty()
    })
  }

  it('should change nothing of what it is given', async () => {
    const data = patternOf(100_000)
    const pieces = cut(data, 30_000)
    await sealerOf().sealData(pieces, data.byteLength)

    expect(concat(pieces)).to.deep.equal(patternOf(100_000))
  })

  it('should number records of all types together', async () => {
    const sealer = sealerOf()
    await sealer.sealData([patternOf(5)], 5)
    const reject = await sealer.seal(RECORD_TYPE.reject, patternOf(7))
    const end = await sealer.seal(RECORD_TYPE.end, new Uint8Array(0))

    expect(hex(reject)).to.equal(hex(twinRecord(SUITE, TRAFFIC, 1, 3, patternOf(7)).record))
    expect(hex(end)).to.equal(hex(twinRecord(SUITE, TRAFFIC, 2, 2, new Uint8Array(0)).record))
    expect(sealer.records).to.equal(3)
  })

  it('should write where it is told to', async () => {
    const memory = new Uint8Array(1000)
    const data = patternOf(50)
    const records = await sealerOf().sealData([data], 50, bytes => memory.subarray(100, 100 + bytes))

    expect(records.byteOffset).to.equal(100)
    expect(hex(memory.subarray(100, 170))).to.equal(twinRecords(data)[0])
    expect(memory.subarray(0, 100)).to.deep.equal(new Uint8Array(100))
    expect(memory.subarray(170)).to.deep.equal(new Uint8Array(830))
  })

  it('should not use a number again when sealing throws', async () => {
    const nonces: string[] = []
    let fails = true

    const backend: Backend = {
      ...nobleBackend,
      aead: (cipher, key) => {
        const aead = nobleBackend.aead(cipher, key)

        return {
          ...aead,
          open: (nonce, associatedData) => aead.open(nonce, associatedData),
          seal: (nonce, ...rest) => {
            nonces.push(hex(nonce))

            if (fails) {
              throw new Error('no luck')
            }

            return aead.seal(nonce, ...rest)
          }
        }
      }
    }

    const sealer = sealerOf({ backend })
    expect(() => sealer.sealData([patternOf(1)], 1)).to.throw('no luck')
    fails = false
    await sealer.sealData([patternOf(1)], 1)

    expect(new Set(nonces).size).to.equal(2)
  })

  it('should give records in order where sealing finishes in another', async () => {
    const held = new HeldBackend()
    const data = patternOf(4 * MAX)
    const records = sealerOf({ backend: held.backend }).sealData(cut(data, 10_000), data.byteLength)
    expect(records).to.be.a('promise')

    // as many as there are records are under way
    expect(held.held).to.equal(4)
    await held.releaseAll('newest')

    expect(splitRecords(await records).map(hex)).to.deep.equal(twinRecords(data))
  })

  it('should reject where sealing does', async () => {
    const held = new HeldBackend()
    const sealer = sealerOf({ backend: held.backend })
    held.failure = new Error('no luck')
    const records = Promise.resolve(sealer.seal(RECORD_TYPE.end, new Uint8Array(0)))
    const rejected = expect(records).to.eventually.be.rejectedWith('no luck')
    await held.releaseAll()
    await rejected
  })

  for (const rekeyAfter of [1, 2, 3, 4]) {
    it(`should rekey within what it seals at once, after ${rekeyAfter} records`, async () => {
      const data = patternOf(4 * MAX)
      const sealer = sealerOf({ rekeyAfter })
      const records = splitRecords(await sealer.sealData([data], data.byteLength))

      expect(records.map(hex)).to.deep.equal(cut(data, MAX).map((plaintext, i) => hex(twinRecord(SUITE, TRAFFIC, i, 1, plaintext, rekeyAfter).record)))
      expect(sealer.generation).to.equal(Math.floor(3 / rekeyAfter))
    })
  }
})
