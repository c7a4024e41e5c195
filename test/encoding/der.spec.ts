import { expect } from 'aegir/chai'
import { concat, fromHex } from '../../src/encoding/bytes.ts'
import { derBitString, derInteger, DerReader, derSequence } from '../../src/encoding/der.ts'
import { hex } from '../fixtures/deterministic-backend.ts'

describe('DER', () => {
  it('should write integers that are not negative', () => {
    expect(hex(derInteger(fromHex('01')))).to.equal('020101')
    expect(hex(derInteger(fromHex('7f')))).to.equal('02017f')
    expect(hex(derInteger(fromHex('80')))).to.equal('02020080')
    expect(hex(derInteger(fromHex('010001')))).to.equal('0203010001')
  })

  it('should write lengths in the shortest form', () => {
    expect(hex(derBitString(new Uint8Array(0)))).to.equal('030100')
    expect(hex(derBitString(new Uint8Array(126)).subarray(0, 3))).to.equal('037f00')
    expect(hex(derBitString(new Uint8Array(127)).subarray(0, 4))).to.equal('03818000')
    expect(hex(derBitString(new Uint8Array(254)).subarray(0, 4))).to.equal('0381ff00')
    expect(hex(derBitString(new Uint8Array(255)).subarray(0, 5))).to.equal('0382010000')
    expect(hex(derBitString(new Uint8Array(65_534)).subarray(0, 5))).to.equal('0382ffff00')
  })

  it('should read what it wrote', () => {
    for (const length of [0, 1, 126, 127, 128, 254, 255, 256, 1025, 65_000]) {
      const bytes = new Uint8Array(length).fill(0xa5)
      const inner = new DerReader(derSequence(derBitString(bytes), derInteger(fromHex('ff')))).sequence()

      expect(inner?.bitString()).to.deep.equal(bytes)
      expect(inner?.integer()).to.deep.equal(fromHex('ff'))
      expect(inner?.integer()).to.be.undefined()
    }
  })

  it('should step over what is expected and nothing else', () => {
    const reader = new DerReader(fromHex('0101ff020105'))

    expect(reader.skip(fromHex('0102'))).to.be.false()
    expect(reader.skip(fromHex('0101ff'))).to.be.true()
    expect(reader.integer()).to.deep.equal(fromHex('05'))
    expect(reader.skip(fromHex('00'))).to.be.false()
  })

  const malformed = {
    nothing: '',
    'a tag without a length': '30',
    'another tag': '3100',
    'a length beyond the end': '300201',
    'a long length without its byte': '3081',
    'a long length without its second byte': '308201',
    'a long length beyond the end': '30820100',
    'a length of three bytes': '3083000001ff',
    'an indefinite length': '30800000'
  }

  for (const [what, bytes] of Object.entries(malformed)) {
    it(`should not read a sequence from ${what}`, () => {
      expect(new DerReader(fromHex(bytes)).sequence()).to.be.undefined()
    })
  }

  it('should not read a bit string that ends within a byte', () => {
    expect(new DerReader(fromHex('03020780')).bitString()).to.be.undefined()
    expect(new DerReader(fromHex('0300')).bitString()).to.be.undefined()
  })

  it('should not change its arguments', () => {
    const bytes = fromHex('80')
    concat([derInteger(bytes), derBitString(bytes), derSequence(bytes)]).fill(0)

    expect(bytes).to.deep.equal(fromHex('80'))
  })
})
