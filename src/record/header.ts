import { MAX_REASON_BYTES, MAX_RECORD_PLAINTEXT_BYTES, RECORD_HEADER_BYTES, RECORD_TYPE, TAG_BYTES } from '../constants.ts'
import { ProtocolViolationError } from '../errors.ts'
import type { RecordType } from '../constants.ts'

/** The largest plaintext of each type, in bytes (SPEC 6.3). */
const MAX_PLAINTEXT_BYTES = new Map<number, number>([
  [RECORD_TYPE.data, MAX_RECORD_PLAINTEXT_BYTES],
  [RECORD_TYPE.end, 0],
  [RECORD_TYPE.reject, MAX_REASON_BYTES]
])

/** SPEC 6.1: type (1 byte) | length of ciphertext and tag (3 bytes, big endian) */
export function encodeRecordHeader (type: RecordType, plaintextBytes: number): Uint8Array {
  const length = plaintextBytes + TAG_BYTES

  return Uint8Array.of(type, length >> 16, length >> 8 & 0xff, length & 0xff)
}

/** A record's header, already checked. */
export interface RecordHeader {
  readonly type: RecordType

  /** Bytes of ciphertext, without the tag. */
  readonly ciphertextBytes: number
}

/**
 * Checks type and length, before anything of the record is buffered.
 *
 * @throws {ProtocolViolationError} `ERR_MALFORMED_RECORD`
 */
export function parseRecordHeader (header: Uint8Array): RecordHeader {
  const type = header[0]
  const ciphertextBytes = (header[1] << 16 | header[2] << 8 | header[3]) - TAG_BYTES
  const most = MAX_PLAINTEXT_BYTES.get(type)

  if (header.byteLength !== RECORD_HEADER_BYTES || most == null) {
    throw new ProtocolViolationError('ERR_MALFORMED_RECORD', `a record of unknown type ${type}`)
  }

  if (ciphertextBytes < 0 || ciphertextBytes > most) {
    throw new ProtocolViolationError('ERR_MALFORMED_RECORD', `a record of type ${type} with ${ciphertextBytes} bytes, not 0 to ${most}`)
  }

  return { type: type as RecordType, ciphertextBytes }
}
