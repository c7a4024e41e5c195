import { StreamStateError } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { expect } from 'aegir/chai'
import { pEvent } from 'p-event'
import { MAX_QUEUED_BYTES, MAX_RECORD_PLAINTEXT_BYTES, RECORD_TYPE, SEND_BUFFER_BYTES } from '../../src/constants.ts'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { concat, utf8 } from '../../src/encoding/bytes.ts'
import { SecuredMessageStream } from '../../src/libp2p/message-stream.ts'
import { Opener } from '../../src/record/opener.ts'
import { RecordKeySequence } from '../../src/record/record-keys.ts'
import { RecordReader } from '../../src/record/record-reader.ts'
import { RecordWriter } from '../../src/record/record-writer.ts'
import { Sealer } from '../../src/record/sealer.ts'
import { HeldBackend, turn } from './fixtures/held-backend.ts'
import { sessionPair } from './fixtures/pair.ts'
import { flipped, pattern } from './fixtures/sessions.ts'
import type { Backend } from '../../src/crypto/backend.ts'
import type { StreamCloseEvent } from '@libp2p/interface'
import type { AbstractMultiaddrConnection } from '@libp2p/utils'

const SUITE = { group: 'x25519', cipher: 'chacha20-poly1305' } as const
const OVERHEAD_BYTES = 20

describe('records with an asynchronous cipher', () => {
  let held: HeldBackend

  beforeEach(() => {
    held = new HeldBackend()
  })

  function createSealer (rekeyAfter?: number): Sealer {
    return new Sealer(new RecordKeySequence(held.backend, SUITE, pattern(32, 1), rekeyAfter))
  }

  function createOpener (backend: Backend = held.backend, rekeyAfter?: number): Opener {
    return new Opener(new RecordKeySequence(backend, SUITE, pattern(32, 1), rekeyAfter))
  }

  describe('writer', () => {
    let written: Uint8Array[]
    let canWriteMore: boolean
    let drains: number
    let errors: Error[]
    let writer: RecordWriter

    beforeEach(() => {
      written = []
      canWriteMore = true
      drains = 0
      errors = []
      writer = createWriter(createSealer())
    })

    function createWriter (sealer: Sealer): RecordWriter {
      return new RecordWriter(sealer, {
        write: records => {
          written.push(records.slice())

          return canWriteMore
        },
        onDrain: () => { drains++ },
        onError: err => { errors.push(err) }
      })
    }

    async function openWritten (): Promise<{ plaintext: Uint8Array, ended: boolean }> {
      held.shuffle = true
      const opener = createOpener()
      const pieces: Uint8Array[] = []

      for (const chunk of written) {
        for (let offset = 0; offset < chunk.byteLength;) {
          offset += await opener.take(chunk, offset)
          pieces.push(...opener.takePlaintext())
        }
      }

      return { plaintext: concat(pieces), ended: opener.ended }
    }

    it('should write nothing before all records of a flush are sealed, in whatever order they are', async () => {
      const bytes = pattern(3 * MAX_RECORD_PLAINTEXT_BYTES, 2)
      writer.write(bytes)
      await turn()
      expect(held.waiting).to.equal(3)

      await held.finish(2)
      await held.finish(0)
      expect(written).to.be.empty()

      await held.finish(0)
      expect(written).to.have.lengthOf(1)
      expect((await openWritten()).plaintext).to.equalBytes(bytes)
    })

    it('should seal what comes meanwhile as one record after it', async () => {
      writer.write(utf8('one '))
      await turn()

      for (const text of ['two ', 'three ', 'four']) {
        writer.write(utf8(text))
        await turn()
      }

      expect(held.waiting).to.equal(1)
      await held.finish()
      expect(held.waiting).to.equal(1)
      await held.finish()
      expect(written.map(({ byteLength }) => byteLength)).to.deep.equal([4 + OVERHEAD_BYTES, 14 + OVERHEAD_BYTES])
      expect((await openWritten()).plaintext).to.equalBytes(utf8('one two three four'))
    })

    it('should ask to wait when as much waits as may, and say when it is over', async () => {
      expect(writer.write(new Uint8Array(SEND_BUFFER_BYTES))).to.equal(true)
      expect(writer.write(new Uint8Array(SEND_BUFFER_BYTES - 1))).to.equal(true)
      expect(writer.write(new Uint8Array(1))).to.equal(false)
      expect(writer.write(new Uint8Array(1))).to.equal(false)
      expect(writer.bufferedBytes).to.equal(SEND_BUFFER_BYTES + 1)
      expect(drains).to.equal(0)

      await held.finishAll()
      expect(drains).to.equal(1)
      expect(writer.bufferedBytes).to.equal(0)
      expect(writer.write(new Uint8Array(1))).to.equal(true)
    })

    it('should hold back what is sealed while the sink is full, and go on when it drained', async () => {
      canWriteMore = false
      writer.write(utf8('one'))
      await turn()
      await held.finish()
      expect(written).to.have.lengthOf(1)

      expect(writer.write(utf8('two'))).to.equal(false)
      await turn()
      expect(held.waiting).to.equal(0)
      expect(drains).to.equal(0)

      canWriteMore = true
      writer.drained()
      expect(drains).to.equal(1)
      await held.finish()
      expect((await openWritten()).plaintext).to.equalBytes(utf8('onetwo'))
    })

    it('should end after all that was written, and resolve then', async () => {
      writer.write(utf8('one '))
      await turn()
      writer.write(utf8('two'))
      let ended = false
      const end = writer.end().then(() => { ended = true })

      await held.finish()
      await held.finish()
      expect(ended).to.equal(false)
      await held.finish()
      await end
      expect(held.waiting).to.equal(0)

      const { plaintext, ended: endSent } = await openWritten()
      expect(plaintext).to.equalBytes(utf8('one two'))
      expect(endSent).to.equal(true)
    })

    it('should take nothing after its end was asked for', async () => {
      writer.write(utf8('one'))
      const end = writer.end()
      writer.write(utf8('two'))
      await held.finishAll()
      await end

      expect((await openWritten()).plaintext).to.equalBytes(utf8('one'))
    })

    it('should reject in the place of what was not sealed yet', async () => {
      writer.write(utf8('one'))
      await turn()
      writer.write(utf8('two'))
      const reject = writer.reject(utf8('go away'))
      await held.finishAll()
      await reject

      held.shuffle = true
      const opener = createOpener()
      await opener.take(written[0], 0)
      expect(concat(opener.takePlaintext())).to.equalBytes(utf8('one'))
      await expect(Promise.resolve(opener.take(written[1], 0))).to.eventually.be.rejected.with.property('reason', 'go away')
      expect(written).to.have.lengthOf(2)
    })

    it('should write nothing once it was closed, whatever is sealed later', async () => {
      writer.write(utf8('one'))
      await turn()
      const end = writer.end()
      writer.close()
      await held.finishAll()
      await end

      expect(written).to.be.empty()
      expect(errors).to.be.empty()
    })

    it('should rekey within a flush', async () => {
      writer = createWriter(createSealer(2))
      const bytes = pattern(5 * MAX_RECORD_PLAINTEXT_BYTES, 3)
      writer.write(bytes)
      await held.finishAll()
      const chunk = concat(written)

      held.shuffle = true
      const opener = createOpener(held.backend, 2)
      const pieces: Uint8Array[] = []

      for (let offset = 0; offset < chunk.byteLength;) {
        offset += await opener.take(chunk, offset)
        pieces.push(...opener.takePlaintext())
      }

      expect(opener.generation).to.equal(2)
      expect(concat(pieces)).to.equalBytes(bytes)
    })
  })

  describe('reader', () => {
    let events: string[]
    let data: Uint8Array[]
    let reader: RecordReader
    let records: Uint8Array[]

    beforeEach(async () => {
      events = []
      data = []
      reader = new RecordReader(createOpener(), {
        onData: pieces => {
          events.push('data')
          data.push(...pieces)
        },
        onEnd: () => { events.push('end') },
        onFinish: () => { events.push('finish') },
        onError: err => { events.push((err as Error & { code: string }).code) }
      })

      const sealer = createSealer()
      held.shuffle = true
      records = [
        await sealer.sealData([utf8('one ')], 4),
        await sealer.sealData([utf8('two ')], 4),
        await sealer.sealData([utf8('three')], 5),
        await sealer.seal(RECORD_TYPE.end, new Uint8Array())
      ]
      held.shuffle = false
    })

    it('should open one record at a time and give them in order', async () => {
      records.slice(0, 3).forEach(record => { reader.push(record) })
      expect(held.waiting).to.equal(1)

      for (const bytes of ['one ', 'one two ', 'one two three']) {
        await held.finish()
        expect(concat(data)).to.equalBytes(utf8(bytes))
      }

      expect(reader.bufferedBytes).to.equal(0)
    })

    it('should open records however they are cut', async () => {
      const bytes = concat(records)

      for (let i = 0; i < bytes.byteLength; i++) {
        reader.push(bytes.subarray(i, i + 1))
      }

      reader.finish()
      await held.finishAll()

      expect(concat(data)).to.equalBytes(utf8('one two three'))
      expect(events).to.deep.equal(['data', 'data', 'data', 'end', 'finish'])
    })

    it('should not say that the carrier is finished before all it brought is opened', async () => {
      reader.push(concat(records))
      reader.finish()
      expect(events).to.be.empty()
      await held.finishAll()

      expect(events).to.deep.equal(['data', 'data', 'data', 'end', 'finish'])
    })

    it('should give what was before a cut, then say so', async () => {
      reader.push(concat(records.slice(0, 2)))
      reader.push(records[2].subarray(0, 10))
      reader.finish()
      await held.finishAll()

      expect(concat(data)).to.equalBytes(utf8('one two '))
      expect(events).to.deep.equal(['data', 'data', 'ERR_TRUNCATED'])
    })

    it('should give what was before a record that was changed, and nothing after', async () => {
      reader.push(concat([records[0], flipped(records[1], 6), records[2]]))
      await held.finishAll()

      expect(concat(data)).to.equalBytes(utf8('one '))
      expect(events).to.deep.equal(['data', 'ERR_RECORD_AUTH'])
      reader.push(records[3])
      expect(held.waiting).to.equal(0)
    })

    it('should refuse records in another order', async () => {
      reader.push(concat([records[1], records[0]]))
      await held.finishAll()

      expect(events).to.deep.equal(['ERR_RECORD_AUTH'])
    })

    it('should give nothing that is opened after it was closed', async () => {
      reader.push(concat(records))
      reader.close()
      await held.finishAll()

      expect(events).to.be.empty()
      expect(reader.bufferedBytes).to.equal(0)
    })

    it('should be closed from within what it gives', async () => {
      const given: Uint8Array[] = []
      const closing = new RecordReader(createOpener(), {
        onData: pieces => {
          given.push(...pieces)
          closing.close()
        },
        onEnd: () => { events.push('end') },
        onFinish: () => { events.push('finish') },
        onError: err => { events.push(err.message) }
      })
      closing.push(concat(records))
      await held.finishAll()

      expect(concat(given)).to.equalBytes(utf8('one '))
      expect(events).to.be.empty()
    })
  })

  describe('secured stream', () => {
    async function createStreams (): Promise<[SecuredMessageStream, SecuredMessageStream]> {
      held.shuffle = true
      const sessions = await sessionPair({ backend: held.backend, role: 'dialer' }, { backend: held.backend, role: 'listener' })
      const carriers = multiaddrConnectionPair()
      const nothing = new Uint8Array()

      return [new SecuredMessageStream(carriers[0], sessions[0], nothing), new SecuredMessageStream(carriers[1], sessions[1], nothing)]
    }

    function collect (stream: SecuredMessageStream): { bytes (): Uint8Array } {
      const pieces: Uint8Array[] = []
      stream.addEventListener('message', ({ data }) => { pieces.push(data.subarray()) })

      return { bytes: () => concat(pieces) }
    }

    it('should carry all that is written before it closes, in order', async () => {
      const [alice, bob] = await createStreams()
      const received = collect(bob)
      const closed = pEvent(bob, 'close')
      const writes = Array.from({ length: 100 }, (_, i) => pattern(i * 100 + 1, i))

      for (const bytes of writes) {
        if (!alice.send(bytes)) {
          await pEvent(alice, 'drain')
        }
      }

      bob.addEventListener('remoteCloseWrite', () => {
        expect(received.bytes()).to.equalBytes(concat(writes))
        bob.close().catch(() => {})
      })
      await alice.close()
      expect(() => alice.send(utf8('late'))).to.throw(StreamStateError)
      await closed
      expect(received.bytes()).to.equalBytes(concat(writes))
    })

    it('should give what came before its carrier closed while that was paused, then say that it was cut', async () => {
      held.shuffle = true
      const [alice, session] = await sessionPair({ backend: nobleBackend, role: 'dialer' }, { backend: held.backend, role: 'listener' })
      const [outbound, inbound] = multiaddrConnectionPair() as unknown as AbstractMultiaddrConnection[]
      const bob = new SecuredMessageStream(inbound, session, new Uint8Array())
      const received = collect(bob)
      const bytes = pattern(2 * MAX_QUEUED_BYTES, 1)
      await turn()

      held.shuffle = false
      outbound.send(await alice.sealer.sealData([bytes], bytes.byteLength))

      while (inbound.readStatus !== 'paused') {
        await pEvent(inbound, 'message')
      }

      inbound.onTransportClosed()
      const closed = pEvent<'close', StreamCloseEvent>(bob, 'close')
      held.shuffle = true
      await held.finishAll()
      expect(await closed).to.have.nested.property('error.code', 'ERR_TRUNCATED')
      expect(received.bytes()).to.equalBytes(bytes.subarray(0, 5 * MAX_RECORD_PLAINTEXT_BYTES))
    })

    it('should go on when its queue ran empty while it was paused', async () => {
      held.shuffle = true
      const [alice, session] = await sessionPair({ backend: nobleBackend, role: 'dialer' }, { backend: held.backend, role: 'listener' })
      const [outbound, inbound] = multiaddrConnectionPair() as unknown as AbstractMultiaddrConnection[]
      const bob = new SecuredMessageStream(inbound, session, new Uint8Array())
      const received = collect(bob)
      const bytes = pattern(2 * MAX_QUEUED_BYTES, 1)
      await turn()

      // nothing is opened until so much waits that the carrier is paused
      held.shuffle = false
      outbound.send(await alice.sealer.sealData([bytes], bytes.byteLength))

      while (inbound.readStatus !== 'paused') {
        await pEvent(inbound, 'message')
      }

      // all of it is opened while nobody wants it
      bob.pause()
      await held.finishAll()
      held.shuffle = true
      bob.resume()
      expect(inbound.readStatus).to.equal('readable')

      outbound.send(await alice.sealer.seal(RECORD_TYPE.end, new Uint8Array()))
      await pEvent(bob, 'remoteCloseWrite')
      expect(received.bytes()).to.equalBytes(bytes)
      bob.abort(new Error('done'))
    })
  })
})
