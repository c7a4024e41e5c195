import { expect } from 'aegir/chai'
import sinon from 'sinon'
import { MAX_FLUSH_BYTES, SEND_BUFFER_BYTES } from '../../src/constants.ts'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { concat, utf8 } from '../../src/encoding/bytes.ts'
import { hasImmediate, nextTurn } from '../../src/encoding/next-turn.ts'
import { RecordKeySequence } from '../../src/record/record-keys.ts'
import { RecordWriter } from '../../src/record/record-writer.ts'
import { Sealer } from '../../src/record/sealer.ts'
import { cut, HeldBackend, openerOf, patternOf, sealerOf, splitRecords, SUITE, TRAFFIC } from './fixtures.ts'
import type { RecordSink } from '../../src/record/record-writer.ts'

const MAX = 65_536
const FLUSH = MAX_FLUSH_BYTES
const BUFFER = SEND_BUFFER_BYTES

/** A sink that keeps what it is given. */
class Sink implements RecordSink {
  readonly writes: Uint8Array[] = []
  readonly errors: Error[] = []
  drains = 0

  /** What `write` answers. */
  accepts = true

  /** What `write` throws instead. */
  failure?: Error

  write (records: Uint8Array): boolean {
    if (this.failure != null) {
      throw this.failure
    }

    this.writes.push(records.slice())

    return this.accepts
  }

  onDrain (): void {
    this.drains++
  }

  onError (err: Error): void {
    this.errors.push(err)
  }

  /** What the other side makes of all that was written. */
  async received (): Promise<{ data: Uint8Array, ended: boolean, rejected?: string }> {
    const opener = openerOf()
    let rejected: string | undefined

    try {
      for (const chunk of this.writes) {
        for (let offset = 0; offset < chunk.byteLength;) {
          offset += await opener.take(chunk, offset)
        }
      }
    } catch (err: any) {
      rejected = err.reason ?? err.code
    }

    return { data: concat(opener.takePlaintext()), ended: opener.ended, rejected }
  }
}

function writing (sealer: Sealer = sealerOf()): { sink: Sink, writer: RecordWriter } {
  const sink = new Sink()

  return { sink, writer: new RecordWriter(sealer, sink) }
}

/** All that a turn of the event loop and the next one do. */
async function turn (): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise(resolve => { setTimeout(resolve) })
  }
}

describe('record writer', () => {
  it('should send what an idle connection is given in a microtask', async () => {
    const { sink, writer } = writing()
    expect(writer.write(utf8('hello'))).to.be.true()
    expect(sink.writes).to.have.lengthOf(0)
    await Promise.resolve()

    expect(sink.writes).to.have.lengthOf(1)
    expect((await sink.received()).data).to.deep.equal(utf8('hello'))
  })

  it('should gather the writes of one turn into one record and one write below', async () => {
    const { sink, writer } = writing()

    for (let i = 0; i < 500; i++) {
      writer.write(utf8('piece '))
    }

    await turn()
    expect(sink.writes).to.have.lengthOf(1)
    expect(splitRecords(sink.writes[0])).to.have.lengthOf(1)
    expect((await sink.received()).data).to.deep.equal(utf8('piece '.repeat(500)))
  })

  it('should go on after it was idle', async () => {
    const { sink, writer } = writing()

    for (const text of ['a', 'b', 'c']) {
      writer.write(utf8(text))
      await turn()
    }

    expect(sink.writes).to.have.lengthOf(3)
    expect((await sink.received()).data).to.deep.equal(utf8('abc'))
  })

  it('should let a busy connection wait for the end of the turn', async () => {
    const { sink, writer } = writing()
    writer.write(utf8('a'))
    await Promise.resolve()
    expect(sink.writes).to.have.lengthOf(1)

    for (const text of ['b', 'c', 'd']) {
      writer.write(utf8(text))
      await Promise.resolve()
    }

    // where the end of a turn can be waited for, three writes are one
    expect(sink.writes).to.have.lengthOf(hasImmediate ? 1 : 4)
    await turn()
    expect(sink.writes).to.have.lengthOf(hasImmediate ? 2 : 4)
    expect((await sink.received()).data).to.deep.equal(utf8('abcd'))
  })

  it('should go on turn by turn while it is busy', async () => {
    const { sink, writer } = writing()
    let written = ''

    for (const text of ['a', 'b', 'c', 'd', 'e']) {
      writer.write(utf8(text))
      written += text
      await new Promise(resolve => { nextTurn(() => { resolve(undefined) }) })
    }

    await turn()
    expect((await sink.received()).data).to.deep.equal(utf8(written))
    expect(sink.writes).to.have.lengthOf(5)
  })

  it('should not take an empty write for a busy connection', async () => {
    const { sink, writer } = writing()
    writer.write(new Uint8Array(0))
    await Promise.resolve()
    writer.write(utf8('a'))
    await Promise.resolve()

    expect(sink.writes).to.have.lengthOf(1)
  })

  it('should not send empty writes', async () => {
    const { sink, writer } = writing()
    expect(writer.write(new Uint8Array(0))).to.be.true()
    await turn()

    expect(sink.writes).to.deep.equal([])
  })

  for (const bytes of [1, MAX - 1, MAX, MAX + 1, FLUSH - 1, FLUSH, FLUSH + 1, 3 * FLUSH + 7]) {
    it(`should send ${bytes} bytes in the fewest records, at most a flush in each write`, async () => {
      const { sink, writer } = writing()
      const data = patternOf(bytes)
      writer.write(data)
      await turn()

      expect(sink.writes).to.have.lengthOf(Math.ceil(bytes / FLUSH))
      expect(sink.writes.flatMap(splitRecords)).to.have.lengthOf(Math.ceil(bytes / MAX))
      expect((await sink.received()).data).to.deep.equal(data)
    })
  }

  it('should flush at once what fills the buffer', () => {
    const { sink, writer } = writing()
    writer.write(patternOf(BUFFER - 1))
    expect(sink.writes).to.have.lengthOf(0)
    writer.write(patternOf(1))

    expect(sink.writes).to.have.lengthOf(1)
    expect(writer.bufferedBytes).to.equal(0)
  })

  describe('back-pressure', () => {
    it('should ask to wait while the sink does', async () => {
      const { sink, writer } = writing()
      sink.accepts = false
      expect(writer.write(utf8('a'))).to.be.true()
      await turn()
      expect(sink.writes).to.have.lengthOf(1)

      expect(writer.write(utf8('b'))).to.be.false()
      await turn()
      expect(sink.writes).to.have.lengthOf(1)
      expect(sink.drains).to.equal(0)

      sink.accepts = true
      writer.drained()
      expect(sink.writes).to.have.lengthOf(2)
      expect(sink.drains).to.equal(1)
      expect(writer.write(utf8('c'))).to.be.true()
      await turn()
      expect((await sink.received()).data).to.deep.equal(utf8('abc'))
    })

    it('should tell once that more may be written', async () => {
      const { sink, writer } = writing()
      sink.accepts = false
      writer.write(utf8('a'))
      await turn()
      sink.accepts = true
      writer.drained()
      writer.drained()

      expect(sink.drains).to.equal(1)
    })

    it('should not tell it when the sink is full again', async () => {
      const { sink, writer } = writing()
      sink.accepts = false
      writer.write(utf8('a'))
      await turn()
      writer.write(utf8('b'))
      writer.drained()
      expect(sink.writes).to.have.lengthOf(2)
      expect(sink.drains).to.equal(0)

      writer.drained()
      expect(sink.drains).to.equal(1)
    })

    it('should send no more than one write to a sink that is full', async () => {
      const { sink, writer } = writing()
      sink.accepts = false
      const data = patternOf(3 * FLUSH)
      expect(writer.write(data)).to.be.false()
      expect(sink.writes).to.have.lengthOf(1)
      expect(writer.bufferedBytes).to.equal(2 * FLUSH)

      writer.drained()
      expect(writer.bufferedBytes).to.equal(FLUSH)
      writer.drained()
      expect(writer.bufferedBytes).to.equal(0)
      expect((await sink.received()).data).to.deep.equal(data)
    })

    // a flush that ends with a piece, and one that ends within
    for (const piece of [FLUSH / 2, FLUSH / 2 + 1, FLUSH - 1, FLUSH]) {
      it(`should give the sealer exactly what it is to seal, of pieces of ${piece} bytes`, async () => {
        const sealer = sealerOf()
        const sealed = sinon.spy(sealer, 'sealData')
        const { sink, writer } = writing(sealer)
        sink.accepts = false
        writer.write(utf8('x'))
        await turn()
        const data = patternOf(4 * piece)
        cut(data, piece).forEach(bytes => { writer.write(bytes) })

        while (writer.bufferedBytes > 0) {
          writer.drained()
        }

        for (const [pieces, bytes] of sealed.args) {
          expect(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0)).to.equal(bytes)
        }

        expect((await sink.received()).data).to.deep.equal(concat([utf8('x'), data]))
      })
    }

    it('should keep pieces in order that reach over the end of a flush', async () => {
      const { sink, writer } = writing()
      sink.accepts = false
      writer.write(utf8('x'))
      await turn()
      const data = patternOf(3 * FLUSH)
      cut(data, 100_001).forEach(piece => { writer.write(piece) })

      while (writer.bufferedBytes > 0) {
        writer.drained()
      }

      expect(sink.writes).to.have.lengthOf(4)
      expect((await sink.received()).data).to.deep.equal(concat([utf8('x'), data]))
    })
  })

  describe('end', () => {
    it('should come after all that was written', async () => {
      const { sink, writer } = writing()
      writer.write(utf8('all'))
      await writer.end()

      expect(await sink.received()).to.deep.equal({ data: utf8('all'), ended: true, rejected: undefined })
    })

    it('should wait for a sink that is full', async () => {
      const { sink, writer } = writing()
      sink.accepts = false
      writer.write(utf8('a'))
      await turn()
      writer.write(utf8('b'))
      let ended = false
      const end = writer.end().then(() => { ended = true })
      await turn()
      expect(ended).to.be.false()
      expect((await sink.received()).ended).to.be.false()

      writer.drained()
      await turn()
      expect(ended).to.be.false()
      writer.drained()
      await end
      expect(await sink.received()).to.deep.equal({ data: utf8('ab'), ended: true, rejected: undefined })
    })

    it('should be sent once, however often it is asked for', async () => {
      const { sink, writer } = writing()
      await Promise.all([writer.end(), writer.end()])
      await writer.end()

      expect(sink.writes).to.have.lengthOf(1)
      expect((await sink.received()).ended).to.be.true()
    })

    it('should be the last that is sent', async () => {
      const { sink, writer } = writing()
      await writer.end()
      writer.write(utf8('late'))
      writer.drained()
      await turn()

      expect(sink.writes).to.have.lengthOf(1)
      expect(writer.bufferedBytes).to.equal(0)
    })
  })

  describe('reject', () => {
    it('should take the place of what was not sent', async () => {
      const { sink, writer } = writing()
      writer.write(utf8('sent'))
      await turn()
      writer.write(utf8('not sent'))
      await writer.reject(utf8('go'))

      expect(await sink.received()).to.deep.equal({ data: utf8('sent'), ended: false, rejected: 'go' })
    })

    it('should be the last that is sent', async () => {
      const { sink, writer } = writing()
      await writer.reject(utf8('go'))
      writer.write(utf8('late'))
      await writer.end()
      await writer.reject(utf8('again'))
      await turn()

      expect(sink.writes).to.have.lengthOf(1)
    })

    it('should take the place of an end that waits, whose data it drops', async () => {
      const { sink, writer } = writing()
      sink.accepts = false
      writer.write(utf8('sent'))
      await turn()
      writer.write(utf8('dropped'))
      const end = writer.end()
      const reject = writer.reject(utf8('go'))
      sink.accepts = true
      writer.drained()
      await Promise.all([end, reject])

      // an authenticated end would vouch for data that is missing
      expect(await sink.received()).to.deep.equal({ data: utf8('sent'), ended: false, rejected: 'go' })
    })

    it('should not give way to an end that is asked for later', async () => {
      const { sink, writer } = writing()
      sink.accepts = false
      writer.write(utf8('sent'))
      await turn()
      writer.write(utf8('dropped'))
      const reject = writer.reject(utf8('go'))
      const end = writer.end()
      sink.accepts = true
      writer.drained()
      await Promise.all([end, reject])

      expect(await sink.received()).to.deep.equal({ data: utf8('sent'), ended: false, rejected: 'go' })
    })
  })

  describe('close', () => {
    it('should erase the keys', async () => {
      const traffic = TRAFFIC.slice()
      const { writer } = writing(new Sealer(new RecordKeySequence(nobleBackend, SUITE, traffic)))
      writer.write(utf8('a'))
      await turn()
      expect(traffic).to.deep.equal(TRAFFIC)
      writer.close()

      expect(traffic).to.deep.equal(new Uint8Array(32))
    })

    it('should drop what was not sent', async () => {
      const { sink, writer } = writing()
      writer.write(utf8('dropped'))
      writer.close()
      await turn()

      expect(sink.writes).to.deep.equal([])
      expect(writer.bufferedBytes).to.equal(0)
    })

    it('should settle an end that waits', async () => {
      const { sink, writer } = writing()
      sink.accepts = false
      writer.write(utf8('a'))
      await turn()
      const end = writer.end()
      writer.close()
      await end

      expect((await sink.received()).ended).to.be.false()
    })

    it('should leave nothing for later', async () => {
      const { sink, writer } = writing()
      writer.close()
      writer.write(utf8('late'))
      await writer.end()
      await writer.reject(utf8('late'))
      writer.drained()
      await turn()

      expect(sink.writes).to.deep.equal([])
    })
  })

  it('should tell once when the sink throws, and send nothing more', async () => {
    const { sink, writer } = writing()
    sink.failure = new Error('no luck')
    writer.write(utf8('a'))
    await turn()
    sink.failure = undefined
    writer.write(utf8('b'))
    writer.drained()
    await writer.end()
    await turn()

    expect(sink.errors.map(err => err.message)).to.deep.equal(['no luck'])
    expect(sink.writes).to.deep.equal([])
  })

  describe('with a cipher that is asynchronous', () => {
    it('should send in order, gathering what comes meanwhile', async () => {
      const held = new HeldBackend()
      const { sink, writer } = writing(sealerOf({ backend: held.backend }))
      writer.write(utf8('a'))
      await turn()
      expect(held.held).to.equal(1)
      writer.write(utf8('b'))
      writer.write(utf8('c'))
      await turn()

      // one flush at a time
      expect(held.held).to.equal(1)
      expect(sink.writes).to.have.lengthOf(0)
      await held.release()
      await held.releaseAll()

      expect(sink.writes).to.have.lengthOf(2)
      expect((await sink.received()).data).to.deep.equal(utf8('abc'))
    })

    it('should keep the order of a flush whose records finish in another', async () => {
      const held = new HeldBackend()
      const { sink, writer } = writing(sealerOf({ backend: held.backend }))
      const data = patternOf(2 * FLUSH + 100)
      writer.write(data)
      const end = writer.end()

      while (held.held > 0) {
        await held.releaseAll('newest')
      }

      await end
      expect(await sink.received()).to.deep.equal({ data, ended: true, rejected: undefined })
    })

    it('should ask to wait at a full buffer and tell when there is room', async () => {
      const held = new HeldBackend()
      const { sink, writer } = writing(sealerOf({ backend: held.backend }))
      expect(writer.write(patternOf(BUFFER))).to.be.true()
      expect(writer.write(patternOf(BUFFER))).to.be.false()
      expect(sink.drains).to.equal(0)
      await held.releaseAll()

      expect(sink.drains).to.equal(1)
      expect((await sink.received()).data).to.have.property('byteLength', 2 * BUFFER)
    })

    it('should not tell that there is room before there is', async () => {
      const held = new HeldBackend()
      const { sink, writer } = writing(sealerOf({ backend: held.backend }))
      expect(writer.write(patternOf(2 * FLUSH + BUFFER))).to.be.false()
      const waited: number[] = []

      while (held.held > 0) {
        // all records of one flush
        for (let left = held.held; left > 0; left--) {
          await held.release()
        }

        waited.push(writer.bufferedBytes)
        expect(sink.drains).to.equal(writer.bufferedBytes < BUFFER ? 1 : 0)
      }

      expect(waited).to.deep.equal([BUFFER, 0, 0])
    })

    it('should send what is being sealed and then a rejection, nothing between', async () => {
      const held = new HeldBackend()
      const { sink, writer } = writing(sealerOf({ backend: held.backend }))
      writer.write(utf8('sealing'))
      await turn()
      writer.write(utf8('dropped'))
      const reject = writer.reject(utf8('go'))
      await held.releaseAll()
      await reject

      expect(await sink.received()).to.deep.equal({ data: utf8('sealing'), ended: false, rejected: 'go' })
    })

    it('should not send what was being sealed when it was closed', async () => {
      const held = new HeldBackend()
      const { sink, writer } = writing(sealerOf({ backend: held.backend }))
      writer.write(utf8('a'))
      await turn()
      writer.close()
      await held.releaseAll()

      expect(sink.writes).to.deep.equal([])
      expect(sink.errors).to.deep.equal([])
    })

    it('should tell when sealing fails, and send nothing more', async () => {
      const held = new HeldBackend()
      const { sink, writer } = writing(sealerOf({ backend: held.backend }))
      held.failure = new Error('no luck')
      writer.write(utf8('a'))
      await turn()
      writer.write(utf8('b'))
      await held.releaseAll()
      await turn()

      expect(sink.errors.map(err => err.message)).to.deep.equal(['no luck'])
      expect(sink.writes).to.deep.equal([])
    })

    it('should tell when the sink throws', async () => {
      const held = new HeldBackend()
      const { sink, writer } = writing(sealerOf({ backend: held.backend }))
      sink.failure = new Error('no luck')
      writer.write(utf8('a'))
      await turn()
      await held.releaseAll()

      expect(sink.errors.map(err => err.message)).to.deep.equal(['no luck'])
    })
  })
})
