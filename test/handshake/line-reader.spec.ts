import { expect } from 'aegir/chai'
import { concat, utf8 } from '../../src/encoding/bytes.ts'
import { LineReader } from '../../src/handshake/line-reader.ts'

/** A line of `length` bytes, newline included. */
function lineOf (length: number): Uint8Array {
  return new Uint8Array(length).fill(0x78).fill(0x0a, length - 1)
}

function reading (...chunks: Uint8Array[]): LineReader {
  const reader = new LineReader()
  chunks.forEach(chunk => { reader.push(chunk) })

  return reader
}

describe('line reader', () => {
  it('should give lines with their newlines, and the rest', async () => {
    const reader = reading(utf8('one\n\ntwo\nrest'))

    expect(await reader.readLine()).to.deep.equal(utf8('one\n'))
    expect(await reader.readLine()).to.deep.equal(utf8('\n'))
    expect(await reader.readLine()).to.deep.equal(utf8('two\n'))
    expect(reader.bufferedBytes).to.equal(4)
    expect(reader.takeRest()).to.deep.equal(utf8('rest'))
    expect(reader.bufferedBytes).to.equal(0)
    expect(reader.takeRest()).to.have.property('byteLength', 0)
  })

  it('should give the same lines wherever the bytes are cut', async () => {
    const bytes = utf8('line 1\nline 2\nrecords')

    for (let i = 0; i <= bytes.byteLength; i++) {
      for (let j = i; j <= bytes.byteLength; j++) {
        const reader = reading(bytes.subarray(0, i), bytes.subarray(i, j), bytes.subarray(j))

        expect(await reader.readLine()).to.deep.equal(utf8('line 1\n'))
        expect(await reader.readLine()).to.deep.equal(utf8('line 2\n'))
        expect(reader.takeRest()).to.deep.equal(utf8('records'))
      }
    }
  })

  it('should wait for the rest of a line', async () => {
    const reader = new LineReader()
    const line = reader.readLine()

    for (const byte of utf8('late\nmore')) {
      reader.push(Uint8Array.of(byte))
    }

    expect(await line).to.deep.equal(utf8('late\n'))
    expect(reader.takeRest()).to.deep.equal(utf8('more'))
  })

  it('should not mistake a newline within the rest for one of a line', async () => {
    const reader = reading(utf8('line\n\n\n'))
    await reader.readLine()

    expect(reader.takeRest()).to.deep.equal(utf8('\n\n'))
  })

  for (const length of [1, 2, 16_383, 16_384]) {
    it(`should take a line of ${length} bytes, whole and byte by byte`, async () => {
      const line = lineOf(length)

      expect(await reading(line).readLine()).to.deep.equal(line)
      expect(await reading(concat([line, lineOf(9)])).readLine()).to.deep.equal(line)

      const reader = new LineReader()
      const reads = reader.readLine()

      for (let i = 0; i < length; i++) {
        reader.push(line.subarray(i, i + 1))
      }

      expect(await reads).to.deep.equal(line)
    })
  }

  for (const length of [16_385, 16_386, 40_000]) {
    it(`should not take a line of ${length} bytes`, async () => {
      await expect(reading(lineOf(length)).readLine()).to.eventually.be.rejected()
        .with.property('code', 'ERR_LINE_TOO_LONG')
      await expect(reading(lineOf(length).subarray(0, 16_000), lineOf(length).subarray(16_000)).readLine()).to.eventually.be.rejected()
        .with.property('code', 'ERR_LINE_TOO_LONG')
    })
  }

  it('should give up as soon as no newline can come in time', async () => {
    const reader = new LineReader()
    const line = reader.readLine()
    reader.push(lineOf(16_384).subarray(0, 16_383))
    reader.push(Uint8Array.of(0x78))

    await expect(line).to.eventually.be.rejectedWith('ERR_LINE_TOO_LONG: a handshake line is longer than 16384 bytes')
  })

  it('should still take a line whose last byte is the newline', async () => {
    const reader = new LineReader()
    const line = reader.readLine()
    reader.push(lineOf(16_384).subarray(0, 16_383))
    reader.push(Uint8Array.of(0x0a))

    expect(await line).to.have.property('byteLength', 16_384)
  })

  it('should bound the second line as well', async () => {
    const reader = reading(concat([lineOf(10), lineOf(16_385)]))
    await reader.readLine()

    await expect(reader.readLine()).to.eventually.be.rejected().with.property('code', 'ERR_LINE_TOO_LONG')
  })

  it('should fail a waiting read and every later one', async () => {
    const reader = new LineReader()
    const line = reader.readLine()
    reader.push(utf8('half a line'))
    reader.fail(new Error('gone'))
    reader.fail(new Error('gone again'))

    await expect(line).to.eventually.be.rejectedWith('gone')
    await expect(reader.readLine()).to.eventually.be.rejected().with.property('message', 'gone')
  })

  it('should give lines that were whole before it failed', async () => {
    const reader = reading(utf8('whole\nhalf'))
    reader.fail(new Error('gone'))

    expect(await reader.readLine()).to.deep.equal(utf8('whole\n'))
    await expect(reader.readLine()).to.eventually.be.rejectedWith('gone')
  })

  it('should keep in order what comes while nobody reads', async () => {
    const chunks = [lineOf(100), lineOf(16_384), lineOf(3), lineOf(16_000), lineOf(16_384), utf8('rest'), utf8(' and more')]
    const reader = new LineReader()
    chunks.forEach(chunk => { reader.push(chunk) })
    expect(reader.bufferedBytes).to.equal(concat(chunks).byteLength)

    for (const chunk of chunks.slice(0, 5)) {
      expect(await reader.readLine()).to.deep.equal(chunk)
    }

    expect(reader.takeRest()).to.deep.equal(utf8('rest and more'))
    expect(reader.bufferedBytes).to.equal(0)
  })

  it('should go on in order when more comes between reads', async () => {
    const reader = new LineReader()

    for (let i = 0; i < 3; i++) {
      reader.push(lineOf(16_384))
      reader.push(lineOf(16_384 - i))
      reader.push(lineOf(10))
      expect(await reader.readLine()).to.deep.equal(lineOf(16_384))
      expect(await reader.readLine()).to.deep.equal(lineOf(16_384 - i))
      expect(await reader.readLine()).to.deep.equal(lineOf(10))
    }

    expect(reader.bufferedBytes).to.equal(0)
  })

  it('should copy nothing that came in one chunk and is no line', async () => {
    const chunk = utf8('line\nrest')
    const reader = reading(chunk)
    await reader.readLine()

    expect(reader.takeRest().buffer).to.equal(chunk.buffer)
  })

  it('should take megabytes that nobody reads in no time to speak of', () => {
    const reader = new LineReader()
    const chunk = new Uint8Array(1024)
    const count = 12_000

    for (let i = 0; i < count; i++) {
      reader.push(chunk)
    }

    expect(reader.takeRest()).to.have.property('byteLength', count * 1024)
  }).timeout(5_000)

  it('should give all that nobody read', () => {
    const chunks = [lineOf(20_000), lineOf(20_000), utf8('end')]

    expect(reading(...chunks).takeRest()).to.deep.equal(concat(chunks))
  })

  it('should give lines in memory of their own', async () => {
    const chunk = utf8('line\nrest')
    const reader = reading(chunk)
    const line = await reader.readLine()
    chunk.fill(0)

    expect(line).to.deep.equal(utf8('line\n'))
    expect(line.buffer.byteLength).to.equal(5)
  })
})
