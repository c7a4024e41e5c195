import { expect } from 'aegir/chai'
import { array, assert, asyncProperty, boolean, constantFrom, integer, nat, oneof, property, uint8Array } from 'fast-check'
import { RECORD_TYPE } from '../../src/constants.ts'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { concat } from '../../src/encoding/bytes.ts'
import { SecurePeerError } from '../../src/errors.ts'
import { RecordReader } from '../../src/record/record-reader.ts'
import { RecordWriter } from '../../src/record/record-writer.ts'
import { hex } from '../fixtures/deterministic-backend.ts'
import { openerOf, sealerOf, splitRecords } from '../record/fixtures.ts'
import { chunkLengths, chunksOf, flipBit, suite, writes } from './arbitraries.ts'
import { runs } from './runs.ts'
import type { Backend } from '../../src/crypto/backend.ts'
import type { Opener } from '../../src/record/opener.ts'

const intervals = constantFrom(1, 2, 3, 7, 2 ** 18)

/** What a reader makes of chunks. */
function read (opener: Opener, chunks: Uint8Array[]): { data: Uint8Array, ended: boolean, error?: any } {
  const pieces: Uint8Array[] = []
  let ended = false
  let error: any

  const reader = new RecordReader(opener, {
    onData: given => { pieces.push(...given) },
    onEnd: () => { ended = true },
    onFinish: () => {},
    onError: err => { error = err }
  })

  chunks.forEach(chunk => { reader.push(chunk) })
  reader.finish()

  return { data: concat(pieces), ended, error }
}

describe('property: records', () => {
  it('should give what was written, however it was gathered, sealed and cut', async () => {
    await assert(asyncProperty(writes, suite, intervals, chunkLengths, async (data, suite, rekeyAfter, lengths) => {
      const init = { suite, rekeyAfter }
      const sealer = sealerOf(init)
      const sealed: Uint8Array[] = []

      for (const bytes of data.filter(({ byteLength }) => byteLength > 0)) {
        sealed.push(await sealer.sealData([bytes], bytes.byteLength))
      }

      sealed.push(await sealer.seal(RECORD_TYPE.end, new Uint8Array(0)))
      const opened = read(openerOf(init), chunksOf(concat(sealed), lengths))

      expect(opened.error).to.be.undefined()
      expect(opened.ended).to.be.true()
      expect(hex(opened.data)).to.equal(hex(concat(data)))
    }), runs(100))
  })

  it('should give a typed error and nothing of the record in which a bit was flipped', async () => {
    await assert(asyncProperty(writes.filter(data => concat(data).byteLength > 0), suite, intervals, chunkLengths, nat(), async (data, suite, rekeyAfter, lengths, position) => {
      const init = { suite, rekeyAfter }
      const sealer = sealerOf(init)
      const records: Uint8Array[] = []
      const plaintexts = data.filter(({ byteLength }) => byteLength > 0)

      for (const bytes of plaintexts) {
        records.push(await sealer.sealData([bytes], bytes.byteLength))
      }

      records.push(await sealer.seal(RECORD_TYPE.end, new Uint8Array(0)))
      const bytes = concat(records)
      const bit = position % (8 * bytes.byteLength)
      let first = 0

      for (let end = records[0].byteLength; end <= bit >> 3; end += records[first].byteLength) {
        first++
      }

      const opened = read(openerOf(init), chunksOf(flipBit(bytes, bit), lengths))

      // exactly the records before it
      expect(hex(opened.data)).to.equal(hex(concat(plaintexts.slice(0, first))))
      expect(opened.error).to.be.an.instanceOf(SecurePeerError)
      expect(opened.error.code).to.be.oneOf(['ERR_RECORD_AUTH', 'ERR_MALFORMED_RECORD', 'ERR_TRUNCATED'])
      expect(opened.ended).to.be.false()
    }), runs(200))
  })

  it('should give a typed error on any bytes', () => {
    const anything = oneof(uint8Array({ maxLength: 100 }), uint8Array({ minLength: 16, maxLength: 60 }).map(bytes => concat([Uint8Array.of(1, 0, 0, bytes.byteLength), bytes])))

    assert(property(anything, chunkLengths, (bytes, lengths) => {
      const { data, error } = read(openerOf(), chunksOf(bytes, lengths))

      expect(data).to.have.property('byteLength', 0)
      expect(error).to.be.an.instanceOf(SecurePeerError)
    }), runs(200))
  })

  it('should seal under no pair of key and nonce twice, whatever is written when', async () => {
    const schedule = array(oneof(
      uint8Array({ minLength: 1, maxLength: 300 }),
      integer({ min: 60_000, max: 700_000 }).map(length => new Uint8Array(length)),
      constantFrom('turn', 'block', 'drain', 'fail')
    ), { minLength: 1, maxLength: 12 })

    await assert(asyncProperty(schedule, suite, intervals, boolean(), boolean(), async (steps, suite, rekeyAfter, isAsync, endsByReject) => {
      const { backend, pairs } = spyBackend(isAsync)
      let accepts = true
      let fails = false
      let records = 0

      const writer = new RecordWriter(sealerOf({ backend, suite, rekeyAfter }), {
        write: bytes => {
          if (fails) {
            throw new Error('no luck')
          }

          records += splitRecords(bytes).length

          return accepts
        },
        onDrain: () => {},
        onError: () => {}
      })

      for (const step of steps) {
        if (step === 'turn') {
          await new Promise(resolve => { setTimeout(resolve) })
        } else if (step === 'block') {
          accepts = false
        } else if (step === 'drain') {
          accepts = true
          writer.drained()
        } else if (step === 'fail') {
          fails = records > 3
        } else if (typeof step !== 'string') {
          writer.write(step)
        }
      }

      accepts = true
      writer.drained()
      await (endsByReject ? writer.reject(new Uint8Array(3)) : writer.end())

      expect(new Set(pairs)).to.have.property('size', pairs.length)
      expect(pairs.length).to.be.at.least(records)

      // all that is sent ends with one more record, but where sending failed
      expect(records > 0 || fails).to.be.true()
    }), runs(40))
  })
})

/** A backend that notes the pair of key and nonce of everything sealed, and seals nothing. */
function spyBackend (isAsync: boolean): { backend: Backend, pairs: string[] } {
  const pairs: string[] = []

  return {
    pairs,
    backend: {
      ...nobleBackend,
      aead: (cipher, key) => {
        const name = hex(key)

        return {
          seal: (nonce, associatedData, pieces, out, offset) => {
            pairs.push(`${name} ${hex(nonce)}`)

            return isAsync ? Promise.resolve() : undefined
          },
          open: () => { throw new Error('nothing is opened here') }
        }
      }
    }
  }
}
