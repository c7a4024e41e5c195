import { expect } from 'aegir/chai'
import { ProtocolViolationError } from '../../src/errors.ts'
import { encodeRecordHeader, parseRecordHeader } from '../../src/record/header.ts'

const MAX = 65_536

describe('record header', () => {
  for (const [type, most] of [[1, MAX], [2, 0], [3, 1024]] as const) {
    for (const bytes of new Set([0, Math.min(1, most), Math.max(0, most - 1), most])) {
      it(`should be taken with type ${type} and ${bytes} bytes`, () => {
        const length = bytes + 16

        expect(encodeRecordHeader(type, bytes)).to.deep.equal(Uint8Array.of(type, length >> 16, length >> 8 & 0xff, length & 0xff))
        expect(parseRecordHeader(encodeRecordHeader(type, bytes))).to.deep.equal({ type, ciphertextBytes: bytes })
      })
    }

    for (const length of [0, 1, 15, most + 17, 0xffffff]) {
      it(`should not be taken with type ${type} and the length ${length}`, () => {
        expectMalformed(type, length >> 16, length >> 8 & 0xff, length & 0xff)
      })
    }
  }

  it('should not be taken with a type that it does not know', () => {
    for (let type = 0; type < 256; type++) {
      if (type < 1 || type > 3) {
        expectMalformed(type, 0, 0, 16)
      }
    }
  })

  it('should say what is wrong with it', () => {
    expect(() => parseRecordHeader(Uint8Array.of(9, 0, 0, 16))).to.throw('ERR_MALFORMED_RECORD: a record of unknown type 9')
    expect(() => parseRecordHeader(Uint8Array.of(3, 0, 4, 17))).to.throw('ERR_MALFORMED_RECORD: a record of type 3 with 1025 bytes, not 0 to 1024')
  })

  it('should not be taken with bytes missing or added', () => {
    expectMalformed(1, 0, 0)
    expectMalformed(1, 0, 0, 16, 0)
    expectMalformed()
  })
})

function expectMalformed (...header: number[]): void {
  expect(() => parseRecordHeader(Uint8Array.from(header))).to.throw(ProtocolViolationError).with.property('code', 'ERR_MALFORMED_RECORD')
}
