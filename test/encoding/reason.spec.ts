import { expect } from 'aegir/chai'
import { isPrintableReason, printableReason } from '../../src/encoding/reason.ts'

const UNPRINTABLE = ['\u0000', '\u0007', '\n', '\r', '\t', '\u001b', '\u007f', '\u009b', '\u061c', '\u200e', '\u200f', '\u2028', '\u2029', '\u202e', '\u2066', '\u2069', '\ufeff']

describe('reason', () => {
  it('should keep what can be printed', () => {
    for (const reason of ['', 'members only', 'grüße, 世界 😀', '~ ¡\u00a0']) {
      expect(printableReason(reason)).to.equal(reason)
      expect(isPrintableReason(reason)).to.be.true()
    }
  })

  it('should replace what acts on a terminal or a log', () => {
    for (const character of UNPRINTABLE) {
      expect(printableReason(`a${character}b`)).to.equal('a\ufffdb')
      expect(isPrintableReason(`a${character}b`)).to.be.false()
    }
  })

  it('should replace lone surrogates', () => {
    expect(printableReason('a\ud800b\udc00')).to.equal('a\ufffdb\ufffd')
    expect(isPrintableReason('\ud800')).to.be.false()
  })

  it('should cut at 256 characters, none of them in half', () => {
    expect(printableReason('x'.repeat(257))).to.equal('x'.repeat(256))
    expect(printableReason('😀'.repeat(257))).to.equal('😀'.repeat(256))
    expect(isPrintableReason('😀'.repeat(256))).to.be.true()
    expect(isPrintableReason('😀'.repeat(257))).to.be.false()
    expect(isPrintableReason('x'.repeat(257))).to.be.false()
  })
})
