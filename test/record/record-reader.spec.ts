import { expect } from 'aegir/chai'
import { RECORD_TYPE } from '../../src/constants.ts'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { concat, utf8 } from '../../src/encoding/bytes.ts'
import { Opener } from '../../src/record/opener.ts'
import { RecordKeySequence } from '../../src/record/record-keys.ts'
import { RecordReader } from '../../src/record/record-reader.ts'
import { cut, HeldBackend, openerOf, patternOf, sealerOf, SUITE, TRAFFIC } from './fixtures.ts'
import type { PlaintextSink } from '../../src/record/record-reader.ts'
import type { Sealer } from '../../src/record/sealer.ts'

const MAX = 65_536

/** A sink that writes down what happens. */
class Sink implements PlaintextSink {
  readonly events: string[] = []
  readonly pieces: Uint8Array[] = []
  error?: any

  /** What `onData` throws. */
  failure?: Error
  onDataOnce?: () => void
  onProgress?: () => void

  onData (pieces: Uint8Array[]): void {
    this.events.push('data')
    this.pieces.push(...pieces)
    const once = this.onDataOnce
    this.onDataOnce = undefined
    once?.()

    if (this.failure != null) {
      throw this.failure
    }
  }

  onEnd (): void {
    this.events.push('end')
  }

  onFinish (): void {
    this.events.push('finish')
  }

  onError (err: Error): void {
    this.events.push('error')
    this.error = err
  }

  get data (): Uint8Array {
    return concat(this.pieces)
  }
}

function reading (opener: Opener = openerOf()): { sink: Sink, reader: RecordReader } {
  const sink = new Sink()

  return { sink, reader: new RecordReader(opener, sink) }
}

/** Records of `texts`, each one apart, and the end. */
async function recordsOf (...texts: string[]): Promise<Uint8Array[]> {
  const sealer = sealerOf()
  const records: Uint8Array[] = []

  for (const text of texts) {
    records.push(await data(sealer, utf8(text)))
  }

  records.push(await sealer.seal(RECORD_TYPE.end, new Uint8Array(0)))

  return records
}

async function data (sealer: Sealer, bytes: Uint8Array): Promise<Uint8Array> {
  return sealer.sealData([bytes], bytes.byteLength)
}

describe('record reader', () => {
  it('should give plaintext, the end, and that all was given', async () => {
    const { sink, reader } = reading()
    const records = await recordsOf('one', 'two')
    records.forEach(record => { reader.push(record) })
    reader.finish()

    expect(sink.events).to.deep.equal(['data', 'data', 'end', 'finish'])
    expect(sink.data).to.deep.equal(utf8('onetwo'))
  })

  it('should give the plaintext of one chunk\'s records at once', async () => {
    const { sink, reader } = reading()
    reader.push(concat(await recordsOf('one', 'two', 'three')))

    expect(sink.events).to.deep.equal(['data', 'end'])
    expect(sink.data).to.deep.equal(utf8('onetwothree'))
  })

  for (const size of [1, 2, 3, 7, 19, 20, 21, 64, 1000]) {
    it(`should give the same from chunks of ${size} bytes`, async () => {
      const { sink, reader } = reading()
      cut(concat(await recordsOf('one', 'a'.repeat(500), 'three')), size).forEach(chunk => { reader.push(chunk) })
      reader.finish()

      expect(sink.data).to.deep.equal(utf8(`one${'a'.repeat(500)}three`))
      expect(sink.events.slice(-2)).to.deep.equal(['end', 'finish'])
      expect(reader.bufferedBytes).to.equal(0)
    })
  }

  it('should give many small records in one chunk', async () => {
    const { sink, reader } = reading()
    const texts = Array.from({ length: 3000 }, (_, i) => `${i} `)
    reader.push(concat(await recordsOf(...texts)))

    expect(sink.data).to.deep.equal(utf8(texts.join('')))
    expect(sink.events.at(-1)).to.equal('end')
  })

  // an array for every byte would cost a hundred times the memory
  for (const [count, arrays] of [[1, 1], [2, 2], [32, 32], [33, 1], [500, 1]]) {
    it(`should give ${count} pieces at once in ${arrays} arrays`, async () => {
      const { sink, reader } = reading()
      const texts = Array.from({ length: count }, (_, i) => `${i} `)
      reader.push(concat(await recordsOf(...texts)))

      expect(sink.events).to.deep.equal(['data', 'end'])
      expect(sink.pieces).to.have.lengthOf(arrays)
      expect(sink.data).to.deep.equal(utf8(texts.join('')))
    })
  }

  it('should give 1,024 pieces before it reads on', async () => {
    for (const [count, times] of [[1023, 1], [1024, 1], [1025, 2], [2049, 3]]) {
      const { sink, reader } = reading()
      reader.push(concat(await recordsOf(...Array.from({ length: count }, () => 'x'))))

      expect(sink.events).to.deep.equal([...Array.from({ length: times }, () => 'data'), 'end'])
      expect(sink.data).to.have.property('byteLength', count)
    }
  })

  it('should buffer nothing of a record but what it needs to decrypt it', async () => {
    const { reader } = reading()
    const [record] = await recordsOf('x'.repeat(MAX))
    cut(record, 1000).forEach(chunk => { reader.push(chunk) })

    expect(reader.bufferedBytes).to.equal(0)
  })

  it('should take empty chunks', async () => {
    const { sink, reader } = reading()
    reader.push(new Uint8Array(0))
    const records = await recordsOf('one')
    reader.push(records[0])
    reader.push(new Uint8Array(0))

    expect(sink.events).to.deep.equal(['data'])
  })

  it('should not take an empty chunk for something after the end', async () => {
    const { sink, reader } = reading()
    reader.push(concat(await recordsOf('one')))
    reader.push(new Uint8Array(0))
    reader.finish()

    expect(sink.events).to.deep.equal(['data', 'end', 'finish'])
  })

  it('should say once that all was given', async () => {
    const { sink, reader } = reading()
    reader.push(concat(await recordsOf('one')))
    reader.finish()
    reader.finish()

    expect(sink.events).to.deep.equal(['data', 'end', 'finish'])
  })

  it('should erase the keys when it is closed', () => {
    const traffic = TRAFFIC.slice()
    const { reader } = reading(new Opener(new RecordKeySequence(nobleBackend, SUITE, traffic)))
    expect(traffic).to.deep.equal(TRAFFIC)
    reader.close()

    expect(traffic).to.deep.equal(new Uint8Array(32))
  })

  it('should say that it was cut off, wherever that was', async () => {
    const bytes = concat(await recordsOf('one', 'two'))

    for (let length = 0; length < bytes.byteLength; length++) {
      const { sink, reader } = reading()
      reader.push(bytes.subarray(0, length))
      reader.finish()

      expect(sink.events.at(-1)).to.equal('error')
      expect(sink.error).to.have.property('code', 'ERR_TRUNCATED')
      expect(sink.events).to.not.include('finish')
    }
  })

  it('should give what was authenticated before what is broken, in one chunk', async () => {
    const { sink, reader } = reading()
    const [one, two, end] = await recordsOf('one', 'two')
    two[4] ^= 1
    reader.push(concat([one, two, end]))

    expect(sink.events).to.deep.equal(['data', 'error'])
    expect(sink.data).to.deep.equal(utf8('one'))
    expect(sink.error).to.have.property('code', 'ERR_RECORD_AUTH')
  })

  it('should give nothing after an error', async () => {
    const { sink, reader } = reading()
    const [one, two, end] = await recordsOf('one', 'two')
    reader.push(Uint8Array.of(9, 0, 0, 16))
    reader.push(concat([one, two, end]))
    reader.finish()

    expect(sink.events).to.deep.equal(['error'])
    expect(sink.error).to.have.property('code', 'ERR_MALFORMED_RECORD')
  })

  for (const [what, bytes] of [['data', utf8('more')], ['nothing but a byte', Uint8Array.of(1)]] as const) {
    it(`should refuse ${what} after the end`, async () => {
      for (const together of [true, false]) {
        const { sink, reader } = reading()
        const chunks = [...await recordsOf('one'), bytes]
        const pushed = together ? [concat(chunks)] : chunks
        pushed.forEach(chunk => { reader.push(chunk) })

        // how the bytes are cut is up to whoever is in between
        expect(sink.data).to.deep.equal(utf8('one'))
        expect(sink.events).to.deep.equal(['data', 'end', 'error'])
        expect(sink.error).to.have.property('code', 'ERR_RECORD_AFTER_END')
      }
    })
  }

  it('should give the reason of a rejection after the data before it', async () => {
    const { sink, reader } = reading()
    const sealer = sealerOf()
    reader.push(concat([await data(sealer, utf8('one')), await sealer.seal(RECORD_TYPE.reject, utf8('go'))]))

    expect(sink.events).to.deep.equal(['data', 'error'])
    expect(sink.error).to.include({ code: 'ERR_REJECTED', reason: 'go' })
  })

  it('should give nothing more once it is closed', async () => {
    const { sink, reader } = reading()
    const [one, two, end] = await recordsOf('one', 'two')
    reader.push(one)
    reader.close()
    reader.push(concat([two, end]))
    reader.finish()

    expect(sink.events).to.deep.equal(['data'])
    expect(reader.bufferedBytes).to.equal(0)
  })

  it('should give nothing more once it is closed from within', async () => {
    const { sink, reader } = reading()
    sink.onDataOnce = () => { reader.close() }
    reader.push(concat(await recordsOf('one', 'two')))
    reader.finish()

    expect(sink.events).to.deep.equal(['data'])
  })

  it('should keep the order where more comes from within', async () => {
    const { sink, reader } = reading()
    const [one, two, end] = await recordsOf('one', 'two')
    sink.onDataOnce = () => { reader.push(concat([two, end])) }
    reader.push(one)

    expect(sink.data).to.deep.equal(utf8('onetwo'))
    expect(sink.events.filter(event => event === 'end')).to.have.lengthOf(1)
  })

  it('should end with the error of a sink that throws', async () => {
    const { sink, reader } = reading()
    sink.failure = new Error('no luck')
    reader.push(concat(await recordsOf('one', 'two')))

    expect(sink.events).to.deep.equal(['data', 'error'])
    expect(sink.error).to.have.property('message', 'no luck')
  })

  describe('with a cipher that is asynchronous', () => {
    it('should give plaintext in order, opening one record at a time', async () => {
      const held = new HeldBackend()
      const { sink, reader } = reading(openerOf({ backend: held.backend }))
      const records = await recordsOf('one', 'two', 'three')
      cut(concat(records), 10).forEach(chunk => { reader.push(chunk) })
      reader.finish()

      expect(held.held).to.equal(1)
      expect(sink.events).to.deep.equal([])
      await held.release()
      expect(sink.data).to.deep.equal(utf8('one'))
      await held.releaseAll()

      expect(sink.data).to.deep.equal(utf8('onetwothree'))
      expect(sink.events.slice(-2)).to.deep.equal(['end', 'finish'])
    })

    it('should say how much waits', async () => {
      const held = new HeldBackend()
      const { reader } = reading(openerOf({ backend: held.backend }))
      const [one, two, end] = await recordsOf('one', 'two')
      reader.push(concat([one, two]))
      reader.push(end)
      expect(reader.bufferedBytes).to.equal(one.byteLength + two.byteLength + end.byteLength)
      await held.release()
      expect(reader.bufferedBytes).to.equal(two.byteLength + end.byteLength)
      await held.releaseAll()
      expect(reader.bufferedBytes).to.equal(0)
    })

    it('should tell each time that less waits, and not once it is closed', async () => {
      const held = new HeldBackend()
      const { sink, reader } = reading(openerOf({ backend: held.backend }))
      const waits: number[] = []
      sink.onProgress = () => { waits.push(reader.bufferedBytes) }
      const [one, two, end] = await recordsOf('one', 'two')
      reader.push(concat([one, two, end]))
      await held.release()
      expect(waits).to.deep.equal([two.byteLength + end.byteLength])
      await held.release()
      expect(waits).to.deep.equal([two.byteLength + end.byteLength, end.byteLength])
      reader.close()
      await held.releaseAll()

      expect(waits).to.have.lengthOf(2)
    })

    it('should hold back an end that came while it was told of what comes before', async () => {
      const held = new HeldBackend()
      const { sink, reader } = reading(openerOf({ backend: held.backend }))
      reader.push(concat(await recordsOf('one')))
      reader.finish()
      sink.onDataOnce = () => { expect(reader.ended).to.be.false() }
      await held.releaseAll()

      expect(sink.events).to.deep.equal(['data', 'end', 'finish'])
      expect(reader.ended).to.be.true()
    })

    it('should release nothing of a record that fails, and nothing after it', async () => {
      const held = new HeldBackend()
      const { sink, reader } = reading(openerOf({ backend: held.backend }))
      const [one, two, end] = await recordsOf('one', 'two')
      two[5] ^= 1
      reader.push(concat([one, two, end]))
      await held.releaseAll()

      expect(sink.events).to.deep.equal(['data', 'error'])
      expect(sink.data).to.deep.equal(utf8('one'))
      expect(sink.error).to.have.property('code', 'ERR_RECORD_AUTH')
      expect(sink.error.message).to.contain('record 1 failed')
    })

    it('should give nothing once it is closed while a record is opened', async () => {
      const held = new HeldBackend()
      const { sink, reader } = reading(openerOf({ backend: held.backend }))
      reader.push(concat(await recordsOf('one', 'two')))
      reader.close()
      await held.releaseAll()

      expect(sink.events).to.deep.equal([])
    })

    it('should not tell of a record that fails once it is closed', async () => {
      const held = new HeldBackend()
      const { sink, reader } = reading(openerOf({ backend: held.backend }))
      const [one] = await recordsOf('one')
      one[5] ^= 1
      reader.push(one)
      reader.close()
      await held.releaseAll()

      expect(sink.events).to.deep.equal([])
    })

    it('should say that it was cut off only when all before was given', async () => {
      const held = new HeldBackend()
      const { sink, reader } = reading(openerOf({ backend: held.backend }))
      const [one] = await recordsOf('one')
      reader.push(one)
      reader.finish()
      expect(sink.events).to.deep.equal([])
      await held.releaseAll()

      expect(sink.events).to.deep.equal(['data', 'error'])
      expect(sink.error).to.have.property('code', 'ERR_TRUNCATED')
    })

    it('should give the reason of a rejection', async () => {
      const held = new HeldBackend()
      const { sink, reader } = reading(openerOf({ backend: held.backend }))
      reader.push(await sealerOf().seal(RECORD_TYPE.reject, utf8('go')))
      await held.releaseAll()

      expect(sink.error).to.include({ code: 'ERR_REJECTED', reason: 'go' })
    })

    it('should end with the error of a sink that throws', async () => {
      const held = new HeldBackend()
      const { sink, reader } = reading(openerOf({ backend: held.backend }))
      sink.failure = new Error('no luck')
      reader.push(concat(await recordsOf('one', 'two')))
      await held.releaseAll()

      expect(sink.events).to.deep.equal(['data', 'error'])
      expect(sink.error).to.have.property('message', 'no luck')
    })
  })

  it('should give megabytes, sealed across many rekeys', async () => {
    const init = { rekeyAfter: 3 }
    const { sink, reader } = reading(openerOf(init))
    const bytes = patternOf(20 * MAX + 77)
    const records = await data(sealerOf(init), bytes)
    cut(records, 50_021).forEach(chunk => { reader.push(chunk) })

    expect(sink.data).to.deep.equal(bytes)
  })
})
