import { expect } from 'aegir/chai'
import { concat } from '../../src/encoding/bytes.ts'
import { addPiece } from '../../src/encoding/pieces.ts'

describe('pieces', () => {
  it('should keep the bytes and their order, whatever their cuts', () => {
    const lengths = [1, 1, 1_023, 1, 1_024, 5_000, 1, 2, 0, 2_000, 3]
    const bytes = Uint8Array.from({ length: lengths.reduce((sum, length) => sum + length) }, (_, i) => i)
    const pieces: Uint8Array[] = []
    let offset = 0

    for (const length of lengths) {
      addPiece(pieces, bytes.subarray(offset, offset += length))
    }

    expect(concat(pieces)).to.equalBytes(bytes)
  })

  it('should keep large pieces as they are', () => {
    for (const lengths of [[1_024, 1], [1, 1_024], [1_024, 65_536]]) {
      const added = lengths.map(length => new Uint8Array(length))
      const pieces: Uint8Array[] = []
      added.forEach(piece => { addPiece(pieces, piece) })

      expect(pieces).to.have.lengthOf(2)
      expect(pieces[0]).to.equal(added[0])
      expect(pieces[1]).to.equal(added[1])
    }
  })

  it('should make few pieces of single bytes', () => {
    const pieces: Uint8Array[] = []

    for (let i = 0; i < 65_536; i++) {
      addPiece(pieces, Uint8Array.of(i))
    }

    expect(pieces).to.have.lengthOf.at.most(64)
  })
})
