/**
 * The stream of records: SPEC 6. The cipher changes nothing and takes the tag of
 * zeros only, so that a fuzzer can write records.
 */

import { MAX_REASON_BYTES, MAX_RECORD_PLAINTEXT_BYTES } from '../../../src/constants.ts'
import { nodeBackend } from '../../../src/crypto/node.ts'
import { concat } from '../../../src/encoding/bytes.ts'
import { Opener } from '../../../src/record/opener.ts'
import { RecordKeySequence } from '../../../src/record/record-keys.ts'
import { RecordReader } from '../../../src/record/record-reader.ts'
import { Input, singly } from '../bytes.ts'
import { check, checkBytes, checkError } from '../check.ts'
import type { Aead, Backend } from '../../../src/crypto/backend.ts'

const CODES = ['ERR_MALFORMED_RECORD', 'ERR_RECORD_AUTH', 'ERR_RECORD_AFTER_END', 'ERR_TRUNCATED', 'ERR_REJECTED'] as const
const SUITE = { group: 'x25519', cipher: 'aes-256-gcm' } as const
const REKEY_AFTER = 3

const clear: Aead = {
  seal: () => {},
  open: () => {
    const pieces: Uint8Array[] = []

    return {
      update: ciphertext => { pieces.push(ciphertext) },
      final: tag => {
        if (tag.some(byte => byte !== 0)) {
          throw new Error('bad tag')
        }

        return pieces
      }
    }
  }
}

const backend: Backend = { ...nodeBackend, hkdfExpand: (_key, _info, length) => new Uint8Array(length), aead: () => clear }

interface Outcome {
  readonly data: Uint8Array
  readonly ended: boolean
  readonly finished: boolean
  readonly error?: unknown
  readonly records: number
}

export function fuzz (data: Uint8Array): void {
  const { whole, chunks } = new Input(data).chunks()
  const once = read([whole])
  const cut = read(chunks)

  checkSame(once, cut)

  if (whole.byteLength < 512) {
    checkSame(once, read(singly(whole)))
  }

  check(once.finished === (once.error == null), 'neither finished nor failed, or both')
  check(!once.finished || once.ended, 'finished without an end')
  check(once.data.byteLength <= whole.byteLength, 'more came out than went in')

  if (once.error != null) {
    checkError(once.error, CODES)
  }
}

function read (chunks: Uint8Array[]): Outcome {
  const opener = new Opener(new RecordKeySequence(backend, SUITE, new Uint8Array(32), REKEY_AFTER))
  const pieces: Uint8Array[] = []
  let ended = false
  let finished = false
  let error: unknown

  const reader = new RecordReader(opener, {
    onData: given => {
      check(!ended && error == null, 'data after the end')
      check(given.every(({ byteLength }) => byteLength > 0), 'an empty piece')
      pieces.push(...given)
    },
    onEnd: () => { ended = true },
    onFinish: () => { finished = true },
    onError: err => {
      check(error == null && !finished, 'an error after the last word')
      error = err
    }
  })

  for (const chunk of chunks) {
    reader.push(chunk)
    check(reader.bufferedBytes <= MAX_RECORD_PLAINTEXT_BYTES + MAX_REASON_BYTES, 'more is kept than a record')
  }

  reader.finish()

  return { data: concat(pieces), ended, finished, error, records: opener.records }
}

function checkSame (a: Outcome, b: Outcome): void {
  checkBytes(a.data, b.data, 'cutting makes other data')
  check(a.ended === b.ended && a.finished === b.finished && a.records === b.records, 'cutting makes another end')
  check(String(a.error) === String(b.error), 'cutting makes another error')
}
