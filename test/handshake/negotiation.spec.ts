import { expect } from 'aegir/chai'
import { NegotiationError } from '../../src/errors.ts'
import { agreeMuxer, checkEncrypters } from '../../src/handshake/negotiation.ts'

const US = '/secure-peer/1.0.0'

describe('negotiation', () => {
  const muxers: Array<[string[] | undefined, string[] | undefined, string | undefined]> = [
    [['y'], ['y'], 'y'],
    [['y', 'm'], ['m', 'y'], 'y'],
    [['m', 'y'], ['y'], 'y'],
    [['x', 'm', 'y'], ['y', 'm'], 'm'],
    [undefined, ['y'], undefined],
    [['y'], undefined, undefined],
    [[], ['y'], undefined],
    [['y'], [], undefined],
    [undefined, undefined, undefined]
  ]

  for (const [dialers, listeners, agreed] of muxers) {
    it(`should agree on ${agreed} of the dialer's ${dialers} and the listener's ${listeners}`, () => {
      expect(agreeMuxer('dialer', { muxers: dialers }, { muxers: listeners })).to.equal(agreed)
      expect(agreeMuxer('listener', { muxers: listeners }, { muxers: dialers })).to.equal(agreed)
    })
  }

  it('should show both lists where no muxer is common', () => {
    for (const agree of [
      () => agreeMuxer('dialer', { muxers: ['a', 'b'] }, { muxers: ['c'] }),
      () => agreeMuxer('listener', { muxers: ['c'] }, { muxers: ['a', 'b'] })
    ]) {
      expect(agree).to.throw(NegotiationError, 'the dialer has a, b, the listener c').with.property('code', 'ERR_NO_COMMON_MUXER')
    }
  })

  const straight: Array<[string[] | undefined, string[] | undefined]> = [
    [[US], [US]],
    [[US, '/noise'], ['/noise', US]],
    [['/tls', US, '/noise'], ['/noise', US]],
    [undefined, [US]],
    [['/noise'], undefined],
    [[], ['/noise']],
    [['/noise'], []]
  ]

  for (const [dialers, listeners] of straight) {
    it(`should let pass the dialer's ${dialers} and the listener's ${listeners}`, () => {
      checkEncrypters('dialer', { encrypters: dialers }, { encrypters: listeners })
      checkEncrypters('listener', { encrypters: listeners }, { encrypters: dialers })

      expect(() => { checkEncrypters('dialer', { encrypters: ['/noise', US] }, { encrypters: ['/noise', US] }) }).to.throw()
    })
  }

  const steered: Array<[string[], string[]]> = [
    [['/noise', US], [US, '/noise']],
    [['/noise', US], ['/noise']],
    [['/noise'], ['/noise']],
    [['/noise'], ['/tls']],
    [[US], ['/noise']],
    [['/secure-peer/1.0.0 '], ['/secure-peer/1.0.0 ']]
  ]

  for (const [dialers, listeners] of steered) {
    it(`should notice the steering of the dialer's ${dialers} and the listener's ${listeners}`, () => {
      for (const check of [
        () => { checkEncrypters('dialer', { encrypters: dialers }, { encrypters: listeners }) },
        () => { checkEncrypters('listener', { encrypters: listeners }, { encrypters: dialers }) }
      ]) {
        expect(check).to.throw(NegotiationError, 'the connection was steered').with.property('code', 'ERR_STEERED')
      }
    })
  }
})
