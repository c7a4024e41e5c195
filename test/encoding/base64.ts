import { expect } from 'aegir/chai'
import { utf8 } from '../../src/encoding/bytes.ts'

/** What `src/encoding/base64.ts` exports, for the runtime that it was loaded in. */
export type Base64 = typeof import('../../src/encoding/base64.ts')

// RFC 4648 section 10
const RFC4648 = [['', ''], ['f', 'Zg=='], ['fo', 'Zm8='], ['foo', 'Zm9v'], ['foob', 'Zm9vYg=='], ['fooba', 'Zm9vYmE='], ['foobar', 'Zm9vYmFy']]

const NOT_THE_ONE_ENCODING = {
  'no padding': 'Zg',
  'half of the padding': 'Zg=',
  'too much padding': 'Zg===',
  'padding alone': '====',
  'padding in the middle': 'Zg==Zg==',
  'stray bits before ==': 'Zh==',
  'stray bits before =': 'Zm9=',
  'a space': 'Zm 9v',
  'a space in front': ' Zm9v',
  'a newline at the end': 'Zm9v\n',
  'a tab': 'Zm9v\t',
  'the alphabet of URLs': '-_-_',
  'one character too many': 'Zm9vY',
  'a character of no alphabet': 'Zm9*',
  'a character above 255': 'Zm9\u0176',
  'a zero character': 'Zm9\0'
}

/** The same tests whichever codec the runtime has. */
export function testBase64 (load: () => Base64 | Promise<Base64>): void {
  let loaded: Base64
  const decodeBase64: Base64['decodeBase64'] = text => loaded.decodeBase64(text)
  const encodeBase64: Base64['encodeBase64'] = bytes => loaded.encodeBase64(bytes)

  before(async () => {
    loaded = await load()
  })

  for (const [text, encoded] of RFC4648) {
    it(`should give and take "${encoded}"`, () => {
      expect(encodeBase64(utf8(text))).to.equal(encoded)
      expect(decodeBase64(encoded)).to.deep.equal(utf8(text))
    })
  }

  for (const [what, text] of Object.entries(NOT_THE_ONE_ENCODING)) {
    it(`should not take ${what}`, () => {
      expect(decodeBase64(text)).to.be.undefined()
    })
  }

  it('should give and take every byte at every place', () => {
    for (let length = 0; length < 4; length++) {
      for (let byte = 0; byte < 256; byte++) {
        const bytes = new Uint8Array(length + 1).fill(byte, length)

        expect(decodeBase64(encodeBase64(bytes))).to.deep.equal(bytes)
      }
    }
  })

  it('should encode a window on an array and nothing around it', () => {
    expect(encodeBase64(utf8('xfoox').subarray(1, 4))).to.equal('Zm9v')
  })

  it('should give bytes in memory of their own', () => {
    const bytes = decodeBase64('Zm9v')

    expect(bytes?.buffer).to.have.property('byteLength', 3)
  })
}
