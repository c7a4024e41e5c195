import { toHex } from '../../src/encoding/bytes.ts'
import { printableReason } from '../../src/encoding/reason.ts'
import type { OpenedRecord } from './records.ts'
import type { DecryptedConnection, DecryptedSide } from './session.ts'

// bytes of a record that are shown where all of them were not asked for
const PREVIEW_BYTES = 32

/**
 * A decrypted connection as text. What the two sides sent is quoted: it may hold
 * anything.
 *
 * @param number - of the connection, from 1
 * @param connection - what was decrypted of it
 * @param hex - show records whole
 */
export function describe (number: number, connection: DecryptedConnection, hex: boolean): string {
  const { th1, suite, sides } = connection
  const [first, second] = sides
  const lines = [
    `connection ${number}: ${first.from} to ${second.from}`,
    `  th1      ${toHex(th1)}`,
    `  suite    ${suite.group}, ${suite.cipher}`,
    ...sides.flatMap(describeSide)
  ]

  const records = sides.flatMap(side => side.records.map(record => ({ side, record })))
  records.sort((a, b) => a.record.packet - b.record.packet)

  for (const { side, record } of records) {
    lines.push(`  ${side === first ? '->' : '<-'} ${record.type} ${record.number}, ${record.plaintext.byteLength} bytes${describePlaintext(record, hex)}`)
  }

  for (const { from, problem } of sides) {
    if (problem != null) {
      lines.push(`  ${from}: ${printableReason(problem)}`)
    }
  }

  return `${lines.join('\n')}\n`
}

function describeSide ({ from, side, role, header }: DecryptedSide): string[] {
  const name = (role ?? 'unknown').padEnd(8)

  if (header == null) {
    return [`  ${name} ${from}, ${side}`]
  }

  const { key, peerId, muxers, encrypters, extensions } = header

  return [
    `  ${name} ${from}, ${side}, ${peerId} (${key.type}, signature verified)`,
    ...Object.entries({ muxers, encrypters }).filter(([, names]) => names != null).map(([what, names]) => `           ${what} ${quote(names)}`),
    ...Object.entries(extensions ?? {}).map(([extension, value]) => `           extension ${quote(extension)} ${toHex(value)}`)
  ]
}

function describePlaintext ({ plaintext }: OpenedRecord, hex: boolean): string {
  if (plaintext.byteLength === 0) {
    return ''
  }

  const shown = hex ? plaintext : plaintext.subarray(0, PREVIEW_BYTES)

  return `: ${toHex(shown)}${shown.byteLength < plaintext.byteLength ? '…' : ''} ${hex ? '' : quote(ascii(shown))}`.trimEnd()
}

function ascii (bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.').join('')
}

// as JSON, everything that could steer a terminal escaped
function quote (value: unknown): string {
  return JSON.stringify(value).replace(/[^ -~]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The plaintext of a side's data records. */
export function plaintextOf ({ records }: DecryptedSide): Uint8Array {
  return Buffer.concat(records.filter(({ type }) => type === 'data').map(({ plaintext }) => plaintext))
}
