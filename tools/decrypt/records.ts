import { RECORD_HEADER_BYTES, RECORD_TYPE, TAG_BYTES } from '../../src/constants.ts'
import { defaultBackend } from '../../src/crypto/index.ts'
import { concat } from '../../src/encoding/bytes.ts'
import { parseRecordHeader } from '../../src/record/header.ts'
import { RecordKeySequence } from '../../src/record/record-keys.ts'
import type { Sent } from './connections.ts'
import type { Suite } from '../../src/key-schedule.ts'

/** A record that was authenticated. */
export interface OpenedRecord {
  readonly number: number
  readonly type: keyof typeof RECORD_TYPE
  readonly plaintext: Uint8Array

  /** Which packet of the capture it was complete with. */
  readonly packet: number
}

export interface OpenedRecords {
  readonly records: readonly OpenedRecord[]

  /** Why there are no more, where more bytes were captured. */
  readonly problem?: string
}

const TYPE_NAMES = Object.fromEntries(Object.entries(RECORD_TYPE).map(([name, type]) => [type, name])) as Record<number, OpenedRecord['type']>

/** Opens the records of a direction from `offset` on, as far as they are whole and authentic. */
export async function openRecords ({ bytes, arrivals, hasGap }: Sent, offset: number, suite: Suite, traffic: Uint8Array): Promise<OpenedRecords> {
  const keys = new RecordKeySequence(defaultBackend, suite, traffic.slice())
  const records: OpenedRecord[] = []
  let arrival = 0

  while (offset < bytes.byteLength) {
    const number = keys.count

    try {
      const header = bytes.subarray(offset, offset + RECORD_HEADER_BYTES)

      if (header.byteLength < RECORD_HEADER_BYTES) {
        return { records, problem: `record ${number} is not whole` }
      }

      const { type, ciphertextBytes } = parseRecordHeader(header)
      const ciphertext = offset + RECORD_HEADER_BYTES
      const tag = ciphertext + ciphertextBytes
      offset = tag + TAG_BYTES

      if (offset > bytes.byteLength) {
        return { records, problem: `record ${number} is not whole` }
      }

      const { aead, nonce } = keys.next()
      const opening = aead.open(nonce, header)
      opening.update(bytes.subarray(ciphertext, tag))
      const plaintext = concat(await opening.final(bytes.subarray(tag, offset)))

      while (arrivals[arrival].end < offset) {
        arrival++
      }

      records.push({ number, type: TYPE_NAMES[type], plaintext, packet: arrivals[arrival].packet })
    } catch (err: any) {
      return { records, problem: `record ${number}: ${err.message}` }
    }
  }

  return { records, problem: hasGap ? 'packets after this are missing in the capture' : undefined }
}
