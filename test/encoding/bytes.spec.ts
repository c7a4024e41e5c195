import { expect } from 'aegir/chai'
import { allocUnsafe, compare, concat, equals, fromHex, utf8, wipe } from '../../src/encoding/bytes.ts'
import { without } from '../fixtures/load-without.ts'

describe('bytes', () => {
  it('should encode text in UTF-8', () => {
    expect(utf8('aé€😀')).to.deep.equal(Uint8Array.of(0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80))
  })

  it('should put parts together in order', () => {
    expect(concat([])).to.deep.equal(new Uint8Array(0))
    expect(concat([Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)])).to.deep.equal(Uint8Array.of(1, 2, 3))
  })

  it('should copy even a single part', () => {
    const part = Uint8Array.of(1)
    const whole = concat([part])
    part[0] = 2

    expect(whole).to.deep.equal(Uint8Array.of(1))
  })

  it('should order byte strings', () => {
    const ordered = [[], [0], [0, 0], [0, 1], [1], [1, 255], [2, 0], [127], [128], [255]].map(bytes => Uint8Array.from(bytes))

    for (const [i, a] of ordered.entries()) {
      for (const [j, b] of ordered.entries()) {
        expect(Math.sign(compare(a, b))).to.equal(Math.sign(i - j))
        expect(equals(a, b)).to.equal(i === j)
      }
    }
  })

  it('should wipe all that it is given', () => {
    const secrets = [Uint8Array.of(1, 2), Uint8Array.of(3)]
    wipe(...secrets)

    expect(secrets).to.deep.equal([new Uint8Array(2), new Uint8Array(1)])
  })

  it('should read hexadecimal digits', () => {
    expect(fromHex('00fF10')).to.deep.equal(Uint8Array.of(0, 255, 16))
    expect(fromHex('')).to.deep.equal(new Uint8Array(0))
  })

  it('should allocate arrays of the length asked for that do not overlap', () => {
    for (const length of [0, 1, 100, 65_536]) {
      const [a, b] = [allocUnsafe(length).fill(1), allocUnsafe(length).fill(2)]

      expect(a.byteLength).to.equal(length)
      expect(b.byteLength).to.equal(length)
      expect(a.every(byte => byte === 1)).to.be.true()
    }
  })

  it('should allocate where there is no Buffer', async () => {
    for (const instead of [undefined, {}]) {
      const bytes = await without('Buffer', () => allocUnsafe(100), instead)

      expect(bytes).to.deep.equal(new Uint8Array(100))
      expect(bytes.buffer.byteLength).to.equal(100)
    }
  })
})
