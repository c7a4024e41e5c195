import { expect } from 'aegir/chai'
import { RECORD_TYPE } from '../../src/constants.ts'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { concat, utf8 } from '../../src/encoding/bytes.ts'
import { twinRecord } from '../fixtures/twin.ts'
import { cut, open, openerOf, patternOf, sealerOf, SUITE, TRAFFIC } from './fixtures.ts'
import type { RecordType } from '../../src/constants.ts'
import type { Backend } from '../../src/crypto/backend.ts'

const MAX = 65_536

function record (index: number, type: number, plaintext: Uint8Array, rekeyAfter?: number): Uint8Array {
  return twinRecord(SUITE, TRAFFIC, index, type, plaintext, rekeyAfter).record
}

const END = new Uint8Array(0)

/** A backend that writes down what is opened. */
function watching (): { backend: Backend, headers: Uint8Array[], updates: Uint8Array[], tags: Uint8Array[] } {
  const [headers, updates, tags]: Uint8Array[][] = [[], [], []]

  const backend: Backend = {
    ...nobleBackend,
    aead: (cipher, key) => {
      const aead = nobleBackend.aead(cipher, key)

      return {
        seal: (...args) => aead.seal(...args),
        open: (nonce, header) => {
          const opening = aead.open(nonce, header)
          headers.push(header)

          return {
            update: ciphertext => {
              updates.push(ciphertext)
              opening.update(ciphertext)
            },
            final: tag => {
              tags.push(tag)

              return opening.final(tag)
            }
          }
        }
      }
    }
  }

  return { backend, headers, updates, tags }
}

describe('opener', () => {
  for (const bytes of [0, 1, MAX - 1, MAX]) {
    it(`should open a record of ${bytes} bytes`, async () => {
      const opener = openerOf()

      expect(await open(opener, [record(0, 1, patternOf(bytes))])).to.deep.equal(patternOf(bytes))
      expect(opener.records).to.equal(1)
      expect(opener.ended).to.be.false()
    })
  }

  it('should not begin to open a record that is larger', async () => {
    const { backend, headers } = watching()
    const opener = openerOf({ backend })
    expect(() => opener.take(record(0, 1, patternOf(MAX + 1)), 0)).to.throw().with.property('code', 'ERR_MALFORMED_RECORD')
    expect(headers).to.have.lengthOf(0)

    await open(openerOf({ backend }), [record(0, 1, patternOf(1))])
    expect(headers).to.have.lengthOf(1)
  })

  for (const size of [1, 2, 3, 4, 5, 19, 20, 21, 37]) {
    it(`should open the same from chunks of ${size} bytes`, async () => {
      const opener = openerOf({ rekeyAfter: 2 })
      const bytes = concat([
        record(0, 1, patternOf(50), 2),
        record(1, 1, patternOf(0), 2),
        record(2, 1, patternOf(1), 2),
        record(3, 1, patternOf(300), 2),
        record(4, 2, END, 2)
      ])

      expect(await open(opener, cut(bytes, size))).to.deep.equal(concat([patternOf(50), patternOf(1), patternOf(300)]))
      expect(opener.ended).to.be.true()
      expect(opener.generation).to.equal(2)
      opener.finish()
    })
  }

  for (const size of [1, 4, 7, 20, 1000]) {
    it(`should give the cipher nothing that is empty, from chunks of ${size} bytes`, async () => {
      const { backend, updates } = watching()
      const opener = openerOf({ backend })
      await open(opener, cut(concat([record(0, 1, patternOf(50)), record(1, 1, patternOf(0)), record(2, 1, patternOf(3)), record(3, 2, END)]), size))

      expect(opener.ended).to.be.true()
      expect(updates.reduce((sum, { byteLength }) => sum + byteLength, 0)).to.equal(53)
      expect(updates.filter(({ byteLength }) => byteLength === 0)).to.be.empty()
    })
  }

  it('should read a record where it lies', async () => {
    const { backend, headers, updates, tags } = watching()
    const chunk = concat([record(0, 1, patternOf(50)), record(1, 1, patternOf(5))])
    await open(openerOf({ backend }), [chunk])

    for (const read of [headers, updates, tags]) {
      expect(read).to.have.lengthOf(2)
      expect(read.every(({ buffer }) => buffer === chunk.buffer)).to.be.true()
    }
  })

  it('should hold no empty pieces', async () => {
    const opener = openerOf()

    for (let i = 0; i < 3; i++) {
      const chunk = record(i, 1, patternOf(0))
      await opener.take(chunk, 0)
      expect(opener.pieces).to.equal(0)
    }
  })

  it('should take no more than one record at a time', () => {
    const opener = openerOf()
    const first = record(0, 1, patternOf(5))
    const both = concat([first, record(1, 1, patternOf(6))])

    expect(opener.take(both, 0)).to.equal(first.byteLength)
    expect(concat(opener.takePlaintext())).to.deep.equal(patternOf(5))
    expect(opener.take(both, first.byteLength)).to.equal(both.byteLength - first.byteLength)
    expect(concat(opener.takePlaintext())).to.deep.equal(patternOf(6))
    expect(opener.takePlaintext()).to.deep.equal([])
  })

  it('should release nothing before the last byte of the tag', async () => {
    const bytes = record(0, 1, patternOf(1000))

    for (const length of [4, 5, 500, bytes.byteLength - 16, bytes.byteLength - 1]) {
      expect(await open(openerOf(), [bytes.subarray(0, length)])).to.have.property('byteLength', 0)
    }
  })

  for (const bytes of [0, 5, MAX]) {
    it(`should release nothing of a record of ${bytes} bytes that was changed`, async () => {
      const original = record(0, 1, patternOf(bytes))

      for (const place of new Set([4, 4 + (bytes >> 1), original.byteLength - 17, original.byteLength - 16, original.byteLength - 1])) {
        if (place < 4) {
          continue
        }

        const opener = openerOf()
        const changed = original.slice()
        changed[place] ^= 1

        await expect(open(opener, [changed])).to.eventually.be.rejected().with.property('code', 'ERR_RECORD_AUTH')
        expect(opener.takePlaintext()).to.deep.equal([])
      }
    })
  }

  it('should not open a record under another type, which is authenticated', async () => {
    const changed = record(0, 3, patternOf(5))
    changed[0] = 1

    await expect(open(openerOf(), [changed])).to.eventually.be.rejected().with.property('code', 'ERR_RECORD_AUTH')
  })

  it('should not open a record with another length, which is authenticated', async () => {
    const changed = concat([record(0, 1, patternOf(5)), END])
    changed[3]--

    await expect(open(openerOf(), [changed])).to.eventually.be.rejected().with.property('code', 'ERR_RECORD_AUTH')
  })

  it('should say which record failed', async () => {
    const changed = record(2, 1, patternOf(5))
    changed[4] ^= 1

    await expect(open(openerOf(), [record(0, 1, patternOf(1)), record(1, 1, patternOf(2)), changed])).to.eventually.be.rejectedWith('record 2 failed authentication')
  })

  const orders: Record<string, number[]> = {
    replayed: [0, 0],
    swapped: [1, 0],
    dropped: [0, 2],
    'of the next generation too early': [0, 3],
    'of the generation before': [0, 1, 2, 3, 0]
  }

  for (const [what, indices] of Object.entries(orders)) {
    it(`should not open a record that was ${what}`, async () => {
      const records = indices.map(index => record(index, 1, patternOf(index + 1), 3))

      await expect(open(openerOf({ rekeyAfter: 3 }), records)).to.eventually.be.rejected().with.property('code', 'ERR_RECORD_AUTH')
    })
  }

  it('should keep what was authenticated before', async () => {
    const opener = openerOf()
    const changed = record(1, 1, patternOf(5))
    changed[4] ^= 1

    await expect(open(opener, [concat([record(0, 1, patternOf(9)), changed])])).to.eventually.be.rejected()
    expect(concat(opener.takePlaintext())).to.deep.equal(patternOf(9))
  })

  for (const [what, type] of [['data', 1], ['another end', 2], ['a rejection', 3], ['a type that does not exist', 9]] as const) {
    it(`should not take ${what} after the end`, async () => {
      const opener = openerOf()
      await open(opener, [record(0, 2, END)])

      expect(() => opener.take(record(1, type, END), 0)).to.throw('ERR_RECORD_AFTER_END: the remote side sent more after its end')
    })
  }

  it('should not take a single byte after the end, in the same chunk or later', async () => {
    const end = record(0, 2, END)

    await expect(open(openerOf(), [concat([end, Uint8Array.of(0)])])).to.eventually.be.rejected().with.property('code', 'ERR_RECORD_AFTER_END')
    await expect(open(openerOf(), [end, Uint8Array.of(1)])).to.eventually.be.rejected().with.property('code', 'ERR_RECORD_AFTER_END')
  })

  it('should tell a cut carrier from one that ended', async () => {
    const end = record(0, 2, END)

    for (let length = 0; length < end.byteLength; length++) {
      const opener = openerOf()
      await open(opener, [end.subarray(0, length)])

      expect(() => { opener.finish() }).to.throw().with.property('code', 'ERR_TRUNCATED')
    }

    const opener = openerOf()
    await open(opener, [end])
    opener.finish()
    expect(opener.ended).to.be.true()
  })

  for (const reason of ['', 'not any more', 'grüße 😀', '😀'.repeat(256)]) {
    it(`should give the reason of a rejection, "${reason.slice(0, 20)}"`, async () => {
      await expect(open(openerOf(), [record(0, 3, utf8(reason))])).to.eventually.be.rejected().with.include({ code: 'ERR_REJECTED', reason })
    })
  }

  const reasons: Record<string, Uint8Array> = {
    'that is not UTF-8': Uint8Array.of(0xff),
    'that is cut within a character': utf8('grü').subarray(0, 3),
    'with a control character': utf8('a\u001b[2J'),
    'with a newline': utf8('a\nb'),
    'with a BOM': Uint8Array.of(0xef, 0xbb, 0xbf, 0x61),
    'with a bidirectional mark': utf8('a\u202eb'),
    'of 257 characters': utf8('x'.repeat(257))
  }

  for (const [what, reason] of Object.entries(reasons)) {
    it(`should not take a reason ${what}`, async () => {
      await expect(open(openerOf(), [record(0, 3, reason)])).to.eventually.be.rejected().with.property('code', 'ERR_MALFORMED_RECORD')
    })
  }

  it('should say what is wrong with a reason, and keep the cause', async () => {
    const message = 'ERR_MALFORMED_RECORD: a reject record whose reason is not printable UTF-8, or too long'

    await expect(open(openerOf(), [record(0, 3, utf8('a\nb'))])).to.eventually.be.rejected().with.property('message', message)
    await expect(open(openerOf(), [record(0, 3, Uint8Array.of(0xff))])).to.eventually.be.rejected()
      .with.property('cause').that.is.an.instanceOf(TypeError)
  })

  it('should not take a reason of 1025 bytes', () => {
    expect(() => openerOf().take(record(0, 3, new Uint8Array(1025)), 0)).to.throw().with.property('code', 'ERR_MALFORMED_RECORD')
  })

  it('should open what a sealer sealed, across rekeys, of all types', async () => {
    const sealer = sealerOf({ rekeyAfter: 2 })
    const opener = openerOf({ rekeyAfter: 2 })
    const data = patternOf(5 * MAX)
    const sealed = [await sealer.sealData([data], data.byteLength), await sealer.seal(RECORD_TYPE.end as RecordType, END)]

    expect(await open(opener, sealed)).to.deep.equal(data)
    expect(opener.ended).to.be.true()
    expect(opener.records).to.equal(sealer.records)
    expect(opener.generation).to.equal(sealer.generation)
  })
})
