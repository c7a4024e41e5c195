import { AuthenticationError, ProtocolViolationError, TruncatedError } from '../../errors.ts'
import { MAX_FRAME_LINE_BYTES } from './constants.ts'
import { verifyText } from './header.ts'
import { LineSplitter } from './line-splitter.ts'
import { signedText } from './session.ts'
import type { ClassicSecrets } from './session.ts'
import type { PlaintextSink } from '../../record/record-reader.ts'
import type { StreamReader } from '../protocol.ts'

/** Gives the plaintext of frames that are signed and in order. */
export class FrameReader implements StreamReader {
  readonly bufferedBytes = 0

  readonly #secrets: ClassicSecrets
  readonly #sink: PlaintextSink
  readonly #splitter = new LineSplitter(MAX_FRAME_LINE_BYTES)
  #seq = 0
  #ended = false
  #closed = false

  constructor (secrets: ClassicSecrets, sink: PlaintextSink) {
    this.#secrets = secrets
    this.#sink = sink
  }

  push (chunk: Uint8Array): void {
    try {
      for (let offset = 0; offset < chunk.byteLength && !this.#closed;) {
        const { taken, line } = this.#splitter.take(chunk, offset)
        offset += taken

        if (line != null) {
          this.#open(line)
        }
      }
    } catch (err) {
      this.#fail(err as Error)
    }
  }

  finish (): void {
    if (this.#closed) {
      return
    }

    if (this.#ended) {
      this.close()
      this.#sink.onFinish()
    } else {
      this.#fail(new TruncatedError())
    }
  }

  close (): void {
    this.#closed = true
  }

  #open (line: string): void {
    const seq = this.#seq++

    if (this.#ended) {
      throw new ProtocolViolationError('ERR_RECORD_AFTER_END', 'the remote side sent more after its end')
    }

    const { ciphertext, hash } = parseFrame(line)

    if (!verifyText(this.#secrets.remoteKey, signedText(seq, this.#secrets.token, ciphertext ?? ''), hash)) {
      throw frameAuthError(seq)
    }

    if (ciphertext == null) {
      this.#ended = true
      this.#sink.onEnd()
    } else {
      this.#sink.onData([this.#decrypt(seq, ciphertext)])
    }
  }

  #decrypt (seq: number, ciphertext: string): Uint8Array {
    try {
      return this.#secrets.cipher.decrypt(Buffer.from(ciphertext, 'base64'))
    } catch (err) {
      throw frameAuthError(seq, err)
    }
  }

  #fail (err: Error): void {
    this.close()
    this.#sink.onError(err)
  }
}

interface Frame {
  /** In base64; absent in the end frame. */
  readonly ciphertext?: string

  /** The signature, in base64. */
  readonly hash: string
}

// an array of one or two that has nothing in it: a long line of anything else
// would take many times its length as objects
const FLAT = /^\s*\[[^[\]{},]*(?:,[^[\]{},]*)?\]\s*$/

function parseFrame (line: string): Frame {
  let frame: unknown

  if (!FLAT.test(line)) {
    throw malformed()
  }

  try {
    frame = JSON.parse(line)
  } catch {
    // without its cause, which quotes the line as it is
    throw malformed()
  }

  if (!Array.isArray(frame) || frame.length < 1 || frame.length > 2 || frame.some(member => typeof member !== 'string')) {
    throw malformed()
  }

  return frame.length === 1 ? { hash: frame[0] } : { ciphertext: frame[0], hash: frame[1] }
}

function malformed (): ProtocolViolationError {
  return new ProtocolViolationError('ERR_MALFORMED_RECORD', 'a frame is not a JSON array of one or two strings')
}

function frameAuthError (seq: number, cause?: unknown): AuthenticationError {
  return new AuthenticationError('ERR_RECORD_AUTH', `frame ${seq} failed authentication`, { cause })
}
