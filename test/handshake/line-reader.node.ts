import { expect } from 'aegir/chai'
import { utf8 } from '../../src/encoding/bytes.ts'
import { LineReader } from '../../src/handshake/line-reader.ts'

describe('line reader with Buffers', () => {
  it('should give lines in memory of their own', async () => {
    // Buffer.prototype.slice() copies nothing, unlike that of other arrays
    const chunk = Buffer.from('line\nrest')
    const reader = new LineReader()
    reader.push(chunk)
    const line = await reader.readLine()
    chunk.fill(0)

    expect(Uint8Array.from(line)).to.deep.equal(utf8('line\n'))
  })
})
