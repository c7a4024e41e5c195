/** Frames of secure-peer 0.2 in chunks of any size. Frames that end in `!` are signed before they are cut. */

import { createPublicKey } from 'node:crypto'
import { concat, utf8 } from '../../../src/encoding/bytes.ts'
import { classicCipher } from '../../../src/stream/classic/cipher.ts'
import { FrameReader } from '../../../src/stream/classic/frame-reader.ts'
import { signText } from '../../../src/stream/classic/header.ts'
import { signedText } from '../../../src/stream/classic/session.ts'
import { Input, textOf } from '../bytes.ts'
import { check, checkBytes, checkError } from '../check.ts'
import { CLASSIC_KEY } from '../fixed-keys.ts'

const CODES = ['ERR_MALFORMED_RECORD', 'ERR_RECORD_AUTH', 'ERR_RECORD_AFTER_END', 'ERR_TRUNCATED', 'ERR_LINE_TOO_LONG'] as const
const TOKEN = 'token'

const secrets = {
  cipher: classicCipher('AES-128-CBC', 'fuzz'),
  token: TOKEN,
  privateKey: CLASSIC_KEY,
  remoteKey: createPublicKey(CLASSIC_KEY)
}

interface Outcome {
  readonly data: Uint8Array
  readonly last: 'finish' | 'error' | 'nothing'
  readonly error?: unknown
}

export function fuzz (data: Uint8Array): void {
  const input = new Input(data)
  const lengths = Array.from({ length: 1 + (input.byte() & 7) }, () => 1 + input.byte())
  const stream = utf8(textOf(input.rest()).split('\n').map(sign).join('\n'))
  const once = read([stream])
  const cut = read(cutBy(stream, lengths))

  checkBytes(once.data, cut.data, 'cutting makes other data')
  check(once.last === cut.last && String(once.error) === String(cut.error), 'cutting makes another end')
  check(once.last !== 'nothing', 'neither finished nor failed')

  if (once.error != null) {
    checkError(once.error, CODES)
  }
}

/** A line `text!` as the frame of that ciphertext, `!` alone as the end. */
function sign (line: string, seq: number): string {
  if (!line.endsWith('!')) {
    return line
  }

  const ciphertext = line.slice(0, -1)
  const hash = signText(CLASSIC_KEY, signedText(seq, TOKEN, ciphertext))

  return JSON.stringify(ciphertext === '' ? [hash] : [ciphertext, hash])
}

function read (chunks: Uint8Array[]): Outcome {
  const pieces: Uint8Array[] = []
  let last: Outcome['last'] = 'nothing'
  let error: unknown

  const reader = new FrameReader(secrets, {
    onData: given => {
      check(last === 'nothing', 'data after the last word')
      pieces.push(...given)
    },
    onEnd: () => {},
    onFinish: () => { last = 'finish' },
    onError: err => {
      check(last === 'nothing', 'an error after the last word')
      last = 'error'
      error = err
    }
  })

  chunks.forEach(chunk => { reader.push(chunk) })
  reader.finish()

  return { data: concat(pieces), last, error }
}

function cutBy (bytes: Uint8Array, lengths: number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []

  for (let start = 0; start < bytes.byteLength; start += lengths[(chunks.length - 1) % lengths.length]) {
    chunks.push(bytes.subarray(start, start + lengths[chunks.length % lengths.length]))
  }

  return chunks
}
