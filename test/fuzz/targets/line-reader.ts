/** Lines cut from chunks of any size: SPEC 3.1. The first byte says how many lines are read. */

import { MAX_LINE_BYTES } from '../../../src/constants.ts'
import { concat } from '../../../src/encoding/bytes.ts'
import { CarrierClosedError } from '../../../src/errors.ts'
import { LineReader } from '../../../src/handshake/line-reader.ts'
import { Input } from '../bytes.ts'
import { check, checkBytes, checkError } from '../check.ts'

export async function fuzz (data: Uint8Array): Promise<void> {
  const input = new Input(data)
  const lines = input.byte() & 3

  // long lines take no long inputs
  const times = 1 + (input.byte() << 2)
  const { whole, chunks } = input.chunks()
  const repeat = Math.min(times, Math.ceil(3 * MAX_LINE_BYTES / (whole.byteLength + 1)))
  const copies = Array.from({ length: repeat }, () => chunks).flat()
  const bytes = concat(Array.from({ length: repeat }, () => whole))

  const once = await read([bytes], lines)
  const cut = await read(copies, lines)

  check(once.lines.length === cut.lines.length && String(once.error) === String(cut.error), 'cutting makes a difference')
  checkBytes(concat([...once.lines, once.rest]), concat([...cut.lines, cut.rest]), 'cutting makes another stream')

  for (const line of once.lines) {
    check(line.byteLength <= MAX_LINE_BYTES && line.indexOf(0x0a) === line.byteLength - 1, 'not one line')
  }

  checkBytes(concat([...once.lines, once.rest]), bytes, 'bytes were lost')
}

async function read (chunks: Uint8Array[], count: number): Promise<{ lines: Uint8Array[], rest: Uint8Array, error?: unknown }> {
  const reader = new LineReader()
  const lines: Uint8Array[] = []
  let error: unknown
  chunks.forEach(chunk => { reader.push(chunk) })
  reader.fail(new CarrierClosedError())

  try {
    while (lines.length < count) {
      lines.push(await reader.readLine())
    }
  } catch (err) {
    checkError(err, ['ERR_LINE_TOO_LONG', 'ERR_CARRIER_CLOSED'])
    error = err
  }

  return { lines, rest: reader.takeRest(), error }
}
