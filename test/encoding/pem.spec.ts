import { expect } from 'aegir/chai'
import { decodePem, encodePem } from '../../src/encoding/pem.ts'

const BEGIN = '-----BEGIN PUBLIC KEY-----\n'
const END = '-----END PUBLIC KEY-----\n'
const BYTES = Uint8Array.from({ length: 91 }, (_, i) => i)
const PEM = encodePem(BYTES)

const VARIANTS = {
  'no newline at the end': PEM.slice(0, -1),
  'two newlines at the end': `${PEM}\n`,
  'CRLF lines': PEM.replaceAll('\n', '\r\n'),
  'one CR': PEM.replace('\n', '\r\n'),
  'one long line': `${BEGIN}${PEM.slice(BEGIN.length, -END.length).replaceAll('\n', '')}\n${END}`,
  'lines of 63': PEM.replace(/(.{63})(.)\n(.)/, '$1\n$2$3'),
  'lines of 76': `${BEGIN}${(PEM.slice(BEGIN.length, -END.length).replaceAll('\n', '').match(/.{1,76}/g) ?? []).join('\n')}\n${END}`,
  'an empty line': PEM.replace(BEGIN, `${BEGIN}\n`),
  'a space at the end of a line': PEM.replace(/(.{64})\n/, '$1 \n'),
  'text before': `key\n${PEM}`,
  'a space before': ` ${PEM}`,
  'text after': `${PEM}key`,
  'a header line': PEM.replace(BEGIN, `${BEGIN}Comment: key\n`),
  'another beginning of the same length': PEM.replace(BEGIN, 'x'.repeat(BEGIN.length)),
  'another end of the same length': PEM.replace(END, 'x'.repeat(END.length)),
  'the label of a private key': PEM.replaceAll('PUBLIC', 'PRIVATE'),
  'the label of PKCS#1': PEM.replaceAll('PUBLIC KEY', 'RSA PUBLIC KEY'),
  'lower case': PEM.replaceAll('PUBLIC KEY', 'public key'),
  'two keys': PEM + PEM,
  'no padding': PEM.replace('=\n', '\n'),
  'stray bits': PEM.replace('Wg==', 'Wh=='),
  'base64 of URLs': PEM.replace('AAEC', '-_EC'),
  'no end': PEM.slice(0, -END.length),
  'no beginning': PEM.slice(BEGIN.length),
  'nothing at all': '',
  'labels without anything': '-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----\n',
  'a BOM': `\ufeff${PEM}`
}

describe('PEM', () => {
  it('should write lines of 64, LF, and a final LF', () => {
    expect(PEM).to.match(/^-----BEGIN PUBLIC KEY-----\n(?:[A-Za-z0-9+/]{64}\n)+[A-Za-z0-9+/]{1,63}={0,2}\n-----END PUBLIC KEY-----\n$/)
  })

  it('should write no empty line', () => {
    expect(encodePem(BYTES.subarray(0, 0))).to.equal(BEGIN + END)
    expect(encodePem(BYTES.subarray(0, 48))).to.match(/^-{5}BEGIN PUBLIC KEY-{5}\n[A-Za-z0-9+/]{64}\n-{5}END PUBLIC KEY-{5}\n$/)
    expect(encodePem(BYTES.subarray(0, 49))).to.match(/^-{5}BEGIN PUBLIC KEY-{5}\n[A-Za-z0-9+/]{64}\n[A-Za-z0-9+/]{2}==\n-{5}END PUBLIC KEY-{5}\n$/)
  })

  it('should take back what it gave, at every length', () => {
    for (let length = 0; length < 200; length++) {
      const bytes = BYTES.subarray(0, length)

      expect(decodePem(encodePem(bytes))).to.deep.equal(Uint8Array.from(bytes))
    }
  })

  for (const [what, pem] of Object.entries(VARIANTS)) {
    it(`should not take ${what}`, () => {
      expect(pem).to.not.equal(PEM)
      expect(decodePem(pem)).to.be.undefined()
    })
  }
})
