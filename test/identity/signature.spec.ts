import { secp256k1 } from '@noble/curves/secp256k1.js'
import { expect } from 'aegir/chai'
import { concat, fromHex, utf8 } from '../../src/encoding/bytes.ts'
import { isCanonicalSecp256k1Signature } from '../../src/identity/signature.ts'

const HALF_ORDER = '7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0'
const ABOVE_HALF = '7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1'

describe('secp256k1 signature', () => {
  it('should be taken as libp2p writes it', () => {
    for (let i = 0; i < 50; i++) {
      const privateKey = new Uint8Array(32).fill(i + 1)
      const message = utf8(`message ${i}`)

      expect(isCanonicalSecp256k1Signature(secp256k1.sign(message, privateKey, { format: 'der' }))).to.be.true()
    }
  })

  it('should not be taken with the higher s', () => {
    for (let i = 0; i < 50; i++) {
      const privateKey = new Uint8Array(32).fill(i + 1)
      const low = secp256k1.Signature.fromBytes(secp256k1.sign(utf8(`message ${i}`), privateKey, { format: 'der' }), 'der')
      const high = new secp256k1.Signature(low.r, secp256k1.Point.CURVE().n - low.s)

      expect(isCanonicalSecp256k1Signature(high.toBytes('der'))).to.be.false()
    }
  })

  it('should have half of the order as its highest s', () => {
    expect(isCanonicalSecp256k1Signature(signature('01', HALF_ORDER))).to.be.true()
    expect(isCanonicalSecp256k1Signature(signature('01', ABOVE_HALF))).to.be.false()
    expect(isCanonicalSecp256k1Signature(signature('01', `00${'ff'.repeat(32)}`))).to.be.false()
    expect(isCanonicalSecp256k1Signature(signature('01', '7e'))).to.be.true()
  })

  it('should not be taken with numbers of more than 32 bytes', () => {
    expect(isCanonicalSecp256k1Signature(signature('01'.repeat(32), '01'))).to.be.true()
    expect(isCanonicalSecp256k1Signature(signature('01'.repeat(33), '01'))).to.be.false()
    expect(isCanonicalSecp256k1Signature(signature('01', '01'.repeat(33)))).to.be.false()
  })

  const strict = signature('00ff', '05')

  const otherForms: Record<string, Uint8Array> = {
    'nothing at all': new Uint8Array(0),
    'an empty sequence': fromHex('3000'),
    'r alone': fromHex('3003020101'),
    'a third number': fromHex('3009020101020101020101'),
    'an empty r': signature('', '01'),
    'an empty s': signature('01', ''),
    'a zero in front of r': signature('0001', '01'),
    'a zero in front of s': signature('01', '0001'),
    'a negative r': signature('80', '01'),
    'a negative s': signature('01', '80'),
    'bytes after the sequence': concat([strict, Uint8Array.of(0)]),
    'a length in the long form': concat([fromHex('3081'), strict.subarray(1)]),
    'a length of two bytes': concat([fromHex('308200'), strict.subarray(1)]),
    'a length that is too small': concat([fromHex('3006'), strict.subarray(2)]),
    'a length that is too large': concat([fromHex('3008'), strict.subarray(2)]),
    'an indefinite length': concat([fromHex('3080'), strict.subarray(2), fromHex('0000')]),
    'a set': concat([fromHex('31'), strict.subarray(1)]),
    'octet strings': fromHex('3006040101040101'),
    'the compact form': new Uint8Array(64).fill(1)
  }

  it('should be taken in the form that the others differ from', () => {
    expect(isCanonicalSecp256k1Signature(strict)).to.be.true()
  })

  for (const [what, bytes] of Object.entries(otherForms)) {
    it(`should not be taken with ${what}`, () => {
      expect(isCanonicalSecp256k1Signature(bytes)).to.be.false()
    })
  }
})

function signature (r: string, s: string): Uint8Array {
  const numbers = concat([integer(r), integer(s)])

  return concat([Uint8Array.of(0x30, numbers.byteLength), numbers])
}

function integer (digits: string): Uint8Array {
  return concat([Uint8Array.of(0x02, digits.length / 2), fromHex(digits)])
}
